/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that threads share without locks (live table, call tree, lanes and their counts, edges,
 * the common sum and its peak), compiled with ThreadSanitizer into a host of their own: what it
 * reports ends the test. The malloc of the host is real, so a block is handed from thread to thread
 * as in any program: by its own means of order. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "attach.h"
#include "calls.h"
#include "evidence.h"
#include "guard.h"
#include "lane.h"
#include "live.h"
#include "modules.h"
#include "profile.h"
#include "record.h"
#include "scopes.h"
#include "shim.h"
#include "stack.h"
#include "tree.h"

/* ---- the rest of the shim, as far as these parts ask for it ---- */

__thread struct shim_thread shim_self __attribute__((tls_model("initial-exec")));
union shim_gate_page shim_gate;
size_t content_floor = SIZE_MAX, untouched_floor = SIZE_MAX;
atomic_int attach_stale;

bool shim_wake(void) { return true; }
void shim_watch_thread(void *lane) { (void)lane; }
void attach_again(void) {}
void late_serve(void) {}
void modules_meet(uintptr_t ip) {}
void modules_fill(struct nc_node *node, const struct nc_node *parent) {}
atomic_bool scopes_entered;
struct call *calls_enter_slow(struct lane *lane) { return NULL; }
void calls_leave(struct lane *lane) {}
void calls_allocated(struct call *call, struct block *b) {}
bool calls_freed(struct block *b) { return false; }
void calls_copied(struct call *call, uint64_t size) {}
void evidence_born(struct block *b) {}
void evidence_ending(struct block *b) {}
void evidence_moving(struct evidence_moving *ret, struct block *old) {}
void evidence_moved(const struct evidence_moving *m, struct block *now) {}
void evidence_copying(const struct block *to, uintptr_t dst, const struct block *from,
                      uintptr_t src, size_t size, uint32_t copy, uint32_t scope,
                      const struct call *call)
{
}

static __thread uint64_t dice;

static uint64_t next(void)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return dice;
}

/* Any of some thousand stacks, met in any order by all threads. */
struct stack_seen *stack_see(const void *frame, struct stack_seen *room)
{
    uintptr_t ips[6];
    const size_t len = 1 + next() % 6;

    for (size_t i = 0; i < len; i++)
        ips[i] = 0x1000 * (i + 1) + 16 * (next() % 4);
    *room = (struct stack_seen){.node = tree_intern(0, ips, NULL, len)};
    return room;
}

/* The search for a block's start reads four of the live table's words at once, and some of them may
 * be changing; what it finds is read again as an atomic. No C type says that. */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void) { return "race:start_before\n"; }

/* ---- traffic ---- */

enum { THREADS = 8, EVENTS = 20000, SLOTS = 200, SHARED = 64, STINTS = 3 };

static void *_Atomic shared[SHARED];
static size_t sizes_of[THREADS];
static uint64_t allocations[THREADS], bytes[THREADS], copies[THREADS];

struct held {
    size_t size;
    char rest[];
};

static struct held *take(size_t me)
{
    const size_t size = sizeof(struct held) + next() % (next() % 16 ? 500 : 60000);
    struct held *p = malloc(size);

    p->size = size;
    shim_self.busy = SHIM_EVENT;
    record_alloc(NULL, p, size, NC_BY_MALLOC);
    shim_self.busy = SHIM_FREE;
    allocations[me]++;
    bytes[me] += size;
    return p;
}

static void drop(struct held *p)
{
    const uintptr_t frame[2] = {0};

    shim_self.busy = SHIM_EVENT;
    record_free(frame, p);
    shim_self.busy = SHIM_FREE;
    free(p);
}

static struct held *move(size_t me, struct held *p)
{
    const uintptr_t frame[2] = {0};
    const size_t size = sizeof *p + next() % 3000;
    struct record_realloc r;

    shim_self.busy = SHIM_EVENT;
    record_realloc_begin(frame, &r, p, size);
    p = realloc(p, size);
    p->size = size;
    record_realloc_end(frame, &r, p, size, NC_BY_REALLOC);
    shim_self.busy = SHIM_FREE;
    allocations[me]++;
    bytes[me] += size;
    return p;
}

static void copy(size_t me, const struct held *to, const struct held *from)
{
    const size_t size = to->size < from->size ? to->size : from->size;

    if (size < NC_COPY_MIN)
        return;
    shim_self.busy = SHIM_EVENT;
    record_copy(NULL, to->rest, from->rest, size - sizeof *to, NC_BY_MEMCPY);
    shim_self.busy = SHIM_FREE;
    copies[me]++;
}

static void event(size_t me, struct held **slot)
{
    struct held **h = &slot[next() % SLOTS], *other = slot[next() % SLOTS];

    if (*h == NULL)
        *h = take(me);
    else if (next() % 4 == 0)
        *h = move(me, *h);
    else if (next() % 4 == 0 && other != NULL && other != *h)
        copy(me, *h, other);
    else if (next() % 4 == 0) /* another thread frees it */
        *h = atomic_exchange(&shared[next() % SHARED], *h);
    else {
        drop(*h);
        *h = NULL;
    }
}

static void *work(void *arg)
{
    const size_t me = (size_t)(uintptr_t)arg;
    struct held *slot[SLOTS] = {NULL};

    dice = (me + 1) * UINT64_C(0x9e3779b97f4a7c15) + ++sizes_of[me];
    for (int i = 0; i < EVENTS; i++)
        event(me, slot);
    for (size_t i = 0; i < SLOTS; i++)
        if (slot[i] != NULL)
            drop(slot[i]);
    shim_self.busy = SHIM_INSIDE;
    lane_give_back();
    return NULL;
}

/* Lanes pass from thread to thread. */
static void *lead(void *arg)
{
    for (int i = 0; i < STINTS; i++) {
        pthread_t t;

        if (pthread_create(&t, NULL, work, arg) != 0)
            abort();
        pthread_join(t, NULL);
    }
    return NULL;
}

static void counts_of_eight_threads_are_exact_and_raced_by_nobody(void **state)
{
    char path[] = "/tmp/shim-races-XXXXXX";
    pthread_t t[THREADS];
    uint64_t n = 0, size = 0, n_copies = 0, frees = 0, live = 0, told = 0, told_copies = 0;

    close(mkstemp(path));
    assert_int_equal(profile_open(path, "", 1), 0);
    live_init(false); /* the sanitizer has an allocator of its own */
    assert_int_equal(tree_init(), 0);
    lane_init();
    record_init();
    shim_gate.is.open = shim_gate.is.recording = shim_gate.is.copies = 1;
    lane_share(); /* as the hook of pthread_create does before there is a second thread */
    for (uintptr_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&t[i], NULL, lead, (void *)i), 0);
    for (size_t i = 0; i < THREADS; i++)
        pthread_join(t[i], NULL);
    for (size_t i = 0; i < SHARED; i++)
        if (shared[i] != NULL)
            drop(shared[i]);
    for (size_t i = 0; i < THREADS; i++) {
        n += allocations[i];
        size += bytes[i];
        n_copies += copies[i];
    }
    for (uint32_t i = 1; i < profile_count(NC_COUNTS); i++) {
        const struct nc_counts *c = profile_counts(i);

        told += c->allocations;
        frees += c->frees;
        live += c->allocated_bytes - c->freed_bytes;
        told_copies += c->copies;
        size -= c->allocated_bytes;
    }
    assert_int_equal(profile.header->lost_events, 0);
    assert_int_equal(told, n);
    assert_int_equal(frees, n);
    assert_int_equal(live, 0);
    assert_int_equal(size, 0);
    assert_int_equal(told_copies, n_copies);
    assert_int_equal(profile.header->threads, THREADS * STINTS + 1);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_eight_threads_are_exact_and_raced_by_nobody)};

    return cmocka_run_group_tests_name("races", tests, NULL, NULL);
}
