/* SPDX-License-Identifier: Apache-2.0 */
/* zlema: zero lag exponential moving average.
 *
 *   u[t] = 2 x[t] - x[t - lag], x[t] while there is none;   lag = (p - 1) / 2, rounded down
 *   y[0] = x[0];   y[t] = y[t-1] + 2 / (p + 1) (u[t] - y[t-1]) */
#include "smooth.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct smooth);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), lag = (p - 1) / 2;
    const long double alpha = 2 / (run->params[0] + 1.0L);
    long double y = run->in[0][0];

    for (size_t t = 0; t < run->to; t++) {
        const long double x = run->in[0][t], u = t < lag ? x : 2 * x - run->in[0][t - lag];
        y = t == 0 ? x : alpha * u + (1 - alpha) * y;
        if (t + 1 >= p)
            run->out[0][t] = (double)y;
    }
}

static void IND_FN(zlema)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), lag = (p - 1) / 2;
    const struct smoothing how = smoothing_make(run, 1, ema_alpha(p));
    double y[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t plain = size_min(chunk_skip(at, size_max(lag, 1)), n);

        for (size_t i = 0; i < plain; i++)
            y[i] = x[i];
        for (size_t i = plain; i < n; i++)
            y[i] = 2 * x[i] - *(x + i - lag);
        smooth_chunk(&how, run->state, y, y, n);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = y[i];
    }
}

IND_INDICATOR(zlema) = {
    .name = "zlema",
    .title = "Zero Lag Exponential Moving Average",
    .family = "moving average",
    .source = "Ehlers and Way, Zero Lag (Well, Almost), Stocks & Commodities, 2010",
    .note = "Seeded with the first value. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(zlema),
    .tolerance = 1e-12,
};
