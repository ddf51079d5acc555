/* SPDX-License-Identifier: Apache-2.0 */
/* mfi: money flow index.
 *
 *   flow = typical price * volume, counted as up or down by the change of the typical price
 *   out[t] = 100 * sum of up flows / sum of flows, over p bars (the first bar has no flow) */
#include "tail.h"
#include "window_sum.h"

struct state {
    struct tail up, down;
    struct window_sum up_sum, down_sum;
    double mem[]; /* of up, down */
};

/* A sum below this is no flow. */
static const double NO_FLOW = 1e-14;

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * series_size((size_t)params[0]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *price = run->in[0], *volume = run->in[1];

    for (size_t t = p - 1; t < run->to; t++) {
        long double up = 0, down = 0;
        for (size_t i = size_max(t + 1 - p, 1); i <= t; i++) {
            const double flow = price[i] * volume[i];
            up += price[i] > price[i - 1] ? flow : 0;
            down += price[i] < price[i - 1] ? flow : 0;
        }
        run->out[0][t] = (double)(up + down < NO_FLOW ? 0 : 100 * up / (up + down));
    }
}

static void IND_FN(mfi)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double *down_mem = s->mem + series_doubles(p), up[CHUNK], down[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *price = run->in[0] + at, *volume = run->in[1] + at;
        double *restrict out = run->out[0] + at;

        up[0] = down[0] = 0;
        for (size_t i = at == 0; i < n; i++) {
            const double flow = price[i] * volume[i], before = *(price + i - 1);
            up[i] = price[i] > before ? flow : 0;
            down[i] = price[i] < before ? flow : 0;
        }
        window_sum_chunk(&s->up_sum, tail_append(&s->up, s->mem, p, up, n), n, p, up);
        window_sum_chunk(&s->down_sum, tail_append(&s->down, down_mem, p, down, n), n, p, down);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++) {
            const double sum = up[i] + down[i], value = 100 * up[i] / sum;
            out[i] = sum < NO_FLOW ? 0 : value;
        }
    }
}

IND_INDICATOR(mfi) = {
    .name = "mfi",
    .title = "Money Flow Index",
    .family = "volume",
    .source = "Quong and Soudack, Technical Analysis of Stocks & Commodities, 1989",
    .note =
        "0 where no money flows: flat prices or no volume. A bar whose price is NaN has no flow; "
        "a NaN or infinite volume shows while it is in the window.",
    .inputs = {{"typical_price", "hlc3"}, {"volume", "volume"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(mfi),
    .tolerance = 1e-12,
};
