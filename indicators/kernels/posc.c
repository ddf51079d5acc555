/* SPDX-License-Identifier: Apache-2.0 */
/* posc: projection oscillator, where the close stands between Widner's projection bands.
 *
 *   upper, lower = highest high[t-j] + j slope, lowest low[t-j] + j slope, j < period
 *   out = exponential average of 100 (close - lower) / (upper - lower), which starts with the first
 */
#include "price.h"
#include "projection.h"
#include "smooth.h"

enum { PERIOD, EMA_PERIOD };
enum { HIGH, LOW, CLOSE };

struct state {
    struct window_line line;
    struct smooth smooth;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void reference(const struct ind_run *run)
{
    const long double alpha = 2 / (run->params[EMA_PERIOD] + 1.0L);
    const double *close = run->in[CLOSE];
    struct smooth_reference smooth = {0};

    for (size_t t = run_int(run, PERIOD) - 1; t < run->to; t++) {
        double upper, lower;
        projection_reference(run->in[HIGH], run->in[LOW], close, t, run_int(run, PERIOD), &upper,
                             &lower);
        const long double width = (long double)upper - lower;
        const long double raw = width == 0 ? 50 : 100 * ((long double)close[t] - lower) / width;
        run->out[0][t] = (double)smooth_reference_push(&smooth, raw, 1, alpha);
    }
}

static void IND_FN(posc)(const struct ind_run *run)
{
    const struct smoothing how = smoothing_make(run, 1, ema_alpha(run_int(run, EMA_PERIOD)));
    const size_t p = run_int(run, PERIOD);
    struct state *s = run->state;
    double mean[CHUNK], slope[CHUNK], upper[CHUNK], lower[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[CLOSE] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        window_line_chunk(&s->line, close, n, p, mean, slope);
        projection_chunk(run->in[HIGH] + at + skip, run->in[LOW] + at + skip, slope + skip, p,
                         n - skip, upper + skip, lower + skip);
        for (size_t i = skip; i < n; i++)
            upper[i] = percent_of_range(close[i], lower[i], upper[i], 50);
        smooth_chunk(&how, &s->smooth, upper + skip, run->out[0] + at + skip, n - skip);
    }
}

IND_INDICATOR(posc) = {
    .name = "posc",
    .title = "Projection Oscillator",
    .family = "momentum",
    .source = "Widner, Signaling Change with Projection Bands, Stocks & Commodities, 1995",
    .note = "50 goes into the average where the bands meet. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 14, 1, 1e6, IND_INTEGER},
               {"ema_period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(posc),
    .tolerance = 1e-10,
};
