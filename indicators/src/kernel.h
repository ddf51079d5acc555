/* SPDX-License-Identifier: Apache-2.0 */
/* All that a kernel file includes. A kernel file is compiled once per instruction set, so headers
 * that it sees hold static inline code only. */
#ifndef IND_KERNEL_H
#define IND_KERNEL_H

#include "past.h"
#include <assert.h>
#include <math.h>
#include <nocopy/indicators.h>
#include <stdbool.h>
#include <stdint.h>

/* sma -> sma_avx2: a backtrace names the path taken. */
#define IND_PASTE(a, b)  a##_##b
#define IND_EXPAND(a, b) IND_PASTE(a, b)
#define IND_FN(name)     IND_EXPAND(name, IND_ISA)

/* Opens the descriptor that ends a kernel file. */
#define IND_INDICATOR(name)                                                                        \
    extern const struct ind_indicator IND_FN(ind_indicator_##name);                                \
    const struct ind_indicator IND_FN(ind_indicator_##name)

/* A stretch of bars of one parameter set. Bar 0 is the first one valid in every input. A whole
 * series comes as one stretch, or where results are larger than the caches as several of many bars,
 * a stream as stretches of one bar, so a kernel must carry over in `state` whatever it needs
 * besides `history` earlier bars of its inputs.
 *
 * Arguments have been checked. Outputs hold NaN up to the warm-up; the kernel writes every bar from
 * there on and none before. */
struct ind_run {
    const double *params;             /* [n_params] */
    size_t from, to;                  /* bars to do: from <= t < to */
    const double *in[IND_MAX_INPUTS]; /* in[i][t], readable from t = max(0, from - history) */
    double *out[IND_MAX_OUTPUTS];     /* out[o][t], writable in from <= t < to */
    void *state;                      /* state_size(params) bytes, zero before bar 0; of a
                                         reference: its scratch, see run_scratch */
    struct ind_behind *behind;        /* null, or what RUN_CHUNKS puts in memory by the way */
};

/* Whole series of several parameter sets at once, for kernels whose lanes are parameter sets. */
enum { IND_GROUP = 32 };

struct ind_group {
    size_t rows; /* 1 .. IND_GROUP */
    size_t len;
    const double *in[IND_MAX_INPUTS];
    double (*params)[IND_MAX_PARAMS]; /* params[row][i] */
    double *(*out)[IND_MAX_OUTPUTS];  /* out[row][o][t] */
    void *work;  /* the largest group_size(params) of the rows; garbage, 64-byte aligned */
    bool stream; /* the result is larger than a cache: store past it */
};

static inline size_t size_max(size_t a, size_t b) { return a > b ? a : b; }
static inline size_t size_min(size_t a, size_t b) { return a < b ? a : b; }

/* The first bar of the stretch that is not before `warmup`. */
static inline size_t run_start(const struct ind_run *run, size_t warmup)
{
    return size_max(run->from, warmup);
}

/* For references, which are always given the whole series: room for series number i of
 * IND_SCRATCH, `to` values, zero at first. */
enum { IND_SCRATCH = 16 };

static inline double *run_scratch(const struct ind_run *run, size_t i)
{
    return (double *)run->state + i * run->to;
}

/* Parameter i, known to be whole. */
static inline size_t run_int(const struct ind_run *run, size_t i) { return (size_t)run->params[i]; }

/* Kernels whose work has several stages do it a chunk at a time, with rooms of CHUNK doubles on the
 * stack between the stages: `n` bars from bar `at` on, none before `first`. */
enum { CHUNK = 256 };

#define RUN_CHUNKS(run, first, at, n) RUN_CHUNKS_OF(CHUNK, run, first, at, n)
#define RUN_CHUNKS_OF(size, run, first, at, n)                                                     \
    for (size_t at = run_start(run, first), n; at < (run)->to; at += n)                            \
        if ((n = run_chunk(run, size, at)) > 0)

/* Bar by bar, for kernels that need nothing but the bar and earlier ones. */
#define RUN_BARS(run, first, t)                                                                    \
    RUN_CHUNKS(run, first, t##_chunk, t##_n)                                                       \
    for (size_t t = t##_chunk; t < t##_chunk + t##_n; t++)

static inline size_t run_chunk(const struct ind_run *run, size_t size, size_t at)
{
    const size_t n = size_min(size, run->to - at);

    if (run->behind)
        run->behind->put(run->behind, n, run->in[0] + at + n);
    return n;
}

/* Where a division or a root follows upon sums: in stretches as short as this the processor does
 * both at once. */
enum { CHUNK_SHORT = 64 };

/* How many of the bars from `at` on come before `first`. */
static inline size_t chunk_skip(size_t at, size_t first) { return first > at ? first - at : 0; }

/* The commonest shapes of warmup and history: of parameter 0, a period. */
static inline size_t ind_period_less_1(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[0] - 1;
}

static inline size_t ind_period(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[0];
}

static inline size_t ind_history_period(const double *params) { return (size_t)params[0]; }

static inline size_t ind_history_1(const double *params)
{
    (void)params;
    return 1;
}

/* The largest period: enough for ten years of seconds, small enough for exact arithmetic. */
#define IND_PERIOD_MAX 1e9

#endif
