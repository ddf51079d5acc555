/* SPDX-License-Identifier: Apache-2.0 */
/* linreg: the end of the least-squares line through the last p bars. */
#include "window_sum.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_line);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double n = (long double)p;

    for (size_t t = p - 1; t < run->to; t++) {
        long double y = 0, xy = 0, mid = (n - 1) / 2, square = 0;
        for (size_t i = 0; i < p; i++)
            y += run->in[0][t - i] / n;
        for (size_t i = 0; i < p; i++) {
            const long double d = mid - (long double)i;
            xy += d * (run->in[0][t - i] - y);
            square += d * d;
        }
        run->out[0][t] = (double)(p < 2 ? y : y + xy / square * mid);
    }
}

static void IND_FN(linreg)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double mean[CHUNK], slope[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        window_line_chunk(run->state, run->in[0] + at, n, p, mean, slope);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = line_at(mean[i], slope[i], p, 0);
    }
}

IND_INDICATOR(linreg) = {
    .name = "linreg",
    .title = "Linear Regression",
    .family = "statistics",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "The least-squares line through the last period bars, at the newest. A NaN or infinite "
            "bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(linreg),
    .tolerance = 1e-12,
};
