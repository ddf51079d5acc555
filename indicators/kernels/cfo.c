/* SPDX-License-Identifier: Apache-2.0 */
/* cfo: Chande forecast oscillator, scalar (x - end of the least-squares line) / x. */
#include "window_sum.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_line);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double n = (long double)p, mid = (n - 1) / 2;

    for (size_t t = p - 1; t < run->to; t++) {
        const double x = run->in[0][t];
        long double mean = 0, xy = 0, square = 0;
        for (size_t i = 0; i < p; i++)
            mean += run->in[0][t - i] / n;
        for (size_t i = 0; i < p; i++) {
            const long double d = mid - (long double)i;
            xy += d * (run->in[0][t - i] - mean);
            square += d * d;
        }
        const long double end = p < 2 ? mean : mean + xy / square * mid;
        run->out[0][t] = x == 0 || !isfinite(x) ? NAN : (double)(run->params[1] * (x - end) / x);
    }
}

static void IND_FN(cfo)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double mean[CHUNK], slope[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;

        window_line_chunk(run->state, x, n, p, mean, slope);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++) {
            const double end = line_at(mean[i], slope[i], p, 0);
            const double value = run->params[1] * (x[i] - end) / x[i];
            run->out[0][at + i] = x[i] == 0 || !isfinite(x[i]) ? NAN : value;
        }
    }
}

IND_INDICATOR(cfo) = {
    .name = "cfo",
    .title = "Chande Forecast Oscillator",
    .family = "momentum",
    .source = "Chande and Kroll, The New Technical Trader, 1994",
    .note = "NaN where the value is 0 or no finite number, and while one is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"scalar", "ratio", 100, -1e9, 1e9}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cfo),
    .tolerance = 1e-7, /* price and line cancel */
};
