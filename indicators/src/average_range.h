/* SPDX-License-Identifier: Apache-2.0 */
/* Wilder's average of the true range, by which stops keep their distance. */
#ifndef IND_AVERAGE_RANGE_H
#define IND_AVERAGE_RANGE_H

#include "price.h"
#include "smooth.h"

/* range[i] = the average at bar at + i, all of them from bar 0 on. */
static inline void average_range_chunk(const struct smoothing *how, struct smooth *s,
                                       const double *high, const double *low, const double *close,
                                       size_t at, size_t n, double *range)
{
    true_range_chunk(high, low, close, at, n, range);
    smooth_chunk(how, s, range, range, n);
    for (size_t i = 0; i < n; i++)
        range[i] += 0 * range[i]; /* an infinite average is as unknown as a NaN */
}

/* For references: the average of the last p at each bar, of all while there are fewer. */
static inline void average_range_reference(const double *high, const double *low,
                                           const double *close, size_t len, size_t p, double *out)
{
    struct smooth_reference s = {0};

    for (size_t t = 0; t < len; t++) {
        out[t] = (double)smooth_reference_push(&s, true_range_at(high, low, close, t), p,
                                               1.0L / (long double)p);
        out[t] = isfinite(out[t]) ? out[t] : NAN;
    }
}

#endif
