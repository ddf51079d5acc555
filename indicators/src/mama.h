/* SPDX-License-Identifier: Apache-2.0 */
/* Ehlers' MESA adaptive average, and the one that follows it.
 *
 *   alpha = fast / how many degrees the phase has turned, slow .. fast
 *   mama += alpha (x - mama),   fama += alpha / 2 (mama - fama) */
#ifndef IND_MAMA_H
#define IND_MAMA_H

#include "hilbert.h"

enum { MAMA_FIRST = 10, MAMA_HISTORY = 3 };

struct mama {
    struct hilbert hilbert;
    double phase, mama, fama;
};

/* Bar t of x, which has MAMA_HISTORY more before it; zero *s to begin. */
static inline void mama_push(struct mama *s, const double *x, size_t t, double fast, double slow)
{
    struct hilbert *h = &s->hilbert;

    if (t == 0) {
        hilbert_fill(h, x[0]);
        s->mama = s->fama = x[0];
    }
    hilbert_push(h, hilbert_price(x, t, t < 3 ? x[0] : 0));
    const double i1 = hilbert_in_phase(h), before = s->phase;
    const double measured =
        h->re == 0 || h->im == 0 ? h->period : (double)(2 * CYCLE_PI) / atan(h->im / h->re);
    h->period = hilbert_period(measured, h->period);
    s->phase = i1 == 0 ? before : atan(hilbert_quadrature(h) / i1) * (double)(180 / CYCLE_PI);
    const double turned = before - s->phase, quick = fast / (turned < 1 ? 1 : turned);
    const double alpha = quick < slow ? slow : quick;
    s->mama += alpha * (x[t] - s->mama);
    s->fama += 0.5 * alpha * (s->mama - s->fama);
}

/* ---- For references ---- */

static inline long double mama_measure(long double re, long double im, long double period)
{
    return re == 0 || im == 0 ? period : 2 * CYCLE_PI / atanl(im / re);
}

/* Both averages from MAMA_FIRST on. Uses the rooms of hilbert_reference. */
static inline void mama_reference(const struct ind_run *run, long double fast, long double slow,
                                  double *ret_mama, double *ret_fama)
{
    const double *x = run->in[0];
    const struct hilbert_series h = hilbert_reference(run, x[0], mama_measure);
    long double phase = 0, mama = x[0], fama = x[0];

    for (size_t t = 0; t < run->to; t++) {
        const long double before = phase;
        if (h.in_phase[t] != 0)
            phase = atanl((long double)h.quadrature[t] / h.in_phase[t]) * 180 / CYCLE_PI;
        const long double alpha = fmaxl(fast / fmaxl(before - phase, 1), slow);
        mama += alpha * (x[t] - mama);
        fama += alpha / 2 * (mama - fama);
        if (t < MAMA_FIRST)
            continue;
        ret_mama[t] = (double)mama;
        ret_fama[t] = (double)fama;
    }
}

#endif
