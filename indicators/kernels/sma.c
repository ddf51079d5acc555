/* SPDX-License-Identifier: Apache-2.0 */
/* sma: simple moving average.
 *
 *   out[t] = (x[t-p+1] + ... + x[t]) / p */
#include "window_sum.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_sum);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        long double sum = 0;
        for (size_t i = 0; i < p; i++)
            sum += run->in[0][t - i];
        run->out[0][t] = (double)(sum / (long double)p);
    }
}

static void IND_FN(sma)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double inverse = 1 / (double)p;
    double sum[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        window_sum_chunk(run->state, run->in[0] + at, n, p, sum);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = sum[i] * inverse;
    }
}

IND_INDICATOR(sma) = {
    .name = "sma",
    .title = "Simple Moving Average",
    .family = "moving average",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note = "Mean of the last period bars. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(sma),
    .tolerance = 1e-12,
};
