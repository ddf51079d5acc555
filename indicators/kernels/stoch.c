/* SPDX-License-Identifier: Apache-2.0 */
/* stoch: slow stochastic oscillator.
 *
 *   raw = 100 (close - lowest low) / (highest high - lowest low), over fastk_period
 *   k = average of raw over slowk_period;   d = average of k over slowd_period */
#include "compat.h"
#include "extrema.h"
#include "moving_average.h"
#include "price.h"

enum { FASTK, SLOWK, SLOWK_MA, SLOWD, SLOWD_MA, COMPAT };

struct state {
    struct extreme high, low;
    struct ma k, d;
    double mem[]; /* of high, low, k, d */
};

static size_t warmup(const double *params, size_t output)
{
    const size_t k = ma_warmup((enum ma_kind)params[SLOWK_MA], (size_t)params[SLOWK]);
    const size_t d = ma_warmup((enum ma_kind)params[SLOWD_MA], (size_t)params[SLOWD]);

    /* the others show no k before there is a d */
    return (size_t)params[FASTK] - 1 + k + (output == 0 && params[COMPAT] == COMPAT_NONE ? 0 : d);
}

static size_t first_k(const double *params)
{
    return (size_t)params[FASTK] - 1 +
           ma_warmup((enum ma_kind)params[SLOWK_MA], (size_t)params[SLOWK]);
}

static double flat_of(const double *params) { return params[COMPAT] == COMPAT_NONE ? 50 : 0; }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size((size_t)params[FASTK]) +
           ma_size((size_t)params[SLOWK]) + ma_size((size_t)params[SLOWD]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, FASTK), len = run->to;
    double *k = run->out[0], *d = run->out[1];

    for (size_t t = p - 1; t < len; t++) {
        const double high = window_max(run->in[0], t, p), low = window_min(run->in[1], t, p);
        k[t] = percent_of_range(run->in[2][t], low, high, flat_of(run->params));
    }
    ma_reference(k, p - 1, len, (enum ma_kind)run->params[SLOWK_MA], run_int(run, SLOWK));
    for (size_t t = p - 1; t < len; t++)
        d[t] = k[t];
    ma_reference(d, size_min(first_k(run->params), len), len, (enum ma_kind)run->params[SLOWD_MA],
                 run_int(run, SLOWD));
    for (size_t t = 0; t < size_min(warmup(run->params, 0), len); t++)
        k[t] = NAN;
}

static void IND_FN(stoch)(const struct ind_run *run)
{
    const size_t p = run_int(run, FASTK);
    const struct averaging k_how =
        averaging_make(run, (enum ma_kind)run->params[SLOWK_MA], run_int(run, SLOWK));
    const struct averaging d_how =
        averaging_make(run, (enum ma_kind)run->params[SLOWD_MA], run_int(run, SLOWD));
    const size_t k_first = first_k(run->params), d_first = warmup(run->params, 1);
    const double flat = flat_of(run->params);
    struct state *s = run->state;
    double *low_mem = s->mem + p, *k_mem = low_mem + p, *d_mem = k_mem + ma_doubles(k_how.p);
    double high[CHUNK], low[CHUNK], *k = high, *d = low;

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[2] + at;
        const size_t raw_skip = size_min(chunk_skip(at, p - 1), n);
        const size_t skip = size_min(chunk_skip(at, k_first), n);

        extreme_chunk_max(run, &s->high, s->mem, run->in[0] + at, n, p, high);
        extreme_chunk_min(run, &s->low, low_mem, run->in[1] + at, n, p, low);
        for (size_t i = raw_skip; i < n; i++)
            k[i] = percent_of_range(close[i], low[i], high[i], flat);
        ma_chunk(&k_how, &s->k, k_mem, k + raw_skip, k + raw_skip, n - raw_skip);
        for (size_t i = chunk_skip(at, warmup(run->params, 0)); i < n; i++)
            run->out[0][at + i] = k[i];
        ma_chunk(&d_how, &s->d, d_mem, k + skip, d + skip, n - skip);
        for (size_t i = chunk_skip(at, d_first); i < n; i++)
            run->out[1][at + i] = d[i];
    }
}

IND_INDICATOR(stoch) = {
    .name = "stoch",
    .title = "Stochastic Oscillator",
    .family = "momentum",
    .source = "Lane, Lane's Stochastics, 1984",
    .note = "50 where the window is flat (as TA-Lib and Tulip 0, and k begins with d). With simple "
            "averages a NaN bar shows while it is in a "
            "window.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"fastk_period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slowk_period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("slowk_ma_type", MA_SMA),
               {"slowd_period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("slowd_ma_type", MA_SMA),
               COMPAT_PARAM},
    .outputs = {"k", "d"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(stoch),
    .tolerance = 1e-12,
};
