/* SPDX-License-Identifier: Apache-2.0 */
/* A load for benchmarks: pairs of malloc and free, or copies, at the end of a chain of calls.
 *
 *   chains DEPTH same|random|live|copy32|copy1k [THREADS [PAIRS]]
 *
 * `same` makes all pairs from one chain; `random` makes each from one of 16,384 chains of its own,
 * never the one before; `live` replaces one of two million blocks at random (of PAIRS, when those
 * are fewer than by default); `copy...` copies so many bytes instead. Frames are of every common
 * kind. Prints CPU nanoseconds a pair or copy, best of five rounds. */
#include <alloca.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define KINDS  64
#define CHAINS 16384
#define ROUNDS 5
#define LIVE   2000000
#define PAIRS  300000

struct chain {
    const uint8_t *next; /* kinds of the frames still to come */
    unsigned depth, pairs;
    void **live; /* null: none are kept; `n_live` of them, the next by `state` */
    size_t n_live;
    uint64_t *state;
    size_t copy; /* bytes; 0: none are copied */
};

static uint64_t step(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

typedef uint64_t frame_fn(const struct chain *chain, unsigned at, uint64_t a, uint64_t b);
static frame_fn *const kinds[KINDS];

static void copy(size_t size)
{
    static __thread char from[1024], to[1024];
    void *(*volatile f)(void *, const void *, size_t) = memcpy;

    f(to, from, size);
}

__attribute__((noinline)) static uint64_t innermost(const struct chain *chain)
{
    uint64_t sum = 0;

    for (unsigned i = 0; chain->live && i < chain->pairs; i++) {
        void **at = &chain->live[step(chain->state) % chain->n_live];

        free(*at);
        *at = malloc(40 + step(chain->state) % 256);
    }
    for (unsigned i = 0; chain->copy && i < chain->pairs; i++)
        copy(chain->copy);
    for (unsigned i = 0; !chain->live && !chain->copy && i < chain->pairs; i++) {
        volatile char *p = malloc(24 + (i & 7) * 16);

        p[0] = (char)i;
        sum += (uint64_t)p[0];
        free((void *)(uintptr_t)p);
    }
    return sum;
}

static inline uint64_t deeper(const struct chain *chain, unsigned at, uint64_t a, uint64_t b)
{
    if (at == chain->depth)
        return innermost(chain);
    return kinds[chain->next[at]](chain, at + 1, a, b);
}

#define NAME_(n) frame_##n
#define NAME(n)  NAME_(n)

/* A plain frame; one that holds much in registers; one with a large array; one with alloca; one
 * realigned. */
#define PLAIN(n)                                                                                   \
    static uint64_t NAME(n)(const struct chain *c, unsigned at, uint64_t a, uint64_t b)            \
    {                                                                                              \
        return deeper(c, at, b + n, a) + n;                                                        \
    }
#define BUSY(n)                                                                                    \
    static uint64_t NAME(n)(const struct chain *c, unsigned at, uint64_t a, uint64_t b)            \
    {                                                                                              \
        const uint64_t d = a * n, e = b ^ a, f = a + b, g = b * 7;                                 \
        const uint64_t r = deeper(c, at, d, e);                                                    \
                                                                                                   \
        return r + a + b * 3 + (d ^ e) + f * 5 + g;                                                \
    }
#define LARGE(n)                                                                                   \
    static uint64_t NAME(n)(const struct chain *c, unsigned at, uint64_t a, uint64_t b)            \
    {                                                                                              \
        volatile uint64_t room[n];                                                                 \
                                                                                                   \
        room[a % n] = b;                                                                           \
        return deeper(c, at, a, b + 1) + room[a % n];                                              \
    }
#define ALLOCA(n)                                                                                  \
    static uint64_t NAME(n)(const struct chain *c, unsigned at, uint64_t a, uint64_t b)            \
    {                                                                                              \
        volatile uint64_t *room = alloca(16 + (a & 3) * 16);                                       \
                                                                                                   \
        room[0] = b;                                                                               \
        return deeper(c, at, a + n, b) + room[0];                                                  \
    }
#define REALIGNED(n)                                                                               \
    static uint64_t NAME(n)(const struct chain *c, unsigned at, uint64_t a, uint64_t b)            \
    {                                                                                              \
        volatile uint64_t room[8] __attribute__((aligned(64)));                                    \
                                                                                                   \
        room[a & 7] = b + n;                                                                       \
        return deeper(c, at, a, b) + room[a & 7];                                                  \
    }
#define EIGHT(KIND, n)                                                                             \
    KIND(n##0) KIND(n##1) KIND(n##2) KIND(n##3) KIND(n##4) KIND(n##5) KIND(n##6) KIND(n##7)
EIGHT(PLAIN, 1)
EIGHT(PLAIN, 2)
EIGHT(PLAIN, 3)
EIGHT(BUSY, 4)
EIGHT(BUSY, 5)
EIGHT(LARGE, 6)
EIGHT(ALLOCA, 7)
EIGHT(REALIGNED, 8)
#define EIGHT_NAMES(n)                                                                             \
    NAME(n##0), NAME(n##1), NAME(n##2), NAME(n##3), NAME(n##4), NAME(n##5), NAME(n##6), NAME(n##7),
static frame_fn *const kinds[KINDS] = {EIGHT_NAMES(1) EIGHT_NAMES(2) EIGHT_NAMES(3) EIGHT_NAMES(
    4) EIGHT_NAMES(5) EIGHT_NAMES(6) EIGHT_NAMES(7) EIGHT_NAMES(8)};

struct load {
    unsigned depth, pairs;
    int same;
    const uint8_t *kinds; /* [CHAINS][depth] */
    void **live;
    size_t copy, n_live;
    uint64_t sum, cpu_ns, state;
};

static uint64_t cpu_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void *run(void *arg)
{
    struct load *load = arg;
    uint64_t state = 1;
    const uint64_t start = cpu_ns();

    if (load->same) {
        const struct chain chain = {.next = load->kinds,
                                    .depth = load->depth,
                                    .pairs = load->pairs,
                                    .live = load->live,
                                    .n_live = load->n_live,
                                    .state = &load->state,
                                    .copy = load->copy};

        load->sum += deeper(&chain, 0, 1, 2);
    } else {
        for (unsigned i = 0; i < load->pairs; i++) {
            const size_t which = step(&state) % CHAINS;
            const struct chain chain = {
                .next = load->kinds + which * load->depth, .depth = load->depth, .pairs = 1};

            load->sum += deeper(&chain, 0, 1, 2);
        }
    }
    load->cpu_ns = cpu_ns() - start;
    return NULL;
}

static double round_ns(struct load *loads, unsigned threads)
{
    pthread_t thread[64];
    uint64_t sum = 0;

    if (threads == 1) {
        run(&loads[0]);
        return (double)loads[0].cpu_ns / loads[0].pairs;
    }
    for (unsigned i = 0; i < threads; i++)
        if (pthread_create(&thread[i], NULL, run, &loads[i]) != 0)
            exit(1);
    for (unsigned i = 0; i < threads; i++) {
        pthread_join(thread[i], NULL);
        sum += loads[i].cpu_ns;
    }
    return (double)sum / threads / loads[0].pairs;
}

int main(int argc, char **argv)
{
    static struct load loads[64];
    const unsigned depth = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    const unsigned threads = argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 1;
    const unsigned pairs = argc > 4 ? (unsigned)strtoul(argv[4], NULL, 10) : PAIRS;
    double best = 0;
    uint64_t state = 42;
    uint8_t *chains;

    if (depth < 1 || depth > 1000 || threads < 1 || threads > 64 || pairs < 1 ||
        !strstr(" same random live copy32 copy1k ", argv[2])) {
        fprintf(stderr, "usage: chains DEPTH same|random|live|copy32|copy1k [THREADS [PAIRS]]\n");
        return 2;
    }
    chains = malloc((size_t)CHAINS * depth);
    if (!chains)
        return 1;
    for (size_t i = 0; i < (size_t)CHAINS * depth; i++)
        chains[i] = (uint8_t)(step(&state) % KINDS);
    for (unsigned i = 0; i < threads; i++)
        loads[i] = (struct load){.depth = depth,
                                 .pairs = pairs,
                                 .same = argv[2][0] != 'r',
                                 .copy = argv[2][0] != 'c'   ? 0
                                         : argv[2][4] == '3' ? 32
                                                             : 1024,
                                 .kinds = chains,
                                 .state = i + 1,
                                 .n_live = pairs < PAIRS ? pairs : LIVE,
                                 .live = argv[2][0] == 'l' ? calloc(LIVE, sizeof(void *)) : NULL};
    for (unsigned i = 0; i < threads; i++)
        for (size_t k = 0; loads[i].live != NULL && k < loads[i].n_live; k++)
            loads[i].live[k] = malloc(40 + step(&state) % 256);
    for (unsigned i = 0; i < ROUNDS; i++) {
        const double ns = round_ns(loads, threads);

        if (i == 0 || ns < best)
            best = ns;
    }
    printf("%.1f\n", best);
    free(chains);
    return loads[0].sum == 1; /* used */
}
