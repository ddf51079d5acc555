/* SPDX-License-Identifier: Apache-2.0 */
/* willr: Williams %R.
 *
 *   out[t] = -100 (highest high - close) / (highest high - lowest low), over p bars */
#include "extrema.h"

struct state {
    struct extreme high, low;
    double mem[]; /* of high, low */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size((size_t)params[0]);
}

static inline double percent(double high, double low, double close)
{
    const double value = -100 * (high - close) / (high - low);

    return high == low ? 0 : value;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++)
        run->out[0][t] =
            percent(window_max(run->in[0], t, p), window_min(run->in[1], t, p), run->in[2][t]);
}

static void IND_FN(willr)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double high[CHUNK], low[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[2] + at;
        double *restrict out = run->out[0] + at;

        extreme_chunk_max(run, &s->high, s->mem, run->in[0] + at, n, p, high);
        extreme_chunk_min(run, &s->low, s->mem + p, run->in[1] + at, n, p, low);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            out[i] = percent(high[i], low[i], close[i]);
    }
}

IND_INDICATOR(willr) = {
    .name = "willr",
    .title = "Williams %R",
    .family = "momentum",
    .source = "Williams, How I Made One Million Dollars Last Year Trading Commodities, 1979",
    .note = "0 where the window is flat. A NaN bar shows while it is in the window.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(willr),
    .tolerance = 1e-12,
};
