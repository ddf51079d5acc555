/* SPDX-License-Identifier: Apache-2.0 */
/* jsa: Jsa moving average, (x[t] + x[t-p]) / 2. */
#include "kernel.h"

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p; t < run->to; t++)
        run->out[0][t] = (double)(((long double)run->in[0][t] + run->in[0][t - p]) / 2);
}

static void IND_FN(jsa)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *restrict x = run->in[0];
    double *restrict out = run->out[0];

    RUN_BARS (run, p, t)
        out[t] = (x[t] + x[t - p]) * 0.5;
}

IND_INDICATOR(jsa) = {
    .name = "jsa",
    .title = "Jsa Moving Average",
    .family = "moving average",
    .source = "Weinberg, The Jsa Moving Average, Stocks & Commodities, 2006",
    .note = "A NaN or infinite bar shows at its own and period bars later.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .reference = reference,
    .run = IND_FN(jsa),
    .tolerance = 1e-12,
};
