/* SPDX-License-Identifier: Apache-2.0 */
/* ttm_trend: is the close above the mean of the last bars?
 *
 *   out = 1 where close > mean of source over period, else 0 */
#include "window_sum.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_sum);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = 0; t < run->to; t++)
        run->out[0][t] =
            t + 1 >= p && (long double)run->in[1][t] * (long double)p > plain_sum(run->in[0], t, p);
}

static void IND_FN(ttm_trend)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double sum[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[1] + at, scale = (double)p;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);
        double *restrict out = run->out[0] + at;

        window_sum_chunk(run->state, run->in[0] + at, n, p, sum);
        for (size_t i = 0; i < skip; i++)
            out[i] = 0;
        for (size_t i = skip; i < n; i++)
            out[i] = close[i] * scale > sum[i]; /* no division: what is equal stays so */
    }
}

IND_INDICATOR(ttm_trend) = {
    .name = "ttm_trend",
    .title = "TTM Trend",
    .family = "trend",
    .source = "Carter, Mastering the Trade, 2005",
    .note = "0 before the first full window, where both are equal, and next to a NaN.",
    .inputs = {{"source", "hl2"}, {"close", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ttm_trend),
};
