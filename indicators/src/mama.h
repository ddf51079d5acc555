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

/* n bars from bar `at` on, n <= CHUNK; x is at the first of them and has MAMA_HISTORY more before
 * it. `fama` may be null. Zero *s to begin. */
static inline void mama_chunk(struct mama *s, const double *x, size_t at, size_t n, double fast,
                              double slow, double *mama, double *fama)
{
    struct hilbert h = s->hilbert;
    struct hilbert_rooms r;

    if (at == 0) {
        for (size_t i = 0; i < HILBERT_LONGEST; i++)
            h.smooth[i] = x[0]; /* nothing turned */
        s->mama = s->fama = x[0];
    }
    hilbert_open(&h, &r);
    for (size_t i = 0; i < n; i++) {
        hilbert_smooth(&r)[i] = hilbert_price(x + i, at + i, at + i < 3 ? *(x - at) : 0);
        hilbert_bar(&h, &r, i, hilbert_homodyne);
        const double i1 = hilbert_in_phase(&r, i), before = s->phase;

        s->phase =
            i1 == 0 ? before : atan_of(hilbert_quadrature(&r, i), i1) * (double)(180 / CYCLE_PI);
        const double turned = before - s->phase, quick = fast / (turned < 1 ? 1 : turned);
        const double alpha = quick < slow ? slow : quick;
        s->mama += alpha * (x[i] - s->mama);
        s->fama += 0.5 * alpha * (s->mama - s->fama);
        mama[i] = s->mama;
        if (fama)
            fama[i] = s->fama;
    }
    hilbert_close(&h, &r, n);
    s->hilbert = h;
}

/* ---- For references ---- */

/* Both averages from MAMA_FIRST on. Uses the rooms of hilbert_reference. */
static inline void mama_reference(const struct ind_run *run, long double fast, long double slow,
                                  double *ret_mama, double *ret_fama)
{
    const double *x = run->in[0];
    const struct hilbert_series h = hilbert_reference(run, 0, x[0], hilbert_reference_homodyne);
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
