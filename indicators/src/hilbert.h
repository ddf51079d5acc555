/* SPDX-License-Identifier: Apache-2.0 */
/* Ehlers' measure of the cycle in a series: a Hilbert transform of seven bars gives its two phases,
 * and how they turn from bar to bar gives the cycle's length. */
#ifndef IND_HILBERT_H
#define IND_HILBERT_H

#include "cycle.h"
#include "elementary.h"

enum { HILBERT_BACK = 10, HILBERT_LONGEST = 50 };

#define HILBERT_TURN 6.28318530717958647692528676655900577

struct hilbert {
    double smooth[HILBERT_LONGEST]; /* the last of each series, oldest first */
    double detrended[HILBERT_BACK], quadrature[HILBERT_BACK];
    double i2, q2, re, im;
    double period, length; /* length: the period, smoothed once more */
};

/* Rooms for a chunk of each series; the bars are at + i, the last of the chunk before in front. */
struct hilbert_rooms {
    double smooth[HILBERT_LONGEST + CHUNK];
    double detrended[HILBERT_BACK + CHUNK], quadrature[HILBERT_BACK + CHUNK];
    double length[CHUNK];
};

static inline double *hilbert_smooth(struct hilbert_rooms *r)
{
    return r->smooth + HILBERT_LONGEST;
}

static inline double hilbert_in_phase(const struct hilbert_rooms *r, size_t i)
{
    return r->detrended[HILBERT_BACK + i - 3];
}

static inline double hilbert_quadrature(const struct hilbert_rooms *r, size_t i)
{
    return r->quadrature[HILBERT_BACK + i];
}

static inline void hilbert_keep(double *to, const double *from, size_t n)
{
    for (size_t i = 0; i < n; i++)
        to[i] = from[i];
}

/* As differences, so that what stands still gives 0. */
static inline double hilbert_transform(const double *at, double gain)
{
    return (0.0962 * (at[0] - at[-6]) + 0.5769 * (at[-2] - at[-4])) * gain;
}

/* The period that one bar says: `before` where nothing turned. */
static inline double hilbert_homodyne(double re, double im, double before)
{
    return re == 0 || im == 0 ? before : HILBERT_TURN / atan_of(im, re);
}

/* The next period, out of what the last bar alone says: no more than half more or a third less than
 * the one before, 6 to 50 bars, and smoothed. */
static inline double hilbert_period(double measured, double before)
{
    double period = measured > 1.5 * before    ? 1.5 * before
                    : measured < 0.67 * before ? 0.67 * before
                                               : measured;

    period = period < 6 ? 6 : period > HILBERT_LONGEST ? HILBERT_LONGEST : period;
    return 0.2 * period + 0.8 * before;
}

/* A chunk of n bars, n <= CHUNK: hilbert_open(), then the averaged price of each bar into
 * hilbert_smooth(r)[i] and hilbert_bar() in their order, then hilbert_close(). */
static inline void hilbert_open(const struct hilbert *h, struct hilbert_rooms *r)
{
    hilbert_keep(r->smooth, h->smooth, HILBERT_LONGEST);
    hilbert_keep(r->detrended, h->detrended, HILBERT_BACK);
    hilbert_keep(r->quadrature, h->quadrature, HILBERT_BACK);
}

static inline __attribute__((always_inline)) void
hilbert_bar(struct hilbert *h, struct hilbert_rooms *r, size_t i,
            double (*measure)(double re, double im, double before))
{
    double *d = r->detrended + HILBERT_BACK + i, *q = r->quadrature + HILBERT_BACK + i;
    const double gain = 0.075 * h->period + 0.54, i2 = h->i2, q2 = h->q2;

    *d = hilbert_transform(hilbert_smooth(r) + i, gain);
    *q = hilbert_transform(d, gain);
    h->i2 = 0.2 * (d[-3] - hilbert_transform(q, gain)) + 0.8 * i2;
    h->q2 = 0.2 * (*q + hilbert_transform(d - 3, gain)) + 0.8 * q2;
    h->re = 0.2 * (h->i2 * i2 + h->q2 * q2) + 0.8 * h->re;
    h->im = 0.2 * (h->i2 * q2 - h->q2 * i2) + 0.8 * h->im;
    h->period = hilbert_period(measure(h->re, h->im, h->period), h->period);
    r->length[i] = h->length = 0.33 * h->period + 0.67 * h->length;
}

static inline void hilbert_close(struct hilbert *h, const struct hilbert_rooms *r, size_t n)
{
    hilbert_keep(h->smooth, r->smooth + n, HILBERT_LONGEST);
    hilbert_keep(h->detrended, r->detrended + n, HILBERT_BACK);
    hilbert_keep(h->quadrature, r->quadrature + n, HILBERT_BACK);
}

/* All of that, where the averages are there. Zero *state to begin. */
static inline __attribute__((always_inline)) void
hilbert_chunk(struct hilbert *state, size_t n, struct hilbert_rooms *r,
              double (*measure)(double re, double im, double before))
{
    struct hilbert h = *state;

    hilbert_open(&h, r);
    for (size_t i = 0; i < n; i++)
        hilbert_bar(&h, r, i, measure);
    hilbert_close(&h, r, n);
    *state = h;
}

/* The average of bar t's price and the three before, exact where they are equal; before bar 0 the
 * price was `before`. */
static inline double hilbert_price(const double *at, size_t t, double before)
{
    double sum = 0;

    for (size_t i = 1; i < 4; i++)
        sum += (double)(4 - i) * ((t >= i ? *(at - i) : before) - at[0]);
    return at[0] + 0.1 * sum;
}

/* ---- For references: the same as series, in run's first five rooms ---- */

struct hilbert_series {
    const double *smooth, *in_phase, *quadrature, *length;
};

static inline long double hilbert_reference_at(const double *x, size_t t, size_t bars, size_t begin,
                                               double before)
{
    return t >= begin + bars ? x[t - bars] : before;
}

/* As differences, too: whether nothing has moved must not be a matter of rounding. */
static inline long double hilbert_reference_transform(const double *x, size_t t, size_t begin,
                                                      double before)
{
    const long double wide =
        hilbert_reference_at(x, t, 0, begin, before) - hilbert_reference_at(x, t, 6, begin, before);
    const long double narrow =
        hilbert_reference_at(x, t, 2, begin, before) - hilbert_reference_at(x, t, 4, begin, before);

    return 0.0962L * wide + 0.5769L * narrow;
}

static inline long double hilbert_reference_homodyne(long double re, long double im,
                                                     long double period)
{
    return re == 0 || im == 0 ? period : (long double)HILBERT_TURN / atanl(im / re);
}

/* From bar `begin` on. `price`: what prices were before bar 0, and their averages before `begin`.
 * `measure` gives a period out of re and im, and the period before. */
static inline struct hilbert_series
hilbert_reference(const struct ind_run *run, size_t begin, double price,
                  long double (*measure)(long double re, long double im, long double period))
{
    double *smooth = run_scratch(run, 0), *detrended = run_scratch(run, 1);
    double *in_phase = run_scratch(run, 2), *quadrature = run_scratch(run, 3);
    double *length = run_scratch(run, 4);
    long double i2 = 0, q2 = 0, re = 0, im = 0, period = 0, smoothed = 0;

    for (size_t t = begin; t < run->to; t++) {
        const long double scale = 0.075L * period + 0.54L, i2_before = i2, q2_before = q2;
        long double sum = 0;
        for (size_t i = 0; i < 4; i++)
            sum += (long double)(4 - i) * hilbert_reference_at(run->in[0], t, i, 0, price);
        smooth[t] = (double)(sum / 10);
        detrended[t] = (double)(scale * hilbert_reference_transform(smooth, t, begin, price));
        in_phase[t] = (double)hilbert_reference_at(detrended, t, 3, begin, 0);
        quadrature[t] = (double)(scale * hilbert_reference_transform(detrended, t, begin, 0));
        const long double ji = scale * hilbert_reference_transform(in_phase, t, begin, 0);
        const long double jq = scale * hilbert_reference_transform(quadrature, t, begin, 0);
        i2 = 0.2L * (in_phase[t] - jq) + 0.8L * i2;
        q2 = 0.2L * (quadrature[t] + ji) + 0.8L * q2;
        re = 0.2L * (i2 * i2_before + q2 * q2_before) + 0.8L * re;
        im = 0.2L * (i2 * q2_before - q2 * i2_before) + 0.8L * im;
        const long double most = 1.5L * period, least = 0.67L * period;
        long double now = measure(re, im, period);
        now = now > most ? most : now;
        now = now < least ? least : now;
        now = now < 6 ? 6 : now > HILBERT_LONGEST ? HILBERT_LONGEST : now;
        period = 0.2L * now + 0.8L * period;
        smoothed = 0.33L * period + 0.67L * smoothed;
        length[t] = (double)smoothed;
    }
    return (struct hilbert_series){smooth, in_phase, quadrature, length};
}

#endif
