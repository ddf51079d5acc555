/* SPDX-License-Identifier: Apache-2.0 */
/* How far a series stands from its average, in units of how far it usually does: the index under
 * the wave trends.
 *
 *   e = average of x;   d = average of |x - e|;   index = (x - e) / (factor d) */
#ifndef IND_CHANNEL_INDEX_H
#define IND_CHANNEL_INDEX_H

#include "smooth.h"

/* A deviation below this part of the value is what rounding has left of none. */
#define NO_DEVIATION 1e-9

struct channel_index {
    struct smooth mean, deviation;
};

/* index[i] for skip <= i < n, from whose first on deviations are averaged too; `none` where there
 * is no deviation. Both averages start with their first value. */
static inline void channel_index_chunk(const struct smoothing *how, struct channel_index *s,
                                       const double *x, size_t skip, size_t n, double factor,
                                       double none, double *restrict index)
{
    double apart[CHUNK], deviation[CHUNK];

    smooth_chunk(how, &s->mean, x, apart, n);
    for (size_t i = skip; i < n; i++) {
        apart[i] = x[i] - apart[i];
        deviation[i] = fabs(apart[i]);
    }
    smooth_chunk(how, &s->deviation, deviation + skip, deviation + skip, n - skip);
    for (size_t i = skip; i < n; i++) {
        const double value = apart[i] / (factor * deviation[i]);
        index[i] = deviation[i] <= NO_DEVIATION * fabs(x[i]) ? none : value;
    }
}

/* As smooth_chunk, save that a NaN is passed through and not averaged. `y` may be `x`. */
static inline void smooth_chunk_known(const struct smoothing *how, struct smooth *s,
                                      const double *x, double *y, size_t n)
{
    for (size_t i = 0, known; i < n; i += known) {
        for (known = 0; i + known < n && !isnan(x[i + known]);)
            known++;
        smooth_chunk(how, s, x + i, y + i, known);
        for (; i + known < n && isnan(x[i + known]); known++)
            y[i + known] = x[i + known];
    }
}

/* For references: the index at every bar from `first` on. */
static inline void channel_index_reference(const double *x, size_t len, size_t first, size_t p,
                                           long double factor, double none, double *index)
{
    const long double alpha = 2.0L / (long double)(p + 1);
    struct smooth_reference mean = {0}, deviation = {0};

    for (size_t t = 0; t < len; t++) {
        const long double apart = x[t] - smooth_reference_push(&mean, x[t], 1, alpha);
        if (t < first)
            continue;
        const long double d = smooth_reference_push(&deviation, fabsl(apart), 1, alpha);
        index[t] =
            d <= NO_DEVIATION * fabsl((long double)x[t]) ? none : (double)(apart / (factor * d));
    }
}

#endif
