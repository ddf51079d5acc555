/* SPDX-License-Identifier: Apache-2.0 */
/* pairs CASE [DEPTH [THREADS]]: nanoseconds of a malloc with its free (or of a copy), best of
 * several rounds. Run it plain and under a profiler: the difference is the profiler's. */
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __clang__ /* which makes no clones */
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

typedef void work(size_t n, uint64_t *seed);

static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    return *seed ^= *seed << 17;
}

static void pairs(size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++) {
        void *p = malloc(48);

        __asm__ volatile("" : "+r"(p) : : "memory");
        free(p);
    }
}

static void copy(size_t n, size_t size)
{
    static __thread char from[4096], to[4096];

    for (size_t i = 0; i < n; i++) {
        void *(*volatile f)(void *, const void *, size_t) = memcpy;

        f(to, from, size);
    }
}

static void copies32(size_t n, uint64_t *seed) { copy(n, 32); }
static void copies1k(size_t n, uint64_t *seed) { copy(n, 1024); }

/* Live blocks are replaced at random. */
enum { LIVE = 1000000 };
static void live(size_t n, uint64_t *seed)
{
    static void **held;

    if (held == NULL) {
        held = calloc(LIVE, sizeof *held);
        for (size_t i = 0; i < LIVE; i++)
            held[i] = malloc(32 + next(seed) % 200);
    }
    for (size_t i = 0; i < n; i++) {
        const size_t at = next(seed) % LIVE;

        free(held[at]);
        held[at] = malloc(32 + next(seed) % 200);
    }
}

static NOINLINE void dive(unsigned depth, work *f, size_t n, uint64_t *seed)
{
    char room[48];

    __asm__ volatile("" : : "r"(room) : "memory");
    if (depth > 1)
        dive(depth - 1, f, n, seed);
    else
        f(n, seed);
    __asm__ volatile("" : : "r"(room) : "memory"); /* no jump instead of the call */
}

/* A chain of calls that is another each time: two functions a level, chosen by the bits of path. */
static void zig(unsigned depth, uint64_t path);
static void zag(unsigned depth, uint64_t path);
#define STEP(name)                                                                                 \
    static NOINLINE void name(unsigned depth, uint64_t path)                                       \
    {                                                                                              \
        char room[32];                                                                             \
                                                                                                   \
        __asm__ volatile("" : : "r"(room) : "memory");                                             \
        if (depth <= 1)                                                                            \
            pairs(1, NULL);                                                                        \
        else if (path & 1)                                                                         \
            zig(depth - 1, path >> 1);                                                             \
        else                                                                                       \
            zag(depth - 1, path >> 1);                                                             \
        __asm__ volatile("" : : "r"(room) : "memory");                                             \
    }
STEP(zig)
STEP(zag)

static unsigned the_depth = 20;
static uint64_t stacks = 16384; /* distinct ones */

static void paths(size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++)
        zig(the_depth, next(seed) % stacks * UINT64_C(0x9e3779b97f4a7c15) >> 20);
}

static const struct {
    const char *name;
    work *run;
    size_t n;
} cases[] = {
    {"pairs", pairs, 200000},        {"paths", paths, 100000},       {"live", live, 200000},
    {"copies32", copies32, 1000000}, {"copies1k", copies1k, 200000},
};

static work *chosen;
static size_t chosen_n;
static double best = 1e30;
static pthread_barrier_t barrier;

static void *thread(void *arg)
{
    uint64_t seed = (uint64_t)(uintptr_t)&seed | 1;

    for (int round = 0; round < 9; round++) {
        pthread_barrier_wait(&barrier);
        const double start = now();

        dive(chosen == paths ? 1 : the_depth, chosen, chosen_n, &seed);
        pthread_barrier_wait(&barrier);
        const double took = (now() - start) / (double)chosen_n;

        if (arg == NULL && round > 0 && took < best)
            best = took;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    const unsigned threads = argc > 3 ? (unsigned)atoi(argv[3]) : 1;
    pthread_t t[64];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (argc > 1 && strcmp(argv[1], cases[i].name) == 0) {
            chosen = cases[i].run;
            chosen_n = cases[i].n;
        }
    if (chosen == NULL || threads < 1 || threads > 64)
        return 2;
    if (argc > 2)
        the_depth = (unsigned)atoi(argv[2]);
    if (chosen == paths && the_depth > 30)
        stacks = UINT64_C(1) << 40;
    pthread_barrier_init(&barrier, NULL, threads);
    for (unsigned i = 1; i < threads; i++)
        pthread_create(&t[i], NULL, thread, &best);
    thread(NULL);
    for (unsigned i = 1; i < threads; i++)
        pthread_join(t[i], NULL);
    printf("%.1f\n", best);
    return 0;
}
