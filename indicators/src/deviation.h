/* SPDX-License-Identifier: Apache-2.0 */
/* How widely the last p values spread, in the way that a parameter devtype chooses. */
#ifndef IND_DEVIATION_H
#define IND_DEVIATION_H

#include "kernel.h"
#include "order.h"
#include "vec.h"
#include "window_sum.h"

enum deviation_kind { DEVIATION_STANDARD, DEVIATION_MEAN_ABSOLUTE, DEVIATION_MEDIAN_ABSOLUTE };

#define DEVIATION_NAMES                                                                            \
    (const char *const[]) { "standard", "mean_absolute", "median_absolute", NULL }
#define DEVIATION_PARAM(name)                                                                      \
    {                                                                                              \
        name, "choice", 0, DEVIATION_STANDARD, DEVIATION_MEDIAN_ABSOLUTE, IND_INTEGER,             \
            DEVIATION_NAMES                                                                        \
    }

/* Mean of |value - mid| over the window that ends at at[0]. */
static inline double mean_absolute(const double *at, size_t p, double mid)
{
    const double *x = at - (p - 1);
    double sum = 0;

    for (size_t i = 0; i < p; i++)
        sum += fabs(x[i] - mid);
    return sum / (double)p;
}

/* Median of |value - median|; `scratch` is room for p. */
static inline double median_absolute(const double *at, size_t p, double *scratch)
{
    const double *x = at - (p - 1);

    for (size_t i = 0; i < p; i++)
        scratch[i] = x[i];
    const double mid = order_median(scratch, p);
    for (size_t i = 0; i < p; i++)
        scratch[i] = fabs(scratch[i] - mid);
    return order_median(scratch, p);
}

static inline size_t deviation_size(size_t p) { return p * sizeof(double); }

/* Of one window: `w` has taken in at[0] and is full. */
static inline double deviation(const struct window_square *w, enum deviation_kind kind,
                               const double *at, size_t p, double *scratch)
{
    if (kind == DEVIATION_STANDARD)
        return sqrt(window_square_variance(w, p));
    if (kind == DEVIATION_MEAN_ABSOLUTE)
        return w->w.same >= p ? 0 : mean_absolute(at, p, window_square_mean(w, p));
    return median_absolute(at, p, scratch);
}

/* spread[i] = mean_absolute around mean[i], for skip <= i < n; at[i] is the newest of its window.
 * Lanes are bars, and each adds oldest first, as mean_absolute does. */
static inline void mean_absolute_chunk(const double *at, size_t p, const double *mean,
                                       double *restrict spread, size_t skip, size_t n)
{
    size_t i = skip;

    for (; i + 2 * IND_LANES <= n; i += 2 * IND_LANES) {
        const double *x = at + i - (p - 1);
        const vd m = vd_load(mean + i), m2 = vd_load(mean + i + IND_LANES);
        vd sum = vd_set(0), sum2 = sum;
        for (size_t k = 0; k < p; k++) {
            sum += vd_abs(vd_load(x + k) - m);
            sum2 += vd_abs(vd_load(x + k + IND_LANES) - m2);
        }
        vd_store(spread + i, sum / vd_set((double)p));
        vd_store(spread + i + IND_LANES, sum2 / vd_set((double)p));
    }
    for (; i < n; i++)
        spread[i] = mean_absolute(at + i, p, mean[i]);
}

/* Turn variances into deviations of the kind that is asked for, for skip <= i < n. */
static inline void deviation_chunk(enum deviation_kind kind, const double *at, size_t p,
                                   const double *mean, double *spread, size_t skip, size_t n,
                                   double *scratch)
{
    if (kind == DEVIATION_STANDARD)
        for (size_t i = skip; i < n; i++)
            spread[i] = sqrt(spread[i]);
    else if (kind == DEVIATION_MEAN_ABSOLUTE)
        mean_absolute_chunk(at, p, mean, spread, skip, n);
    else
        for (size_t i = skip; i < n; i++)
            spread[i] = median_absolute(at + i, p, scratch);
}

/* For references. */
static inline double deviation_reference(enum deviation_kind kind, const double *x, size_t t,
                                         size_t p, double *scratch)
{
    long double sum = 0, mean = 0;

    if (kind == DEVIATION_MEDIAN_ABSOLUTE)
        return median_absolute(x + t, p, scratch);
    for (size_t i = 0; i < p; i++)
        mean += x[t - i];
    mean /= (long double)p;
    for (size_t i = 0; i < p; i++) {
        const long double d = x[t - i] - mean;
        sum += kind == DEVIATION_STANDARD ? d * d : fabsl(d);
    }
    sum /= (long double)p;
    return (double)(kind == DEVIATION_STANDARD ? sqrtl(sum) : sum);
}

#endif
