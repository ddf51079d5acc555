/* SPDX-License-Identifier: Apache-2.0 */
/* Random traffic in eight threads that counts itself: "soak SECONDS SEED" prints what a profile
 * must say of it. Every block carries a pattern, so that a host hurt by us shows. */
#include "victim.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

enum {
    THREADS = 8,
    SLOTS = 2000,   /* blocks a thread may hold */
    SHARED = 256,   /* places where threads leave blocks to each other */
    STINT = 200000, /* events after which a thread ends and another takes over */
    LARGEST = 1 << 20
};

struct held {
    unsigned char *at;
    size_t size;
};

struct worker {
    pthread_t thread;
    uint64_t random;
    struct held slot[SLOTS];
    uint64_t allocations, allocated, frees, freed, moved, moved_bytes, copies, copied;
    uint64_t stints;
};

static struct worker workers[THREADS];
static struct held *_Atomic shared[SHARED];
static struct held boxes[THREADS][SHARED]; /* what `shared` points to: each is its maker's */
static volatile int stop;
static volatile int harmed;

static uint64_t next(struct worker *w)
{
    w->random ^= w->random << 13;
    w->random ^= w->random >> 7;
    w->random ^= w->random << 17;
    return w->random;
}

static size_t some_size(struct worker *w)
{
    const uint64_t r = next(w);

    if (r % 64 != 0)
        return (r >> 8) % 1200;
    return (r >> 8) % ((size_t)2 << (r >> 40) % 20);
}

static unsigned char sign_of(const struct held *h)
{
    return (unsigned char)((uintptr_t)h->at >> 4 ^ h->size);
}

static void sign(const struct held *h)
{
    if (h->size > 0)
        h->at[0] = h->at[h->size - 1] = sign_of(h);
}

static void check(const struct held *h)
{
    if (h->size > 0 && (h->at[0] != sign_of(h) || h->at[h->size - 1] != sign_of(h)))
        harmed = 1;
}

static void begun(struct worker *w, size_t size)
{
    w->allocations++;
    w->allocated += size;
}

static void ended(struct worker *w, size_t size)
{
    w->frees++;
    w->freed += size;
}

/* ---- what a profile names: all blocks are made in these two ---- */

NOINLINE void *soak_take(unsigned how, size_t size)
{
    void *p = NULL;

    switch (how % 8) {
    case 0:
        return keep(calloc(size, 1));
    case 1:
        return posix_memalign(&p, (size_t)16 << how / 8 % 9, size) == 0 ? keep(p) : NULL;
    case 2:
        return keep(aligned_alloc(64, size));
    case 3:
        return keep(memalign(4096, size));
    case 4:
        return keep(realloc(NULL, size));
    case 5:
        return keep(reallocarray(NULL, size, 1));
    default:
        return keep(malloc(size));
    }
}

NOINLINE void *soak_move(void *at, size_t size) { return keep(realloc(at, size)); }

NOINLINE void soak_copy(void *to, const void *from, size_t size)
{
    memcpy(to, from, size);
    keep(to);
}

/* Four ways down a level, so that there are a few hundred stacks. */
NOINLINE static void *down(unsigned path, int levels, unsigned how, size_t size)
{
    void *p;

    if (levels == 0)
        return soak_take(how, size);
    if (path % 4 == 0)
        p = down(path / 4, levels - 1, how, size);
    else if (path % 4 == 1)
        p = down(path / 4, levels - 1, how, size);
    else if (path % 4 == 2)
        p = down(path / 4, levels - 1, how, size);
    else
        p = down(path / 4, levels - 1, how, size);
    return keep(p);
}

/* ---- events ---- */

static void take(struct worker *w, struct held *h)
{
    const unsigned r = (unsigned)(next(w) >> 20);

    h->size = some_size(w);
    h->at = down(r, (int)(r >> 12) % 5, r >> 16, h->size);
    if (h->at == NULL) {
        harmed = 2;
        return;
    }
    sign(h);
    begun(w, h->size);
}

static void drop(struct worker *w, struct held *h)
{
    check(h);
    free(h->at);
    ended(w, h->size);
    h->at = NULL;
}

static void move(struct worker *w, struct held *h)
{
    const struct held old = *h;
    const size_t size = next(w) % 16 == 0 ? 0 : some_size(w);

    check(&old);
    if (next(w) % 64 == 0) { /* cannot be had: all stays as it is */
        errno = 0;
        if (soak_move(h->at, (size_t)1 << 62) != NULL || errno != ENOMEM)
            harmed = 3;
        check(&old);
        return;
    }
    const unsigned char first = old.size > 0 ? old.at[0] : 0;

    h->at = soak_move(h->at, size);
    ended(w, old.size);
    if (size == 0) { /* glibc's way: it is a free */
        if (h->at != NULL)
            harmed = 4;
        return;
    }
    if (h->at == NULL || (old.size > 0 && h->at[0] != first))
        harmed = 5;
    if (h->at == NULL)
        return;
    h->size = size;
    begun(w, size);
    if (h->at != old.at) {
        w->moved++;
        w->moved_bytes += old.size < size ? old.size : size;
    }
    sign(h);
}

static void copy(struct worker *w, struct held *to, const struct held *from)
{
    const size_t size = to->size < from->size ? to->size : from->size;

    if (to == from || size == 0)
        return;
    soak_copy(to->at, from->at, size);
    if (size >= 256) {
        w->copies++;
        w->copied += size;
    }
    sign(to);
}

/* Leave a block to whoever comes by, and take what lies there. Boxes go with it. */
static void pass(struct worker *w, struct held *h)
{
    struct held *box = &boxes[w - workers][next(w) % SHARED];
    const unsigned place = (unsigned)(next(w) % SHARED);
    struct held *found =
        __atomic_exchange_n((struct held **)(uintptr_t)&shared[place], NULL, __ATOMIC_ACQ_REL);

    if (found != NULL) {
        drop(w, found); /* made by another, as a rule */
        __atomic_store_n(&found->size, (size_t)0, __ATOMIC_RELEASE);
        return;
    }
    /* size 0 and no address: the box is empty, wherever it has been */
    if (__atomic_load_n(&box->size, __ATOMIC_ACQUIRE) != 0 || h->size == 0)
        return;
    *box = *h;
    h->at = NULL;
    for (struct held *empty = NULL;;) {
        if (__atomic_compare_exchange_n((struct held **)(uintptr_t)&shared[place], &empty, box, 0,
                                        __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
            return;
        drop(w, empty = box); /* another was first */
        __atomic_store_n(&box->size, (size_t)0, __ATOMIC_RELEASE);
        return;
    }
}

static void event(struct worker *w)
{
    struct held *h = &w->slot[next(w) % SLOTS];
    const struct held *other = &w->slot[next(w) % SLOTS];

    if (h->at == NULL) {
        take(w, h);
        return;
    }
    switch (next(w) % 8) {
    case 0:
    case 1:
        move(w, h);
        break;
    case 2:
        if (other->at != NULL)
            copy(w, h, other);
        break;
    case 3:
        pass(w, h);
        break;
    default:
        drop(w, h);
    }
}

static void *stint(void *arg)
{
    struct worker *w = arg;
    struct held *h = &w->slot[next(w) % SLOTS];

    if (h->at == NULL) /* an event at least: else nobody would know of this thread */
        take(w, h);
    else
        drop(w, h);
    for (int i = 0; i < STINT && !stop; i++)
        event(w);
    return NULL;
}

static void *lead(void *arg)
{
    struct worker *w = arg;

    while (!stop && !harmed) {
        pthread_t t;

        if (pthread_create(&t, NULL, stint, w) != 0)
            harmed = 6;
        else
            pthread_join(t, NULL);
        w->stints++;
    }
    return NULL;
}

static void print_sums(void)
{
    struct worker s = {0};

    for (int i = 0; i < THREADS; i++) {
        const struct worker *w = &workers[i];

        s.allocations += w->allocations;
        s.allocated += w->allocated;
        s.frees += w->frees;
        s.freed += w->freed;
        s.moved += w->moved;
        s.moved_bytes += w->moved_bytes;
        s.copies += w->copies;
        s.copied += w->copied;
        s.stints += w->stints;
    }
    printf("%lu %lu %lu %lu %lu %lu %lu %lu %lu\n", s.allocations, s.allocated, s.frees, s.freed,
           s.moved, s.moved_bytes, s.copies, s.copied, s.stints);
}

int main(int argc, char **argv)
{
    const uint64_t seed = strtoul(argv[2], NULL, 10);
    struct timespec rest = {strtol(argv[1], NULL, 10), 0};

    for (unsigned i = 0; i < THREADS; i++) {
        workers[i].random = (seed + i + 1) * UINT64_C(0x9e3779b97f4a7c15);
        pthread_create(&workers[i].thread, NULL, lead, &workers[i]);
    }
    while (nanosleep(&rest, &rest) != 0)
        ;
    stop = 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(workers[i].thread, NULL);
    for (int i = 0; i < THREADS; i += 2) /* half of them leave their blocks */
        for (int k = 0; k < SLOTS; k++)
            if (workers[i].slot[k].at != NULL)
                drop(&workers[i], &workers[i].slot[k]);
    print_sums();
    return harmed;
}
