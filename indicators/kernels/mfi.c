/* SPDX-License-Identifier: Apache-2.0 */
/* mfi: money flow index.
 *
 *   flow = typical price * volume, counted as up or down by the change of the typical price
 *   out[t] = 100 * sum of up flows / sum of flows, over p bars (the first bar has no flow) */
#include "money_flow.h"

struct state {
    struct money_flow flow;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + money_flow_doubles((size_t)params[0]) * sizeof(double);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    long double up, down;

    for (size_t t = p - 1; t < run->to; t++) {
        money_flow_reference(run->in[0], run->in[1], t, p, &up, &down);
        run->out[0][t] = (double)(up + down < NO_FLOW ? 0 : 100 * up / (up + down));
    }
}

static void IND_FN(mfi)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double up[CHUNK], down[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        double *restrict out = run->out[0] + at;

        money_flow_chunk(&s->flow, s->mem, p, run->in[0] + at, run->in[1] + at, at == 0, n, up,
                         down);
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
