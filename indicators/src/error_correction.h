/* SPDX-License-Identifier: Apache-2.0 */
/* Ehlers' error correction: an exponential average with that gain, out of a row of them, which
 * leaves it nearest to the value. */
#ifndef IND_ERROR_CORRECTION_H
#define IND_ERROR_CORRECTION_H

#include "kernel.h"

/* In tenths. Higher ones make more of the last average's rounding than of the value. */
#define ERROR_GAIN_MAX 200

/* The average after `before`, towards `ema` and by the best gain in low / 10, (low + 1) / 10 ..
 * high / 10 of the way to x. Of two equally good gains the lower counts. */
static inline double error_correct(double x, double ema, double before, double alpha, double low,
                                   double high)
{
    const double base = alpha * ema + (1 - alpha) * before;
    const double step = 0.1 * alpha * (x - before), miss = x - base;

    if (step == 0)
        return base;
    const double ideal = miss / step, held = ideal < low ? low : ideal > high ? high : ideal;
    const double down = floor(held), up = down + 1 > high ? high : down + 1;
    return base + step * (fabs(miss - step * down) <= fabs(miss - step * up) ? down : up);
}

/* For references: try them all. */
static inline long double error_correct_reference(long double x, long double ema,
                                                  long double before, long double alpha, long low,
                                                  long high)
{
    long double best = NAN;

    for (long gain = low; gain <= high; gain++) {
        const long double aim = ema + (long double)gain / 10 * (x - before);
        const long double y = alpha * aim + (1 - alpha) * before;
        if (gain == low || fabsl(x - y) < fabsl(x - best))
            best = y;
    }
    return best;
}

#endif
