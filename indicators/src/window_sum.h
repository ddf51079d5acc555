/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the last p values, without drift.
 *
 * Add one, drop one would let rounding pile up over millions of bars, and one NaN would stay for
 * ever. So a second set of sums is begun every p bars and takes over when it spans the window: no
 * rounding is older than 2p bars. A window of equal values has exact sums: what is flat is seen to
 * be flat. A window with a NaN or an infinity is summed afresh, so these leave with their bar.
 *
 * `at` points to the newest value; at[-1] .. at[-p] are the ones before, as far as there are. */
#ifndef IND_WINDOW_SUM_H
#define IND_WINDOW_SUM_H

#include "kernel.h"

/* at[-i] */
static inline double ago(const double *at, size_t i) { return *(at - i); }

/* ---- Sum ---- */

struct window_sum {
    double sum;   /* of the window */
    double fresh; /* of the values since the last takeover */
    size_t count; /* values so far */
    size_t n;     /* of these since the last takeover */
    size_t same;  /* how many of the newest are equal */
};

/* Take in at[0]; gives the sum of the last p values, or of all when there are fewer. */
static inline double window_sum_push(struct window_sum *w, const double *at, size_t p)
{
    w->same = w->count && at[0] == at[-1] ? w->same + 1 : 1;
    w->sum += at[0];
    if (w->count >= p)
        w->sum -= ago(at, p);
    w->fresh += at[0];
    w->count++;
    if (++w->n == p) {
        w->sum = w->fresh;
        w->fresh = 0;
        w->n = 0;
    }
    if (w->same >= p)
        w->sum = at[0] * (double)p;
    if (!isfinite(w->sum)) {
        w->sum = 0;
        for (size_t i = size_min(p, w->count); i-- > 0;)
            w->sum += ago(at, i);
    }
    return w->sum;
}

/* ---- Sum and sum of squares: variance ---- */

/* Values are taken less `k`, one of them, lest the squares of large prices drown their spread. */
struct window_square {
    double k, sum, square;
    double fresh_k, fresh_sum, fresh_square;
    size_t count, n, same;
};

static inline void window_square_rebuild(struct window_square *w, const double *at, size_t p)
{
    w->k = isfinite(at[0]) ? at[0] : 0;
    w->sum = w->square = 0;
    for (size_t i = size_min(p, w->count); i-- > 0;) {
        const double d = ago(at, i) - w->k;
        w->sum += d;
        w->square += d * d;
    }
}

static inline void window_square_push(struct window_square *w, const double *at, size_t p)
{
    w->same = w->count && at[0] == at[-1] ? w->same + 1 : 1;
    if (w->count == 0)
        w->k = at[0];
    if (w->n == 0)
        w->fresh_k = at[0];
    const double d = at[0] - w->k, fresh = at[0] - w->fresh_k;
    w->sum += d;
    w->square += d * d;
    if (w->count >= p) {
        const double old = ago(at, p) - w->k;
        w->sum -= old;
        w->square -= old * old;
    }
    w->fresh_sum += fresh;
    w->fresh_square += fresh * fresh;
    w->count++;
    if (++w->n == p) {
        w->k = w->fresh_k;
        w->sum = w->fresh_sum;
        w->square = w->fresh_square;
        w->fresh_sum = w->fresh_square = 0;
        w->n = 0;
    }
    if (!isfinite(w->square) || w->same == p)
        window_square_rebuild(w, at, p);
}

static inline double window_square_mean(const struct window_square *w, size_t p)
{
    return w->k + w->sum / (double)p;
}

/* Of the population: divided by p. Never below 0. NaN stays NaN. */
static inline double window_square_variance(const struct window_square *w, size_t p)
{
    const double variance = (w->square - w->sum * w->sum / (double)p) / (double)p;

    return variance < 0 || w->same >= p ? 0 : variance;
}

/* ---- Sum and sum weighted 1 (oldest) .. p (newest): weighted average, line of best fit ---- */

struct window_line {
    double k, sum, weighted; /* of values less k */
    double fresh_k, fresh_sum, fresh_weighted;
    size_t count, n, same;
};

static inline void window_line_rebuild(struct window_line *w, const double *at, size_t p)
{
    const size_t n = size_min(p, w->count);

    w->k = isfinite(at[0]) ? at[0] : 0;
    w->sum = w->weighted = 0;
    for (size_t i = 1; i <= n; i++) {
        const double d = ago(at, n - i) - w->k;
        w->sum += d;
        w->weighted += (double)i * d;
    }
}

static inline void window_line_push(struct window_line *w, const double *at, size_t p)
{
    w->same = w->count && at[0] == at[-1] ? w->same + 1 : 1;
    if (w->count == 0)
        w->k = at[0];
    if (w->n == 0)
        w->fresh_k = at[0];
    const double d = at[0] - w->k;
    if (w->count >= p) {
        w->weighted += (double)p * d - w->sum;
        w->sum += d - (ago(at, p) - w->k);
    } else {
        w->weighted += (double)(w->count + 1) * d;
        w->sum += d;
    }
    w->count++;
    w->n++;
    w->fresh_sum += at[0] - w->fresh_k;
    w->fresh_weighted += (double)w->n * (at[0] - w->fresh_k);
    if (w->n == p) {
        w->k = w->fresh_k;
        w->sum = w->fresh_sum;
        w->weighted = w->fresh_weighted;
        w->fresh_sum = w->fresh_weighted = 0;
        w->n = 0;
    }
    if (!isfinite(w->weighted) || w->same == p)
        window_line_rebuild(w, at, p);
}

/* Weights 1 .. p over their sum. */
static inline double window_line_wma(const struct window_line *w, size_t p)
{
    return w->k + w->weighted / (0.5 * (double)p * (double)(p + 1));
}

/* Slope per bar of the least-squares line; 0 for one bar. */
static inline double window_line_slope(const struct window_line *w, size_t p)
{
    const double n = (double)p;

    return p < 2 ? 0 * w->sum : (12 * w->weighted - 6 * (n + 1) * w->sum) / (n * (n * n - 1));
}

/* Where that line stands `ahead` bars after the newest (0: at it; 1 - p: at the oldest). */
static inline double window_line_at(const struct window_line *w, size_t p, double ahead)
{
    const double mid = 0.5 * (double)(p - 1); /* the line goes through the mean at mid-window */

    return w->k + w->sum / (double)p + window_line_slope(w, p) * (mid + ahead);
}

#endif
