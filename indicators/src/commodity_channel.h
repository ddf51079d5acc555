/* SPDX-License-Identifier: Apache-2.0 */
/* How far a value stands from the mean of its window, measured in mean distances from it. */
#ifndef IND_COMMODITY_CHANNEL_H
#define IND_COMMODITY_CHANNEL_H

#include "deviation.h"

/* Lambert's constant: most values lie between -100 and 100. */
static inline double commodity_channel(double above, double spread)
{
    const double value = above / (0.015 * spread);

    return spread == 0 ? 0 : value;
}

/* out[i] of x[i], for skip <= i < n; `sum` is that over the last p. */
static inline void commodity_channel_chunk(struct window_sum *sum, const double *x, size_t n,
                                           size_t p, size_t skip, double *restrict out)
{
    double mean[CHUNK], spread[CHUNK];

    window_sum_chunk(sum, x, n, p, mean);
    for (size_t i = 0; i < n; i++)
        mean[i] /= (double)p;
    mean_absolute_chunk(x, p, mean, spread, skip, n);
    for (size_t i = skip; i < n; i++)
        out[i] = commodity_channel(x[i] - mean[i], spread[i]);
}

static inline double commodity_channel_reference(const double *x, size_t t, size_t p)
{
    const long double mean = plain_sum(x, t, p) / (long double)p;
    long double spread = 0;

    for (size_t i = 0; i < p; i++)
        spread += fabsl(x[t - i] - mean) / (long double)p;
    return commodity_channel((double)(x[t] - mean), (double)spread);
}

#endif
