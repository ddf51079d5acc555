/* SPDX-License-Identifier: Apache-2.0 */
/* Tilson's T3: a sum of the third to sixth of six chained exponential averages.
 *
 *   out = -v^3 e6 + (3 v^2 + 3 v^3) e5 - (6 v^2 + 3 v + 3 v^3) e4 + (1 + 3 v + v^3 + 3 v^2) e3 */
#ifndef IND_T3_H
#define IND_T3_H

#include "smooth.h"

enum { T3_CHAIN = 6 };

struct t3 {
    struct smooth e[T3_CHAIN];
};

/* Each average begins with the first value of the one before that counts. */
static inline size_t t3_warmup(size_t p) { return T3_CHAIN * (p - 1); }

/* n bars from bar `at` on, x[0] being the first; out[i] is written from the warm-up on. */
static inline void t3_chunk(const struct smoothing *how, struct t3 *s, double v, const double *x,
                            size_t at, size_t n, double *out)
{
    const double v2 = v * v, v3 = v2 * v;
    const size_t lag = how->seed - 1;
    double e[T3_CHAIN][CHUNK];

    for (size_t k = 0; k < T3_CHAIN; k++) {
        const size_t skip = size_min(chunk_skip(at, k * lag), n);
        smooth_chunk(how, &s->e[k], (k ? e[k - 1] : x) + skip, e[k] + skip, n - skip);
    }
    for (size_t i = chunk_skip(at, T3_CHAIN * lag); i < n; i++)
        out[i] = -v3 * e[5][i] + 3 * (v2 + v3) * e[4][i] - (6 * v2 + 3 * v + 3 * v3) * e[3][i] +
                 (1 + 3 * v + v3 + 3 * v2) * e[2][i];
}

/* ---- For references ---- */

static inline void t3_reference(const double *x, size_t len, size_t p, long double v, double *out)
{
    const long double alpha = 2 / (long double)(p + 1);
    struct smooth_reference e[T3_CHAIN] = {{0}};

    for (size_t t = 0; t < len; t++) {
        long double y = x[t];
        for (size_t i = 0; i < T3_CHAIN && t >= i * (p - 1); i++)
            y = smooth_reference_push(&e[i], y, p, alpha);
        if (t >= t3_warmup(p))
            out[t] = (double)(-powl(v, 3) * e[5].y + 3 * v * v * (1 + v) * e[4].y -
                              3 * v * (2 * v + 1 + v * v) * e[3].y + powl(1 + v, 3) * e[2].y);
    }
}

#endif
