/* SPDX-License-Identifier: Apache-2.0 */
/* Wilder's averages of what a series gained and lost from bar to bar: his relative strength. */
#ifndef IND_GAIN_LOSS_H
#define IND_GAIN_LOSS_H

#include "smooth.h"

struct gain_loss {
    struct smooth gain, loss;
};

/* The changes from x[i - 1] to x[i], n of them from x[-1] on; gain[i], loss[i] are their averages.
 */
static inline void gain_loss_chunk(const struct smoothing *how, struct gain_loss *s,
                                   const double *x, size_t n, double *restrict gain,
                                   double *restrict loss)
{
    for (size_t i = 0; i < n; i++) {
        const double change = x[i] - *(x + i - 1);
        gain[i] = change < 0 ? 0 : change;
        loss[i] = change > 0 ? 0 : -change;
    }
    smooth_chunk(how, &s->gain, gain, gain, n);
    smooth_chunk(how, &s->loss, loss, loss, n);
}

/* The index out of both; `unmoved` where there is neither. */
static inline double relative_strength(double gain, double loss, double unmoved)
{
    const double sum = gain + loss, value = 100 * gain / sum;

    return sum == 0 ? unmoved : value;
}

/* For references: the index at every bar but the first, seeded with the mean of p changes. */
static inline void relative_strength_reference(const double *x, size_t len, size_t p,
                                               double unmoved, double *out)
{
    struct smooth_reference gain = {0}, loss = {0};

    for (size_t t = 1; t < len; t++) {
        const long double change = (long double)x[t] - x[t - 1];
        smooth_reference_push(&gain, change < 0 ? 0 : change, p, 1.0L / (long double)p);
        smooth_reference_push(&loss, change > 0 ? 0 : -change, p, 1.0L / (long double)p);
        out[t] = gain.y + loss.y == 0 ? unmoved : (double)(100 * gain.y / (gain.y + loss.y));
    }
}

#endif
