/* SPDX-License-Identifier: Apache-2.0 */
/* alma: Arnaud Legoux moving average, a window under a Gaussian.
 *
 *   weight[i] = exp(-(i - m)^2 / (2 s^2)),   i = 0 the oldest .. p-1 the newest
 *   m = offset * (p - 1),   s = p / sigma;   weights are divided by their sum */
#include "fir.h"

static size_t state_size(const double *params) { return (size_t)params[0] * sizeof(double); }

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double mid = run->params[1] * (long double)(p - 1);
    const long double s = (long double)p / run->params[2];

    for (size_t t = p - 1; t < run->to; t++) {
        long double sum = 0, total = 0;
        for (size_t i = 0; i < p; i++) {
            const long double d = (long double)i - mid, w = expl(-d * d / (2 * s * s));
            sum += w * run->in[0][t + 1 - p + i];
            total += w;
        }
        run->out[0][t] = (double)(sum / total);
    }
}

static size_t len(const double *params) { return (size_t)params[0]; }
static size_t group_size(const double *params) { return fir_group_size((size_t)params[0]); }

static void weights(double *ret, size_t n, const double *params)
{
    const double mid = params[1] * (double)(n - 1), s = (double)n / params[2];

    for (size_t i = 0; i < n; i++)
        ret[i] = exp(-((double)i - mid) * ((double)i - mid) / (2 * s * s));
    fir_normalise(ret, n);
}

static void IND_FN(alma)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    if (run->from == 0)
        weights(run->state, p, run->params);
    fir(run->in[0], run->state, p, run->out[0], run_start(run, p - 1), run->to);
}

static void IND_FN(alma_group)(const struct ind_group *group)
{
    const struct fir_shape shape = {len, ind_period_less_1, weights};

    fir_group(group, &shape);
}

IND_INDICATOR(alma) = {
    .name = "alma",
    .title = "Arnaud Legoux Moving Average",
    .family = "moving average",
    .source = "Legoux and Kouzis-Loukas, 2009",
    .note =
        "Weights under a Gaussian: offset places its middle (1: at the newest bar), sigma makes "
        "it narrow. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"offset", "ratio", 0.85, 0, 1},
               {"sigma", "ratio", 6, 1e-3, 1e3}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(alma),
    .group = IND_FN(alma_group),
    .group_size = group_size,
    .tolerance = 1e-12,
    .isa_tolerance = 1e-13,
};
