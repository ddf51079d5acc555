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

static double percent(double high, double low, double close)
{
    return high == low ? 0 : -100 * (high - close) / (high - low);
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

    for (size_t t = run->from; t < run->to; t++) {
        const double high = extreme_push_max(&s->high, s->mem, run->in[0] + t, p);
        const double low = extreme_push_min(&s->low, s->mem + p, run->in[1] + t, p);
        if (t + 1 >= p)
            run->out[0][t] = percent(high, low, run->in[2][t]);
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
