/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over a sliding window, without drift. */
#ifndef IND_WINDOW_SUM_H
#define IND_WINDOW_SUM_H

#include "kernel.h"

/* The sum of the last p values. Add one, drop one would let rounding pile up over millions of bars,
 * and one NaN would stay for ever. So a second sum is begun every p bars and takes over when it
 * spans the window: no rounding is older than 2p bars. */
struct window_sum {
    double sum;   /* of the window */
    double fresh; /* of the values since the last takeover */
    size_t n;     /* how many these are */
};

static inline double window_sum_direct(const double *x, size_t t, size_t p)
{
    double sum = 0;

    for (size_t i = t + 1 - p; i <= t; i++)
        sum += x[i];
    return sum;
}

/* Take in bar t and get the sum of bars t-p+1 .. t (of 0 .. t before there are p). Reads x[t] and
 * x[t-p]; after a value that is no finite number also what is between. */
static inline double window_sum_push(struct window_sum *w, const double *x, size_t t, size_t p)
{
    w->sum += x[t];
    if (t >= p)
        w->sum -= x[t - p];
    w->fresh += x[t];
    if (++w->n == p) {
        w->sum = w->fresh;
        w->fresh = 0;
        w->n = 0;
    }
    if (!isfinite(w->sum) && t + 1 >= p)
        w->sum = window_sum_direct(x, t, p);
    return w->sum;
}

#endif
