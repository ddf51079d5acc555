/* SPDX-License-Identifier: Apache-2.0 */
/* Exponential smoothing, the recurrence under EMA, Wilder's average and their many children. */
#ifndef IND_SMOOTH_H
#define IND_SMOOTH_H

#include "kernel.h"

/* For the first `seed` values y is their mean so far; then y moves towards each value by alpha.
 * seed 1: the first value itself. Zero it to begin. */
struct smooth {
    double y, sum;
    size_t n;
};

static inline double smooth_push(struct smooth *s, double value, size_t seed, double alpha)
{
    if (s->n < seed) {
        s->sum += value;
        s->n++;
        return s->y = s->sum / (double)s->n;
    }
    return s->y += alpha * (value - s->y);
}

static inline double ema_alpha(size_t period) { return 2.0 / (double)(period + 1); }
static inline double wilder_alpha(size_t period) { return 1.0 / (double)period; }

/* The same in long double, for references. */
struct smooth_reference {
    long double y, sum;
    size_t n;
};

static inline long double smooth_reference_push(struct smooth_reference *s, long double value,
                                                size_t seed, long double alpha)
{
    if (s->n < seed) {
        s->sum += value;
        s->n++;
        return s->y = s->sum / (long double)s->n;
    }
    return s->y += alpha * (value - s->y);
}

#endif
