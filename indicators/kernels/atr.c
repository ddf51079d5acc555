/* SPDX-License-Identifier: Apache-2.0 */
/* atr: average true range, Wilder's average of the true range. */
#include "compat.h"
#include "price.h"
#include "smooth.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct smooth);
}

/* TA-Lib leaves out the first bar, which has no close before it. */
static size_t first_range(const double *params) { return params[1] == COMPAT_TALIB; }

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[0] - 1 + first_range(params);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct smooth_reference s = {0};

    for (size_t t = first_range(run->params); t < run->to; t++) {
        const double range = true_range_at(run->in[0], run->in[1], run->in[2], t);
        const long double y = smooth_reference_push(&s, range, p, 1.0L / (long double)p);
        if (t >= warmup(run->params, 0))
            run->out[0][t] = (double)y;
    }
}

static void IND_FN(atr)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_wilder(run, p);
    double range[CHUNK];

    RUN_CHUNKS(run, first_range(run->params), at, n)
    {
        true_range_chunk(run->in[0], run->in[1], run->in[2], at, n, range);
        smooth_chunk(&how, run->state, range, range, n);
        for (size_t i = chunk_skip(at, warmup(run->params, 0)); i < n; i++)
            run->out[0][at + i] = range[i];
    }
}

IND_INDICATOR(atr) = {
    .name = "atr",
    .title = "Average True Range",
    .family = "volatility",
    .source = "Wilder, New Concepts in Technical Trading Systems, 1978",
    .note = "The first bar's true range is high - low; seeded with the mean of the first length "
            "ranges (as TA-Lib without that of the first bar). A NaN or infinite bar makes all "
            "later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"length", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}, COMPAT_PARAM},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(atr),
    .tolerance = 1e-12,
};
