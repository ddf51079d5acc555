/* SPDX-License-Identifier: Apache-2.0 */
/* cci: commodity channel index.
 *
 *   out[t] = (x[t] - mean) / (0.015 * mean of |x - mean|), over p bars */
#include "commodity_channel.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_sum);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++)
        run->out[0][t] = commodity_channel_reference(run->in[0], t, p);
}

static void IND_FN(cci)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = chunk_skip(at, p - 1);
        commodity_channel_chunk(run->state, run->in[0] + at, n, p, skip, run->out[0] + at);
    }
}

IND_INDICATOR(cci) = {
    .name = "cci",
    .title = "Commodity Channel Index",
    .family = "momentum",
    .source = "Lambert, Commodity Channel Index, 1980",
    .note = "0 where the window is flat. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "hlc3"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cci),
    .tolerance = 1e-11, /* a quotient of differences of prices */
};
