/* SPDX-License-Identifier: Apache-2.0 */
/* natr: average true range in percent of the close. */
#include "price.h"
#include "smooth.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct smooth);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct smooth_reference s = {0};

    for (size_t t = 0; t < run->to; t++) {
        const double range = true_range_at(run->in[0], run->in[1], run->in[2], t);
        const long double y = smooth_reference_push(&s, range, p, 1.0L / (long double)p);
        if (t + 1 >= p)
            run->out[0][t] = (double)(100 * y / run->in[2][t]);
    }
}

static void IND_FN(natr)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_wilder(run, p);
    double range[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        true_range_chunk(run->in[0], run->in[1], run->in[2], at, n, range);
        smooth_chunk(&how, run->state, range, range, n);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = 100 * range[i] / run->in[2][at + i];
    }
}

IND_INDICATOR(natr) = {
    .name = "natr",
    .title = "Normalized Average True Range",
    .family = "volatility",
    .source = "Forman, Cross-Market Evaluations With NATR, Stocks & Commodities, 2006",
    .note =
        "100 atr / close; infinite or NaN where the close is 0. A NaN or infinite bar makes all "
        "later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(natr),
    .tolerance = 1e-12,
};
