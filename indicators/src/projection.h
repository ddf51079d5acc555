/* SPDX-License-Identifier: Apache-2.0 */
/* Widner's projection bands: the highs and lows of a window, carried on to its last bar along the
 * slope of the closes. */
#ifndef IND_PROJECTION_H
#define IND_PROJECTION_H

#include "extrema.h"
#include "window_sum.h"

/* Highest and lowest of high[i - j] + j slope[i], low[i - j] + j slope[i], j < p, for the n bars
 * from high[0], low[0] on, whose windows are full. Lanes are bars. */
static inline void projection_chunk(const double *high, const double *low, const double *slope,
                                    size_t p, size_t n, double *restrict upper,
                                    double *restrict lower)
{
    for (size_t i = 0; i < n; i++) {
        upper[i] = high[i];
        lower[i] = low[i];
    }
    for (size_t j = 1; j < p; j++) {
        const double *h = high - j, *l = low - j, bars = (double)j;
        for (size_t i = 0; i < n; i++) {
            upper[i] = nan_max(upper[i], h[i] + bars * slope[i]);
            lower[i] = nan_min(lower[i], l[i] + bars * slope[i]);
        }
    }
}

/* For references: the same of one bar. */
static inline void projection_reference(const double *high, const double *low, const double *close,
                                        size_t t, size_t p, double *ret_upper, double *ret_lower)
{
    const long double mid = (long double)(p - 1) / 2,
                      mean = plain_sum(close, t, p) / (long double)p;
    long double xy = 0, square = 0;

    for (size_t i = 0; i < p; i++) {
        const long double d = mid - (long double)i;
        xy += d * (close[t - i] - mean);
        square += d * d;
    }
    const long double slope = p < 2 ? 0 : xy / square;
    *ret_upper = high[t];
    *ret_lower = low[t];
    for (size_t j = 1; j < p; j++) {
        *ret_upper = nan_max(*ret_upper, (double)(high[t - j] + (long double)j * slope));
        *ret_lower = nan_min(*ret_lower, (double)(low[t - j] + (long double)j * slope));
    }
}

#endif
