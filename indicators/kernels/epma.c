/* SPDX-License-Identifier: Apache-2.0 */
/* epma: end point moving average.
 *
 *   weight of value j of period - 1, 0 the oldest: 2 - offset + j;   divided by their sum */
#include "fir.h"

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[0] + (size_t)params[1] + 1;
}

static size_t state_size(const double *params) { return (size_t)params[0] * sizeof(double); }

/* Weights that cancel have no mean. */
static int check(const double *params)
{
    return 2 * params[1] == params[0] + 2 ? IND_EPARAM : IND_OK;
}

static void reference(const struct ind_run *run)
{
    const size_t n = run_int(run, 0) - 1;

    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        long double sum = 0, total = 0;
        for (size_t j = 0; j < n; j++) {
            const long double w = 2.0L - run->params[1] + (long double)j;
            sum += w * run->in[0][t + 1 - n + j];
            total += w;
        }
        run->out[0][t] = (double)(sum / total);
    }
}

static void IND_FN(epma)(const struct ind_run *run)
{
    const size_t n = run_int(run, 0) - 1;
    double *weight = run->state;

    if (run->from == 0) {
        for (size_t j = 0; j < n; j++)
            weight[j] = 2 - run->params[1] + (double)j;
        fir_normalise(weight, n);
    }
    fir(run->in[0], weight, n, run->out[0], run_start(run, warmup(run->params, 0)), run->to);
}

IND_INDICATOR(epma) = {
    .name = "epma",
    .title = "End Point Moving Average",
    .family = "moving average",
    .source = "TradingView community scripts, 2018",
    .note =
        "The newest period - 1 bars with weights that rise by 1 a bar from 2 - offset, which may "
        "be negative; offset = period / 2 + 1, where they cancel, is refused. A NaN or infinite "
        "bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 11, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"offset", "bars", 4, 0, 1e9, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .check = check,
    .reference = reference,
    .run = IND_FN(epma),
    .tolerance = 1e-9, /* weights of both signs cancel */
    .isa_tolerance = 1e-9,
};
