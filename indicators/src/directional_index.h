/* SPDX-License-Identifier: Apache-2.0 */
/* Wilder's average directional index: what adx shows and adxr averages. */
#ifndef IND_DIRECTIONAL_INDEX_H
#define IND_DIRECTIONAL_INDEX_H

#include "price.h"
#include "smooth.h"

struct directional_index {
    struct smooth plus, minus, dx;
};

/* Bars at .. at + n - 1, n <= CHUNK: the movements are averaged from the first of all, a bar 0
 * counting as still, and what they differ by from bar at + skip on. line[i] is the index of bar
 * at + i from there on, and 0 before. */
static inline void directional_index_chunk(const struct smoothing *how, struct directional_index *s,
                                           const double *high, const double *low, size_t at,
                                           size_t n, size_t skip, double *restrict line)
{
    double minus[CHUNK];

    line[0] = minus[0] = 0;
    for (size_t i = at == 0; i < n; i++) {
        line[i] = plus_movement(high, low, at + i);
        minus[i] = minus_movement(high, low, at + i);
    }
    smooth_chunk(how, &s->plus, line, line, n);
    smooth_chunk(how, &s->minus, minus, minus, n);
    for (size_t i = 0; i < skip; i++)
        line[i] = 0;
    for (size_t i = skip; i < n; i++) {
        const double sum = line[i] + minus[i], value = 100 * fabs(line[i] - minus[i]) / sum;
        line[i] = sum == 0 ? 0 : value;
    }
    smooth_chunk(how, &s->dx, line + skip, line + skip, n - skip);
}

#endif
