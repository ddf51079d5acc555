/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted windows: out[t] = weight[0] * x[t-n+1] + ... + weight[n-1] * x[t]. */
#ifndef IND_FIR_H
#define IND_FIR_H

#include "kernel.h"
#include "vec.h"

/* Divide n weights by their sum. */
static inline void fir_normalise(double *weight, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += weight[i];
    for (size_t i = 0; i < n; i++)
        weight[i] /= sum;
}

static inline double fir_at(const double *x, const double *weight, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum = fused(weight[i], x[i], sum);
    return sum;
}

/* The bars from <= t < to. Lanes are bars, four vectors at once hide the latency of the sum; each
 * lane adds oldest first, as fir_at does, so how the bars are cut makes no difference. */
static inline void fir(const double *x, const double *weight, size_t n, double *out, size_t from,
                       size_t to)
{
    size_t t = from;

    for (; t + 4 * IND_LANES <= to; t += 4 * IND_LANES) {
        const double *at = x + t + 1 - n;
        vd a = vd_set(0), b = a, c = a, d = a;
        for (size_t i = 0; i < n; i++) {
            const vd w = vd_set(weight[i]);
            a = vd_fma(w, vd_load(at + i), a);
            b = vd_fma(w, vd_load(at + i + IND_LANES), b);
            c = vd_fma(w, vd_load(at + i + 2 * IND_LANES), c);
            d = vd_fma(w, vd_load(at + i + 3 * IND_LANES), d);
        }
        vd_store(out + t, a);
        vd_store(out + t + IND_LANES, b);
        vd_store(out + t + 2 * IND_LANES, c);
        vd_store(out + t + 3 * IND_LANES, d);
    }
    for (; t < to; t++)
        out[t] = fir_at(x + t + 1 - n, weight, n);
}

/* For references. */
static inline double fir_reference(const double *x, size_t t, const long double *weight, size_t n)
{
    long double sum = 0, total = 0;

    for (size_t i = 0; i < n; i++) {
        sum += weight[i] * x[t + 1 - n + i];
        total += weight[i];
    }
    return (double)(sum / total);
}

#endif
