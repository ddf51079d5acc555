/* SPDX-License-Identifier: Apache-2.0 */
/* medium_ad: median absolute deviation, the median of |x - median| over the last p bars. */
#include "deviation.h"

static size_t state_size(const double *params) { return deviation_size((size_t)params[0]); }

/* The definition: a value's rank is how many of the window lie below it. */
static double plain_median(const double *x, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++) {
        size_t below = 0, equal = 0;
        for (size_t j = 0; j < n; j++) {
            below += x[j] < x[i];
            equal += x[j] == x[i];
        }
        /* does its run of equals cover the middle place, or both? */
        for (size_t k = (n - 1) / 2; k <= n / 2; k++)
            if (below <= k && k < below + equal)
                sum += x[i] / (double)equal;
        if (isnan(x[i]))
            return NAN;
    }
    return sum / (double)(n / 2 - (n - 1) / 2 + 1);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double *gap = run_scratch(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        const double *x = run->in[0] + t + 1 - p, mid = plain_median(x, p);
        for (size_t i = 0; i < p; i++)
            gap[i] = fabs(x[i] - mid);
        run->out[0][t] = plain_median(gap, p);
    }
}

static void IND_FN(medium_ad)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = run_start(run, p - 1); t < run->to; t++)
        run->out[0][t] = median_absolute(run->in[0] + t, p, run->state);
}

IND_INDICATOR(medium_ad) = {
    .name = "medium_ad",
    .title = "Median Absolute Deviation",
    .family = "statistics",
    .source = "Hampel, The Influence Curve and Its Role in Robust Estimation, 1974",
    .note = "The median of an even number is the mean of the two in the middle. A NaN bar shows "
            "while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(medium_ad),
    .tolerance = 1e-12,
};
