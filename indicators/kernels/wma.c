/* SPDX-License-Identifier: Apache-2.0 */
/* wma: linearly weighted moving average.
 *
 *   out[t] = (1 x[t-p+1] + 2 x[t-p+2] + ... + p x[t]) / (p (p + 1) / 2) */
#include "moving_average.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_line);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++)
        run->out[0][t] = (double)wma_plain(run->in[0], t, p);
}

static void IND_FN(wma)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double mean[CHUNK], slope[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        window_line_chunk(run->state, run->in[0] + at, n, p, mean, slope);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = line_wma(mean[i], slope[i], p);
    }
}

IND_INDICATOR(wma) = {
    .name = "wma",
    .title = "Weighted Moving Average",
    .family = "moving average",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note = "Weights 1 (oldest) to period (newest). A NaN or infinite bar shows while it is in the "
            "window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(wma),
    .tolerance = 1e-12,
};
