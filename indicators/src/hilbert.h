/* SPDX-License-Identifier: Apache-2.0 */
/* Ehlers' measure of the cycle in a series: a Hilbert transform of seven bars gives its two phases,
 * and how they turn from bar to bar gives the cycle's length. */
#ifndef IND_HILBERT_H
#define IND_HILBERT_H

#include "cycle.h"

enum { HILBERT_RING = 8 };

struct hilbert {
    size_t pos; /* of the newest in each ring */
    double smooth[HILBERT_RING], detrended[HILBERT_RING];
    double in_phase[HILBERT_RING], quadrature[HILBERT_RING];
    double i2, q2, re, im;
    double period;
};

/* The price stood at `value` before the first bar: nothing turned. */
static inline void hilbert_fill(struct hilbert *h, double value)
{
    for (size_t i = 0; i < HILBERT_RING; i++)
        h->smooth[i] = value;
}

static inline double hilbert_ago(const double *ring, size_t pos, size_t bars)
{
    return ring[(pos - bars) % HILBERT_RING];
}

/* As differences, so that what stands still gives 0. */
static inline double hilbert_transform(const double *ring, size_t pos)
{
    return 0.0962 * (ring[pos % HILBERT_RING] - hilbert_ago(ring, pos, 6)) +
           0.5769 * (hilbert_ago(ring, pos, 2) - hilbert_ago(ring, pos, 4));
}

/* Take in a bar: the average of the last four prices weighted 4, 3, 2, 1. Brings all but the period
 * up to date. */
static inline void hilbert_push(struct hilbert *h, double smooth)
{
    const double scale = 0.075 * h->period + 0.54, i2 = h->i2, q2 = h->q2;
    const size_t pos = h->pos = (h->pos + 1) % HILBERT_RING + HILBERT_RING;
    const size_t slot = pos % HILBERT_RING;

    h->smooth[slot] = smooth;
    h->detrended[slot] = scale * hilbert_transform(h->smooth, pos);
    h->in_phase[slot] = hilbert_ago(h->detrended, pos, 3);
    h->quadrature[slot] = scale * hilbert_transform(h->detrended, pos);
    const double ji = scale * hilbert_transform(h->in_phase, pos);
    const double jq = scale * hilbert_transform(h->quadrature, pos);
    h->i2 = 0.2 * (h->in_phase[slot] - jq) + 0.8 * i2;
    h->q2 = 0.2 * (h->quadrature[slot] + ji) + 0.8 * q2;
    h->re = 0.2 * (h->i2 * i2 + h->q2 * q2) + 0.8 * h->re;
    h->im = 0.2 * (h->i2 * q2 - h->q2 * i2) + 0.8 * h->im;
}

/* The two phases of the last bar. */
static inline double hilbert_in_phase(const struct hilbert *h)
{
    return h->in_phase[h->pos % HILBERT_RING];
}

static inline double hilbert_quadrature(const struct hilbert *h)
{
    return h->quadrature[h->pos % HILBERT_RING];
}

/* The next period, out of what the last bar alone says: no more than half more or a third less than
 * the one before, 6 to 50 bars, and smoothed. */
static inline double hilbert_period(double measured, double before)
{
    double period = measured > 1.5 * before ? 1.5 * before : measured;

    period = period < 0.67 * before ? 0.67 * before : period;
    period = period < 6 ? 6 : period > 50 ? 50 : period;
    return 0.2 * period + 0.8 * before;
}

/* The average of four prices, exact where they are equal. */
static inline double hilbert_price(const double *x, size_t t, double before)
{
    double sum = 0;

    for (size_t i = 1; i < 4; i++)
        sum += (double)(4 - i) * ((t >= i ? x[t - i] : before) - x[t]);
    return x[t] + 0.1 * sum;
}

/* ---- For references: the same as series, in rooms of their own ---- */

struct hilbert_series {
    const double *in_phase, *quadrature, *period;
};

static inline long double hilbert_reference_at(const double *x, size_t t, size_t bars,
                                               double before)
{
    return t >= bars ? x[t - bars] : before;
}

/* As differences, too: whether nothing has moved must not be a matter of rounding. */
static inline long double hilbert_reference_transform(const double *x, size_t t, double before)
{
    const long double wide =
        hilbert_reference_at(x, t, 0, before) - hilbert_reference_at(x, t, 6, before);
    const long double narrow =
        hilbert_reference_at(x, t, 2, before) - hilbert_reference_at(x, t, 4, before);

    return 0.0962L * wide + 0.5769L * narrow;
}

/* `price`: what stood before the first bar. `measure` gives a period out of re and im, and the
 * period before. */
static inline struct hilbert_series
hilbert_reference(const struct ind_run *run, double price,
                  long double (*measure)(long double re, long double im, long double period))
{
    double *smooth = run_scratch(run, 0), *detrended = run_scratch(run, 1);
    double *in_phase = run_scratch(run, 2), *quadrature = run_scratch(run, 3);
    double *period = run_scratch(run, 4);
    long double i2 = 0, q2 = 0, re = 0, im = 0, length = 0;

    for (size_t t = 0; t < run->to; t++) {
        const long double scale = 0.075L * length + 0.54L, i2_before = i2, q2_before = q2;
        long double sum = 0;
        for (size_t i = 0; i < 4; i++)
            sum += (long double)(4 - i) * hilbert_reference_at(run->in[0], t, i, price);
        smooth[t] = (double)(sum / 10);
        detrended[t] = (double)(scale * hilbert_reference_transform(smooth, t, price));
        in_phase[t] = (double)hilbert_reference_at(detrended, t, 3, 0);
        quadrature[t] = (double)(scale * hilbert_reference_transform(detrended, t, 0));
        const long double ji = scale * hilbert_reference_transform(in_phase, t, 0);
        const long double jq = scale * hilbert_reference_transform(quadrature, t, 0);
        i2 = 0.2L * (in_phase[t] - jq) + 0.8L * i2;
        q2 = 0.2L * (quadrature[t] + ji) + 0.8L * q2;
        re = 0.2L * (i2 * i2_before + q2 * q2_before) + 0.8L * re;
        im = 0.2L * (i2 * q2_before - q2 * i2_before) + 0.8L * im;
        const long double most = 1.5L * length, least = 0.67L * length;
        long double now = measure(re, im, length);
        now = now > most ? most : now;
        now = now < least ? least : now;
        now = now < 6 ? 6 : now > 50 ? 50 : now;
        length = 0.2L * now + 0.8L * length;
        period[t] = (double)length;
    }
    return (struct hilbert_series){in_phase, quadrature, period};
}

#endif
