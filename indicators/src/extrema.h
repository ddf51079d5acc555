/* SPDX-License-Identifier: Apache-2.0 */
/* Largest and smallest of the last p values, and how long ago they were. A NaN in the window makes
 * the result NaN; of equal values the newest counts.
 *
 * `at` points to the newest value (of a chunk: to its first), with the p before it readable as far
 * as there are. Zero the struct to begin; `mem` is extreme_size(p) bytes. */
#ifndef IND_EXTREMA_H
#define IND_EXTREMA_H

#include "kernel.h"

static inline double nan_max(double a, double b) { return a > b || a != a ? a : b; }
static inline double nan_min(double a, double b) { return a < b || a != a ? a : b; }

/* `least` is a constant wherever these are called. */
static inline double nan_pick(double a, double b, bool least)
{
    return least ? nan_min(a, b) : nan_max(a, b);
}

static inline double pick(double a, double b, bool least)
{
    return least ? (a < b ? a : b) : (a > b ? a : b);
}

/* ---- One bar at a time ----
 *
 * Van Herk and Gil-Werman: bars are cut into blocks of p. A window is the end of one block, whose
 * maxima from each place to its end are in a table of p, and the beginning of the next, whose
 * maximum is kept. Three comparisons a bar for any p. */
struct extreme {
    double prefix;
    size_t count; /* values so far */
    size_t place; /* of the newest in its block */
};

static inline size_t extreme_size(size_t p) { return p * sizeof(double); }

static inline double extreme_push(struct extreme *e, double *mem, const double *at, size_t p,
                                  bool least)
{
    e->place = e->count && e->place + 1 < p ? e->place + 1 : 0;
    if (e->place == 0) {
        if (e->count >= p) {
            double most = at[-1];
            for (size_t i = 1; i <= p; i++)
                mem[p - i] = most = nan_pick(most, *(at - i), least);
        }
        e->prefix = at[0];
    } else {
        e->prefix = nan_pick(e->prefix, at[0], least);
    }
    return e->count++ < p || e->place + 1 == p ? e->prefix
                                               : nan_pick(mem[e->place + 1], e->prefix, least);
}

/* The maximum of the last p values, or of all when there are fewer. */
static inline double extreme_push_max(struct extreme *e, double *mem, const double *at, size_t p)
{
    return extreme_push(e, mem, at, p, false);
}

static inline double extreme_push_min(struct extreme *e, double *mem, const double *at, size_t p)
{
    return extreme_push(e, mem, at, p, true);
}

/* ---- Many bars ---- */

/* Windows longer than this go one bar at a time. */
enum { EXTREME_DOUBLING = 256 };

static inline bool any_nan(const double *x, size_t n)
{
    int any = 0;

    for (size_t i = 0; i < n; i++)
        any |= x[i] != x[i];
    return any;
}

/* out[i] = extreme of x[i], x[i + b], x[i + c], x[i + d] */
static inline void extreme_of_four(const double *x, size_t b, size_t c, size_t d, size_t n,
                                   double *restrict out, bool least)
{
    for (size_t i = 0; i < n; i++)
        out[i] = pick(pick(x[i], x[i + b], least), pick(x[i + c], x[i + d], least), least);
}

/* out[i] = extreme of x[i] .. x[i + p - 1], none NaN. Windows of 1, 4, 16 ... are put together to
 * windows four times as long, and at last four that overlap to one of p. */
static inline void extreme_doubling(const double *x, size_t n, size_t p, double *out, bool least)
{
    double room[2][CHUNK + EXTREME_DOUBLING];
    size_t width = 1, len = n + p - 1;
    int which = 0;

    for (; width * 4 < p; width *= 4, which = !which) {
        len -= 3 * width;
        extreme_of_four(x, width, 2 * width, 3 * width, len, room[which], least);
        x = room[which];
    }
    const size_t last = p - width;
    extreme_of_four(x, size_min(width, last), size_min(2 * width, last), last, n, out, least);
}

static inline void extreme_chunk(const struct ind_run *run, struct extreme *e, double *mem,
                                 const double *at, size_t n, size_t p, double *out, bool least)
{
    size_t i = 0;

    /* the same way for all stretches of a series, for `e` is not kept up in the other */
    if (p > EXTREME_DOUBLING || run->to - run->from == 1) {
        for (; i < n; i++)
            out[i] = extreme_push(e, mem, at + i, p, least);
        return;
    }
    for (; i < n && e->count + 1 < p; i++, e->count++)
        out[i] = e->prefix = e->count ? nan_pick(e->prefix, at[i], least) : at[i];
    e->count += n - i;
    if (i == n)
        return;
    const double *x = at + i - (p - 1);
    if (!any_nan(x, n - i + p - 1)) {
        extreme_doubling(x, n - i, p, out + i, least);
        return;
    }
    for (; i < n; i++) {
        out[i] = at[i];
        for (size_t k = 1; k < p; k++)
            out[i] = nan_pick(out[i], *(at + i - k), least);
    }
}

/* out[i] = the maximum of the last p values, of all when there are fewer, at at[i]; n bars. */
static inline void extreme_chunk_max(const struct ind_run *run, struct extreme *e, double *mem,
                                     const double *at, size_t n, size_t p, double *out)
{
    extreme_chunk(run, e, mem, at, n, p, out, false);
}

static inline void extreme_chunk_min(const struct ind_run *run, struct extreme *e, double *mem,
                                     const double *at, size_t n, size_t p, double *out)
{
    extreme_chunk(run, e, mem, at, n, p, out, true);
}

/* ---- For references: look at every value ---- */

static inline double window_max(const double *x, size_t t, size_t p)
{
    double most = x[t];
    for (size_t i = 1; i < p; i++)
        most = nan_max(most, x[t - i]);
    return most;
}

static inline double window_min(const double *x, size_t t, size_t p)
{
    double least = x[t];
    for (size_t i = 1; i < p; i++)
        least = nan_min(least, x[t - i]);
    return least;
}

#endif
