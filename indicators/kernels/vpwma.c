/* SPDX-License-Identifier: Apache-2.0 */
/* vpwma: variable power weighted moving average.
 *
 *   weight of the bar k bars ago = (p - k)^power,   k = 0 .. p-2;   divided by their sum */
#include "fir.h"

static size_t state_size(const double *params) { return (size_t)params[0] * sizeof(double); }

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        long double sum = 0, total = 0;
        for (size_t k = 0; k + 1 < p; k++) {
            const long double w = powl((long double)(p - k), run->params[1]);
            sum += w * run->in[0][t - k];
            total += w;
        }
        run->out[0][t] = (double)(sum / total);
    }
}

static void IND_FN(vpwma)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), n = p - 1; /* p - 1 bars, though it waits for p */
    double *weight = run->state;

    if (run->from == 0) {
        for (size_t i = 0; i < n; i++)
            weight[i] = pow((double)(i + 2), run->params[1]);
        fir_normalise(weight, n);
    }
    fir(run->in[0], weight, n, run->out[0], run_start(run, p - 1), run->to);
}

IND_INDICATOR(vpwma) = {
    .name = "vpwma",
    .title = "Variable Power Weighted Moving Average",
    .family = "moving average",
    .source = "TradingView community scripts, 2018",
    .note = "The newest period - 1 bars, weighted by a power of their rank. A NaN or infinite bar "
            "shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"power", "ratio", 0.382, -10, 10}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vpwma),
    .tolerance = 1e-12,
    .isa_tolerance = 1e-13,
};
