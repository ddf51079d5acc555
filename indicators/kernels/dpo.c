/* SPDX-License-Identifier: Apache-2.0 */
/* dpo: detrended price oscillator, x[t - (p / 2 + 1)] less the mean of the last p bars. */
#include "window_sum.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_sum);
}

static size_t warmup(const double *params, size_t output)
{
    const size_t p = (size_t)params[0];

    (void)output;
    return size_max(p - 1, p / 2 + 1);
}

static size_t history(const double *params) { return (size_t)params[0] + 1; }

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        const long double sum = plain_sum(run->in[0], t, p);
        run->out[0][t] = (double)(run->in[0][t - (p / 2 + 1)] - sum / (long double)p);
    }
}

static void IND_FN(dpo)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), first = warmup(run->params, 0);
    double mean[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        window_sum_chunk_scaled(run->state, run->in[0] + at, n, p, 1 / (double)p, mean);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = run->in[0][at + i - (p / 2 + 1)] - mean[i];
    }
}

IND_INDICATOR(dpo) = {
    .name = "dpo",
    .title = "Detrended Price Oscillator",
    .family = "momentum",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note = "A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(dpo),
    .tolerance = 1e-9, /* price and mean cancel */
};
