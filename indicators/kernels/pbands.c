/* SPDX-License-Identifier: Apache-2.0 */
/* pbands: projection bands, the extremes of the window carried on to its newest bar along the line
 * of best fit.
 *
 *   upper = highest of high[t - j] + j slope;   lower = lowest of low[t - j] + j slope, j < period
 *   slope = that of the least-squares line of the closes */
#include "extrema.h"
#include "window_sum.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_line);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double mid = 0.5L * (long double)(p - 1);

    for (size_t t = p - 1; t < run->to; t++) {
        const long double mean = plain_sum(run->in[2], t, p) / (long double)p;
        long double sum = 0, squares = 0;
        for (size_t j = 0; j < p; j++) {
            const long double d = mid - (long double)j;
            sum += d * (run->in[2][t - j] - mean);
            squares += d * d;
        }
        const long double slope = p < 2 ? 0 * mean : sum / squares;
        double upper = run->in[0][t], lower = run->in[1][t];
        for (size_t j = 0; j < p; j++) {
            const long double drift = (long double)j * slope;
            upper = nan_max(upper, (double)(run->in[0][t - j] + drift));
            lower = nan_min(lower, (double)(run->in[1][t - j] + drift));
        }
        run->out[0][t] = lower;
        run->out[1][t] = upper;
    }
}

static void IND_FN(pbands)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double mean[CHUNK], slope[CHUNK], upper[CHUNK], lower[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *high = run->in[0] + at, *low = run->in[1] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        window_line_chunk(run->state, run->in[2] + at, n, p, mean, slope);
        for (size_t i = skip; i < n; i++) {
            upper[i] = high[i] + 0 * slope[i];
            lower[i] = low[i] + 0 * slope[i];
        }
        for (size_t j = 1; j < p && skip < n; j++) {
            const double steps = (double)j;
            for (size_t i = skip; i < n; i++) {
                const double drift = steps * slope[i];
                upper[i] = nan_max(upper[i], ago(high + i, j) + drift);
                lower[i] = nan_min(lower[i], ago(low + i, j) + drift);
            }
        }
        for (size_t i = skip; i < n; i++) {
            run->out[0][at + i] = lower[i];
            run->out[1][at + i] = upper[i];
        }
    }
}

IND_INDICATOR(pbands) = {
    .name = "pbands",
    .title = "Projection Bands",
    .family = "bands/channel",
    .source = "Widner, Signaling Change with Projection Bands, Stocks & Commodities, 1995",
    .note = "Both bands follow the slope of the closes, as in Tulip. Each bar costs time in "
            "proportion to period. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"lower", "upper"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(pbands),
    .tolerance = 1e-12,
};
