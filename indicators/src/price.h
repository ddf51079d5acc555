/* SPDX-License-Identifier: Apache-2.0 */
/* What one bar says: true range, directional movement, money flow. */
#ifndef IND_PRICE_H
#define IND_PRICE_H

#include "kernel.h"

/* The largest of high - low, |high - close before|, |low - close before|. */
static inline double true_range(double high, double low, double close_before)
{
    const double up = fabs(high - close_before), down = fabs(low - close_before);
    const double range = high - low, wide = up > down ? up : down;

    return range > wide || range != range ? range : wide; /* a NaN anywhere shows */
}

/* The true range of bar t; that of the first bar is its range. */
static inline double true_range_at(const double *high, const double *low, const double *close,
                                   size_t t)
{
    return t == 0 ? high[0] - low[0] : true_range(high[t], low[t], close[t - 1]);
}

/* range[i] = the true range of bar at + i. */
static inline void true_range_chunk(const double *high, const double *low, const double *close,
                                    size_t at, size_t n, double *restrict range)
{
    size_t i = 0;

    if (at == 0 && n > 0)
        range[i++] = high[0] - low[0];
    for (; i < n; i++)
        range[i] = true_range(high[at + i], low[at + i], close[at + i - 1]);
}

/* Wilder's directional movement from bar t - 1 to bar t: the larger of up and down, if positive. */
static inline double plus_movement(const double *high, const double *low, size_t t)
{
    const double up = high[t] - high[t - 1], down = low[t - 1] - low[t];

    return up > down && up > 0 ? up : 0;
}

static inline double minus_movement(const double *high, const double *low, size_t t)
{
    const double up = high[t] - high[t - 1], down = low[t - 1] - low[t];

    return down > up && down > 0 ? down : 0;
}

/* The change over p bars, in percent of the old value. */
static inline double percent_change(const double *x, size_t t, size_t p)
{
    return 100 * (x[t] - x[t - p]) / x[t - p];
}

/* Where a close stands in a range, in percent; `flat` when there is none. */
static inline double percent_of_range(double close, double low, double high, double flat)
{
    const double value = 100 * (close - low) / (high - low);

    return high == low ? flat : value;
}

#endif
