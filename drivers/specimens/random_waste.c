/* SPDX-License-Identifier: Apache-2.0 */
/* random_waste: a program made up by a seed, that says by itself what it wasted.
 *
 * usage: random_waste SEED [marks|names] [THREADS]
 *
 * A few batch calls, each of them steps drawn at random: some waste in a way that is known by
 * heart, some do what looks like it and was needed. Sizes lie on both sides of every threshold that
 * matters (1 KiB, 16 KiB, where malloc begins to map). What was wasted is printed as JSON, by
 * function and kind, to be held against the report of the same run. */
#include <nocopy/mark.h>

#include <math.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEP __attribute__((noinline)) static void

enum {
    INPUT = 60000, /* doubles */
    FLOOR = 128,   /* doubles of 1 KiB: what is smaller is not looked at */
    JUDGED = 2048, /* doubles of 16 KiB: likewise for what is never written */
    MOST_STEPS = 40,
    MOST_THREADS = 8,
    ROWS_TOLD = 1000000 /* far more than steps, so that no block is one of each row */
};

/* One thread's part of a call. */
struct work {
    const double *in;
    double *out; /* unique rows are put here, one behind the other */
    size_t room, used;
    uint64_t random;
    unsigned steps;
    bool again_done; /* by the step that computes what an earlier call had */
    struct waste *waste;
};

struct waste {
    uint64_t bytes;
};

static double sink; /* so that nothing is optimized away */
static pthread_mutex_t sink_lock = PTHREAD_MUTEX_INITIALIZER;

static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint64_t below(struct work *w, uint64_t n) { return next(&w->random) % n; }

/* Contents that no other key gives. */
static void fill(double *ret, size_t len, uint64_t key)
{
    uint64_t s = (key + 1) * UINT64_C(0x9e3779b97f4a7c15) | 1;
    double x = 100;

    for (size_t i = 0; i < len; i++) {
        x += (double)(next(&s) >> 40) / (double)(1 << 24) - 0.5;
        ret[i] = x;
    }
}

static void use(const double *x, size_t len)
{
    double sum = 0;

    for (size_t i = 0; i < len; i++)
        sum += x[i];
    pthread_mutex_lock(&sink_lock);
    sink += sum;
    pthread_mutex_unlock(&sink_lock);
}

__attribute__((noinline)) static void loop_copy(double *dst, const double *src, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        dst[i] = src[i];
        __asm__ volatile("" ::: "memory");
    }
}

static void *must(void *p)
{
    if (!p)
        abort();
    return p;
}

/* No function: the step that wastes it is to be the one that allocates. */
#define BLOCK(len) must(malloc((len) * sizeof(double)))

/* Lengths of rows: most on neither side of anything. */
static size_t length(struct work *w, size_t least)
{
    static const size_t edges[] = {128,   160,   512,   2046,  2048, 2050,
                                   10000, 16379, 16382, 16384, 16390};
    size_t ret = below(w, 3) == 0 ? edges[below(w, sizeof edges / sizeof *edges)]
                                  : FLOOR + below(w, below(w, 4) == 0 ? 30000 : 4000);

    return ret < least ? least + ret : ret;
}

static double *row(struct work *w, size_t len)
{
    if (w->used + len > w->room)
        return NULL;
    w->used += len;
    return w->out + w->used - len;
}

static void add(struct work *w, size_t doubles)
{
    __atomic_fetch_add(&w->waste->bytes, doubles * sizeof(double), __ATOMIC_RELAXED);
}

/* --- waste */

STEP clone_by_call(struct work *w)
{
    const size_t len = length(w, 0);
    double *clone = BLOCK(len);

    memcpy(clone, w->in + below(w, INPUT - len), len * sizeof *clone);
    use(clone, len);
    free(clone);
    add(w, len);
}

STEP clone_by_loop(struct work *w)
{
    const size_t len = length(w, 0);
    double *clone = BLOCK(len);

    loop_copy(clone, w->in + below(w, INPUT - len), len);
    use(clone, len);
    free(clone);
    add(w, len);
}

STEP part_by_call(struct work *w)
{
    const size_t len = length(w, 0), before = below(w, 3000), after = below(w, 3000);
    double *arena = BLOCK(before + len + after);

    fill(arena, before, w->random);
    memcpy(arena + before, w->in + below(w, INPUT - len), len * sizeof *arena);
    fill(arena + before + len, after, ~w->random);
    use(arena, before + len + after);
    free(arena);
    add(w, len);
}

STEP every_second(struct work *w)
{
    const size_t len = length(w, 2000) % (INPUT / 2);
    double *part = BLOCK(len);

    for (size_t i = 0; i < len; i++)
        part[i] = w->in[2 * i];
    use(part, len);
    free(part);
    add(w, len);
}

STEP row_by_call(struct work *w)
{
    const size_t len = length(w, 0);
    double *out = row(w, len), *temporary;

    if (!out)
        return;
    temporary = BLOCK(len);
    fill(temporary, len, w->random);
    memcpy(out, temporary, len * sizeof *out);
    free(temporary);
    add(w, len);
}

STEP row_by_loop(struct work *w)
{
    const size_t len = length(w, 0);
    double *out = row(w, len), *temporary;

    if (!out)
        return;
    temporary = BLOCK(len);
    fill(temporary, len, w->random);
    loop_copy(out, temporary, len);
    free(temporary);
    add(w, len);
}

STEP row_by_chain(struct work *w)
{
    const size_t len = length(w, 0);
    double *out = row(w, len), *first, *second;

    if (!out)
        return;
    first = BLOCK(len);
    fill(first, len, w->random);
    second = BLOCK(len);
    memcpy(second, first, len * sizeof *out);
    free(first);
    memcpy(out, second, len * sizeof *out);
    free(second);
    add(w, 2 * len);
}

STEP table_twice(struct work *w)
{
    const size_t len = length(w, 0), at = below(w, INPUT - len);
    const double factor = 1 + (double)(next(&w->random) >> 40) / (1 << 24);
    double *a = BLOCK(len), *b = BLOCK(len);

    for (size_t i = 0; i < len; i++)
        a[i] = factor * log(w->in[at + i]);
    for (size_t i = 0; i < len; i++)
        b[i] = factor * log(w->in[at + i]);
    use(a, len);
    use(b, len);
    free(a);
    free(b);
    add(w, len);
}

STEP spare_tail(struct work *w)
{
    const size_t len = length(w, 2 * JUDGED), written = len / 8 + below(w, len / 2);
    double *spare = BLOCK(len);

    fill(spare, written, w->random);
    use(spare, written);
    free(spare);
    add(w, len - written);
}

/* --- what was needed */

STEP written_where_wanted(struct work *w)
{
    const size_t len = length(w, 0);
    double *out = row(w, len);

    if (out)
        fill(out, len, w->random);
}

STEP scratch(struct work *w)
{
    const size_t len = length(w, 0);
    double *x = BLOCK(len);

    for (unsigned i = 0; i < 3; i++) {
        fill(x, len, w->random + i);
        use(x, len);
    }
    free(x);
}

STEP sorted(struct work *w)
{
    const size_t len = length(w, 0);
    double *x = BLOCK(len);

    memcpy(x, w->in + below(w, INPUT - len), len * sizeof *x);
    for (size_t gap = len / 2; gap > 0; gap /= 2)
        for (size_t i = gap; i < len; i++)
            for (size_t j = i; j >= gap && x[j] < x[j - gap]; j -= gap) {
                const double y = x[j];

                x[j] = x[j - gap];
                x[j - gap] = y;
            }
    use(x, len / 2);
    free(x);
}

STEP snapshot(struct work *w)
{
    const size_t len = length(w, 0);
    double *out = row(w, len), *before;

    if (!out)
        return;
    fill(out, len, w->random);
    before = BLOCK(len);
    if (below(w, 2))
        memcpy(before, out, len * sizeof *out);
    else
        loop_copy(before, out, len);
    for (size_t i = 1; i < len; i++)
        out[i] = before[i] * 0.75 + before[i - 1] * 0.25;
    free(before);
}

STEP edited(struct work *w)
{
    const size_t len = length(w, 0);
    double *x = BLOCK(len);

    memcpy(x, w->in + below(w, INPUT - len), len * sizeof *x);
    for (size_t i = 0; i < len; i += 50)
        x[i] = -1.0 - (double)i;
    use(x, len);
    free(x);
}

STEP zeros(struct work *w)
{
    const size_t len = length(w, 0);
    double *x = BLOCK(len), *y = BLOCK(len);

    for (size_t i = 0; i < len; i++)
        x[i] = 0;
    loop_copy(y, x, len);
    use(y, len);
    free(x);
    free(y);
}

enum { AGAIN = 10000 };

/* What the caller had in a block that it freed before the call, computed once more. */
STEP again(struct work *w)
{
    double *x;

    if (w->again_done)
        return;
    w->again_done = true;
    x = BLOCK(AGAIN);
    fill(x, AGAIN, 42);
    use(x, AGAIN);
    free(x);
}

static const struct step {
    const char *function, *kind; /* null: nothing is wasted */
    void (*run)(struct work *w);
} steps[] = {
    {"clone_by_call", "copy-of-live", clone_by_call},
    {"clone_by_loop", "copy-of-live", clone_by_loop},
    {"part_by_call", "copy-of-live", part_by_call},
    {"every_second", "copy-of-live", every_second},
    {"row_by_call", "copy-then-free", row_by_call},
    {"row_by_loop", "copy-then-free", row_by_loop},
    {"row_by_chain", "copy-then-free", row_by_chain},
    {"table_twice", "duplicate-content", table_twice},
    {"spare_tail", "over-allocation", spare_tail},
    {"written_where_wanted", NULL, written_where_wanted},
    {"scratch", NULL, scratch},
    {"sorted", NULL, sorted},
    {"snapshot", NULL, snapshot},
    {"edited", NULL, edited},
    {"zeros", NULL, zeros},
    {"again", NULL, again},
};
enum { STEPS = sizeof steps / sizeof *steps, MOST_CALLS = 6 };

static struct waste wasted[MOST_CALLS][STEPS];

static struct waste *waste_of_call;

static void *work(void *arg)
{
    struct work *w = arg;

    for (unsigned i = 0; i < w->steps; i++) {
        const size_t s = below(w, STEPS);

        w->waste = &waste_of_call[s];
        steps[s].run(w);
    }
    return NULL;
}

/* The names that a pattern finds. The result is handed out, or is the caller's. */
__attribute__((noinline)) double *random_waste_batch(const double *in, double *callers, size_t room,
                                                     uint64_t seed, unsigned n_threads)
{
    double *out = callers ? callers : BLOCK(room);
    pthread_t thread[MOST_THREADS];
    struct work w[MOST_THREADS];

    for (unsigned t = 0; t < n_threads; t++) {
        uint64_t s = (seed + t * 77) * UINT64_C(0x9e3779b97f4a7c15) | 1;

        for (unsigned i = 0; i < 8; i++)
            next(&s);
        w[t] = (struct work){.in = in,
                             .out = out + room / n_threads * t,
                             .room = room / n_threads,
                             .random = s,
                             .steps = 5 + (unsigned)(s % (MOST_STEPS - 5)) / n_threads,
                             .again_done = t > 0};
        if (t > 0 && pthread_create(&thread[t], NULL, work, &w[t]) != 0)
            abort();
    }
    work(&w[0]);
    for (unsigned t = 1; t < n_threads; t++)
        pthread_join(thread[t], NULL);
    for (unsigned t = 0; t < n_threads; t++) /* what no step has put there */
        fill(w[t].out + w[t].used, w[t].room - w[t].used, ~w[t].random);
    return out;
}

static void print(unsigned calls, bool marks)
{
    const char *comma = "";

    printf("{\"wasted\": [");
    for (unsigned c = 0; c < calls; c++)
        for (size_t s = 0; s < STEPS; s++)
            if (steps[s].kind && wasted[c][s].bytes) {
                printf("%s\n  {\"scope\": \"", comma);
                if (marks)
                    printf("call%u", c);
                else
                    printf("random_waste");
                printf("\", \"function\": \"%s\", \"kind\": \"%s\", \"bytes\": %llu}",
                       steps[s].function, steps[s].kind, (unsigned long long)wasted[c][s].bytes);
                comma = ",";
            }
    printf("]}\n");
}

int main(int argc, char **argv)
{
    const uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1;
    const bool marks = argc <= 2 || strcmp(argv[2], "names") != 0;
    const unsigned long n = argc > 3 ? strtoul(argv[3], NULL, 10) : 1;
    const unsigned threads = n < 1 ? 1 : n > MOST_THREADS ? MOST_THREADS : (unsigned)n;
    uint64_t random = (seed + 1) * UINT64_C(0xd1342543de82ef95) | 1;
    const unsigned calls = 1 + (unsigned)(next(&random) >> 20) % MOST_CALLS;
    double *in = BLOCK(INPUT);

    fill(in, INPUT, 7);
    for (unsigned c = 0; c < calls; c++) {
        const size_t room = 20000 + (size_t)(next(&random) % 200000);
        double *callers = next(&random) % 2 ? BLOCK(room) : NULL, *before = BLOCK(AGAIN);
        char name[16];

        waste_of_call = wasted[c];
        fill(before, AGAIN, 42);
        use(before, AGAIN);
        free(before);
        if (marks) {
            snprintf(name, sizeof name, "call%u", c);
            nc_scope_begin(name, NC_BATCH, ROWS_TOLD);
        }
        double *out = random_waste_batch(in, callers, room, next(&random), threads);

        if (marks)
            nc_scope_end(NULL);
        use(out, room);
        free(out);
    }
    free(in);
    print(calls, marks);
    return sink == 0.5;
}
