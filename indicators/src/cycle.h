/* SPDX-License-Identifier: Apache-2.0 */
/* Ehlers' filters that let a band of cycles through. */
#ifndef IND_CYCLE_H
#define IND_CYCLE_H

#include "kernel.h"

#define CYCLE_PI 3.14159265358979323846264338327950288L

/* What of the value before a one-pole high-pass filter drops, `turn` being the angle of a bar. */
static inline long double highpass_alpha(long double turn)
{
    return 1 + (sinl(turn) - 1) / cosl(turn);
}

/* y[t] = in (x[t] - x[t-2]) + one y[t-1] + two y[t-2]: a resonance at `period`, whose width is
 * `bandwidth` of it. */
struct resonance {
    long double in, one, two;
};

/* Needs bandwidth / period < 1/4. */
static inline struct resonance resonance_make(double period, double bandwidth)
{
    const long double turn = 2 * CYCLE_PI / period, gamma = cosl(bandwidth * turn);
    const long double alpha = 1 / gamma - sqrtl(1 / (gamma * gamma) - 1);

    return (struct resonance){(1 - alpha) / 2, cosl(turn) * (1 + alpha), -alpha};
}

static inline int resonance_check(double period, double bandwidth)
{
    return bandwidth / period < 0.25 ? IND_OK : IND_EPARAM;
}

/* n bars that have two before them; y[0], y[1] are the last two outputs, newest first. */
static inline void resonance_chunk(const struct resonance *r, const double *x, size_t n, double *y,
                                   double *out)
{
    const double in = (double)r->in, one = (double)r->one, two = (double)r->two;
    double a = y[0], b = y[1];

    for (size_t i = 0; i < n; i++) {
        const double value = (in * (x[i] - *(x + i - 2)) + two * b) + one * a;
        b = a;
        out[i] = a = value;
    }
    y[0] = a;
    y[1] = b;
}

#endif
