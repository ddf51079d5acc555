/* SPDX-License-Identifier: Apache-2.0 */
/* stochf: fast stochastic oscillator.
 *
 *   k = 100 (close - lowest low) / (highest high - lowest low), over fastk_period
 *   d = average of k over fastd_period */
#include "extrema.h"
#include "moving_average.h"

enum { FASTK, FASTD, FASTD_MA };

struct state {
    struct extreme high, low;
    struct ma d;
    double mem[]; /* of high, low, d */
};

static size_t warmup(const double *params, size_t output)
{
    const size_t d = ma_warmup((enum ma_kind)params[FASTD_MA], (size_t)params[FASTD]);

    return (size_t)params[FASTK] - 1 + (output == 0 ? 0 : d);
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size((size_t)params[FASTK]) +
           ma_size((size_t)params[FASTD]);
}

static double percent(double close, double low, double high)
{
    const double value = 100 * (close - low) / (high - low);

    return high != low ? value : close == high ? 100 : 0;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, FASTK), len = run->to;
    double *d = run->out[1];

    for (size_t t = p - 1; t < len; t++)
        d[t] = run->out[0][t] =
            percent(run->in[2][t], window_min(run->in[1], t, p), window_max(run->in[0], t, p));
    ma_reference(d, size_min(p - 1, len), len, (enum ma_kind)run->params[FASTD_MA],
                 run_int(run, FASTD));
}

static void IND_FN(stochf)(const struct ind_run *run)
{
    const size_t p = run_int(run, FASTK);
    const struct averaging how =
        averaging_make(run, (enum ma_kind)run->params[FASTD_MA], run_int(run, FASTD));
    const size_t d_first = warmup(run->params, 1);
    struct state *s = run->state;
    double *low_mem = s->mem + p, *d_mem = low_mem + p;
    double high[CHUNK], low[CHUNK], *k = high, *d = low;

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[2] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        extreme_chunk_max(run, &s->high, s->mem, run->in[0] + at, n, p, high);
        extreme_chunk_min(run, &s->low, low_mem, run->in[1] + at, n, p, low);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = k[i] = percent(close[i], low[i], high[i]);
        ma_chunk(&how, &s->d, d_mem, k + skip, d + skip, n - skip);
        for (size_t i = chunk_skip(at, d_first); i < n; i++)
            run->out[1][at + i] = d[i];
    }
}

IND_INDICATOR(stochf) = {
    .name = "stochf",
    .title = "Stochastic Fast",
    .family = "momentum",
    .source = "Lane, Lane's Stochastics, 1984",
    .note = "Where the window is flat 100 when the close is there too, else 0.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"fastk_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"fastd_period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("fastd_matype", MA_SMA)},
    .outputs = {"k", "d"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(stochf),
    .tolerance = 1e-12,
};
