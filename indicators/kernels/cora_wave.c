/* SPDX-License-Identifier: Apache-2.0 */
/* cora_wave: compound ratio weighted average, smoothed by a weighted average over round(sqrt(p)).
 *
 *   weight of the i-th oldest of p: base^i,   base = 1 + ((p / 0.01)^(1 / (p - 1)) - 1) r_multi
 *
 * A weighted window of a weighted window is one weighted window, a little longer. */
#include "fir.h"

enum { PERIOD, R_MULTI, SMOOTH };

/* Bars of the smoothing; 1: none. */
static size_t smooth_of(const double *params)
{
    return params[SMOOTH] ? size_max((size_t)round(sqrt(params[PERIOD])), 1) : 1;
}

static size_t len_of(const double *params)
{
    return (size_t)params[PERIOD] + smooth_of(params) - 1;
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return len_of(params) - 1;
}

static size_t state_size(const double *params) { return len_of(params) * sizeof(double); }

/* Weight of the i-th oldest, that of the newest being 1. */
static long double weight_of(size_t i, const double *params)
{
    const long double p = params[PERIOD];
    const long double ratio = p < 2 ? 0 : powl(p / 0.01L, 1 / (p - 1)) - 1;

    return powl(1 + ratio * params[R_MULTI], (long double)i - (p - 1));
}

static void weights(double *ret, size_t n, const double *params)
{
    const size_t p = (size_t)params[PERIOD], m = smooth_of(params);

    for (size_t i = 0; i < n; i++)
        ret[i] = 0;
    for (size_t i = 0; i < p; i++) {
        const double w = (double)weight_of(i, params);
        for (size_t k = 0; k < m; k++)
            ret[i + k] += w * (double)(k + 1);
    }
    fir_normalise(ret, n);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), m = smooth_of(run->params);
    double *wave = run_scratch(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        long double sum = 0, total = 0;
        for (size_t i = 0; i < p; i++) {
            const long double w = weight_of(i, run->params);
            sum += w * run->in[0][t + 1 - p + i];
            total += w;
        }
        wave[t] = (double)(sum / total);
        sum = total = 0;
        for (size_t k = 0; k < m; k++) {
            sum += (long double)(m - k) * (t >= k ? wave[t - k] : NAN);
            total += (long double)(m - k);
        }
        if (t >= len_of(run->params) - 1)
            run->out[0][t] = (double)(sum / total);
    }
}

static void IND_FN(cora_wave)(const struct ind_run *run)
{
    const size_t n = len_of(run->params);

    if (run->from == 0)
        weights(run->state, n, run->params);
    fir(run->in[0], run->state, n, run->out[0], run_start(run, n - 1), run->to);
}

static size_t group_size(const double *params) { return fir_group_size(len_of(params)); }

static void IND_FN(cora_wave_group)(const struct ind_group *group)
{
    static const struct fir_shape shape = {len_of, warmup, weights};

    fir_group(group, &shape);
}

IND_INDICATOR(cora_wave) = {
    .name = "cora_wave",
    .title = "Compound Ratio Weighted Average",
    .family = "moving average",
    .source = "TradingView community scripts, 2021",
    .note = "The weights grow from bar to bar by the ratio that would take them from 0.01 to "
            "period, times r_multi. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 20, 1, 1e6, IND_INTEGER},
               {"r_multi", "ratio", 2, 0, 1e6},
               {"smooth", "choice", 1, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = len_of,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cora_wave),
    .group = IND_FN(cora_wave_group),
    .group_size = group_size,
    .tolerance = 1e-12,
    .isa_tolerance = 1e-12, /* fused multiply-add */
};
