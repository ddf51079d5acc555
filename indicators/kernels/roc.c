/* SPDX-License-Identifier: Apache-2.0 */
/* roc: rate of change, in percent.
 *
 *   out[t] = 100 (x[t] / x[t-p] - 1) */
#include "kernel.h"

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p; t < run->to; t++) {
        const long double old = run->in[0][t - p];
        run->out[0][t] = old == 0 || isnan(old) ? 0 : (double)(100 * (run->in[0][t] - old) / old);
    }
}

static void IND_FN(roc)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];
    double *restrict out = run->out[0];

    RUN_BARS (run, p, t) {
        const double old = x[t - p], change = 100 * (x[t] - old) / old;
        out[t] = old == 0 || old != old ? 0 : change;
    }
}

IND_INDICATOR(roc) = {
    .name = "roc",
    .title = "Rate of Change",
    .family = "momentum",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note = "Change over period bars in percent of the old value; 0 where that is 0 or NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .reference = reference,
    .run = IND_FN(roc),
    .tolerance = 1e-12,
};
