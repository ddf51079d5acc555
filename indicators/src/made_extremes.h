/* SPDX-License-Identifier: Apache-2.0 */
/* Largest and smallest of the last p values of a series that a kernel makes itself, and where in
 * between the newest stands. */
#ifndef IND_MADE_EXTREMES_H
#define IND_MADE_EXTREMES_H

#include "extrema.h"
#include "tail.h"

struct made_extremes {
    struct tail tail;
    struct extreme high, low;
};

/* Doubles of `mem`. */
static inline size_t made_extremes_doubles(size_t p) { return series_doubles(p) + 2 * p; }
static inline size_t made_extremes_size(size_t p)
{
    return made_extremes_doubles(p) * sizeof(double);
}

/* Take in n values, n <= CHUNK; high[i] and low[i] are the extremes of the last p at x[i], of all
 * when there are fewer. Either may be null. Zero the struct to begin. */
static inline void made_extremes_chunk(const struct ind_run *run, struct made_extremes *e,
                                       double *mem, size_t p, const double *x, size_t n,
                                       double *high, double *low)
{
    double *high_mem = mem + series_doubles(p), *low_mem = high_mem + p;
    const double *at = tail_append(&e->tail, mem, p, x, n);

    if (high)
        extreme_chunk_max(run, &e->high, high_mem, at, n, p, high);
    if (low)
        extreme_chunk_min(run, &e->low, low_mem, at, n, p, low);
}

/* For references: the extremes of the last p values, of all from `first` on when there are fewer.
 */
static inline double made_max(const double *x, size_t first, size_t t, size_t p)
{
    return window_max(x, t, size_min(p, t - first + 1));
}

static inline double made_min(const double *x, size_t first, size_t t, size_t p)
{
    return window_min(x, t, size_min(p, t - first + 1));
}

#endif
