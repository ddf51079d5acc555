/* SPDX-License-Identifier: Apache-2.0 */
/* Means of a window of prices, plain and weighted by volume, and of its volumes. */
#ifndef IND_VOLUME_MEAN_H
#define IND_VOLUME_MEAN_H

#include "window_sum.h"

struct volume_mean {
    struct window_sum price, volume, product;
};

/* Where the means of n bars go. */
struct volume_means {
    double plain[CHUNK], weighted[CHUNK]; /* weighted: NaN without volume */
    double volume[CHUNK];
};

/* n <= CHUNK bars, product[i] = price[i] * volume[i]. Means are of all while there are fewer than
 * p, but divided by p. */
static inline void volume_mean_chunk(struct volume_mean *s, const double *price,
                                     const double *volume, const double *product, size_t n,
                                     size_t p, struct volume_means *ret)
{
    window_sum_chunk(&s->volume, volume, n, p, ret->volume);
    window_sum_chunk(&s->product, product, n, p, ret->weighted);
    for (size_t i = 0; i < n; i++) {
        const double value = p == 1 ? price[i] : ret->weighted[i] / ret->volume[i];
        ret->weighted[i] = ret->volume[i] == 0 ? NAN : value;
        ret->volume[i] /= (double)p;
    }
    window_sum_chunk_scaled(&s->price, price, n, p, 1 / (double)p, ret->plain);
}

/* For references: the means of the window that ends at bar t. */
struct volume_mean_reference {
    long double plain, weighted, volume;
};

static inline struct volume_mean_reference
volume_mean_reference(const double *price, const double *volume, size_t t, size_t p)
{
    struct volume_mean_reference ret = {0, 0, 0};

    for (size_t i = 0; i < p; i++)
        ret.weighted += (long double)price[t - i] * volume[t - i];
    ret.plain = plain_sum(price, t, p) / (long double)p;
    ret.volume = plain_sum(volume, t, p) / (long double)p;
    ret.weighted =
        ret.volume == 0 ? (long double)NAN : ret.weighted / (ret.volume * (long double)p);
    return ret;
}

#endif
