/* SPDX-License-Identifier: Apache-2.0 */
/* Averages in which a bar counts by its volume: average(price volume) / average(volume). */
#ifndef IND_VOLUME_AVERAGE_H
#define IND_VOLUME_AVERAGE_H

#include "moving_average.h"

struct volume_average {
    struct ma value, volume;
};

/* Doubles of `mem`; bytes of it. */
static inline size_t volume_average_doubles(size_t p) { return 2 * ma_doubles(p); }
static inline size_t volume_average_size(size_t p)
{
    return volume_average_doubles(p) * sizeof(double);
}

/* n bars, n <= CHUNK; value[i] is price times volume. out[i] means something from the average's
 * warm-up on; it is `idle` where there is no volume. Zero s and mem to begin. */
static inline void volume_average_chunk(const struct averaging *how, struct volume_average *s,
                                        double *mem, const double *value, const double *volume,
                                        double idle, double *out, size_t n)
{
    double weight[CHUNK];

    ma_chunk(how, &s->value, mem, value, out, n);
    ma_chunk(how, &s->volume, mem + ma_doubles(how->p), volume, weight, n);
    for (size_t i = 0; i < n; i++) {
        const double ratio = out[i] / weight[i];
        out[i] = weight[i] == 0 ? idle : ratio;
    }
}

/* For references: the plain sums over the last p bars. */
static inline double vwma_plain(const double *price, const double *volume, size_t t, size_t p,
                                double idle)
{
    long double value = 0;
    const long double weight = plain_sum(volume, t, p);

    for (size_t i = 0; i < p; i++)
        value += (long double)price[t - i] * volume[t - i];
    return weight == 0 ? idle : (double)(value / weight);
}

#endif
