/* SPDX-License-Identifier: Apache-2.0 */
/* mom: momentum.
 *
 *   out[t] = x[t] - x[t-p] */
#include "kernel.h"

static void reference(const struct ind_run *run)
{
    for (size_t t = run_int(run, 0); t < run->to; t++)
        run->out[0][t] = run->in[0][t] - run->in[0][t - run_int(run, 0)];
}

static void IND_FN(mom)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];
    double *restrict out = run->out[0];

    RUN_BARS (run, p, t)
        out[t] = x[t] - x[t - p];
}

IND_INDICATOR(mom) = {
    .name = "mom",
    .title = "Momentum",
    .family = "momentum",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note =
        "Change over period bars. A NaN or infinite bar shows at its bar and period bars later.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .reference = reference,
    .run = IND_FN(mom),
};
