/* SPDX-License-Identifier: Apache-2.0 */
/* cg: Ehlers' center of gravity.
 *
 *   out[t] = -sum of (k + 1) x[t-k] / sum of x[t-k],   k = 0 .. period - 2 */
#include "window_sum.h"
#include <float.h>

/* Values in the window. */
static size_t window_of(const double *params) { return (size_t)params[0] - 1; }

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_line);
}

static void reference(const struct ind_run *run)
{
    const size_t p = window_of(run->params);

    for (size_t t = p + 1; t < run->to; t++) {
        long double sum = 0, moment = 0;
        for (size_t k = 0; k < p; k++) {
            sum += run->in[0][t - k];
            moment += (long double)(k + 1) * run->in[0][t - k];
        }
        run->out[0][t] = fabsl(sum) <= DBL_EPSILON ? 0 : (double)(-moment / sum);
    }
}

/* The window is balanced on its middle but for the slope of the line through it. */
static void IND_FN(cg)(const struct ind_run *run)
{
    const size_t p = window_of(run->params);
    const double middle = -0.5 * (double)(p + 1), part = (double)(p - 1) / 6;
    double mean[CHUNK], slope[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        window_line_chunk(run->state, run->in[0] + at, n, p, mean, slope);
        for (size_t i = chunk_skip(at, p + 1); i < n; i++) {
            const double value = middle * (1 - part * slope[i] / mean[i]);
            run->out[0][at + i] = fabs(mean[i] * (double)p) <= DBL_EPSILON ? 0 : value;
        }
    }
}

IND_INDICATOR(cg) = {
    .name = "cg",
    .title = "Center of Gravity",
    .family = "cycle",
    .source = "Ehlers, The CG Oscillator, Stocks & Commodities, 2002",
    .note = "In bars before the newest, negative. 0 where the sum is no more than 2.2e-16. A NaN "
            "or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 10, 2, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cg),
    .tolerance = 1e-12,
};
