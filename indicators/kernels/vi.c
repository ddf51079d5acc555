/* SPDX-License-Identifier: Apache-2.0 */
/* vi: vortex indicator.
 *
 *   plus = sum |high - low before| / sum of true range;   minus = sum |low - high before| / the
 * same
 *
 * over p bars; the first bar moves nothing and ranges over high - low. */
#include "made_sum.h"
#include "price.h"

struct state {
    struct made_sum plus, minus, range;
    double mem[]; /* of plus, minus, range */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 3 * made_sum_size((size_t)params[0]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *high = run->in[0], *low = run->in[1];

    for (size_t last = p - 1; last < run->to; last++) {
        long double plus = 0, minus = 0, range = 0;
        for (size_t t = last + 1 - p; t <= last; t++) {
            range += true_range_at(high, low, run->in[2], t);
            plus += t == 0 ? 0 : fabsl((long double)high[t] - low[t - 1]);
            minus += t == 0 ? 0 : fabsl((long double)low[t] - high[t - 1]);
        }
        run->out[0][last] = (double)(plus / range);
        run->out[1][last] = (double)(minus / range);
    }
}

static void IND_FN(vi)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), room = made_sum_doubles(p);
    const double *high = run->in[0], *low = run->in[1];
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        const double up = t == 0 ? 0 : fabs(high[t] - low[t - 1]);
        const double down = t == 0 ? 0 : fabs(low[t] - high[t - 1]);
        const double tr = true_range_at(high, low, run->in[2], t);
        const double plus = made_sum_push(&s->plus, s->mem, p, up);
        const double minus = made_sum_push(&s->minus, s->mem + room, p, down);
        const double range = made_sum_push(&s->range, s->mem + 2 * room, p, tr);
        if (t + 1 < p)
            continue;
        run->out[0][t] = plus / range;
        run->out[1][t] = minus / range;
    }
}

IND_INDICATOR(vi) = {
    .name = "vi",
    .title = "Vortex Indicator",
    .family = "trend",
    .source = "Botes and Siepman, The Vortex Indicator, Stocks & Commodities, 2010",
    .note = "NaN where the window has no range, and while a NaN bar is in it.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"plus", "minus"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vi),
    .tolerance = 1e-11,
};
