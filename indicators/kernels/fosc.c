/* SPDX-License-Identifier: Apache-2.0 */
/* fosc: forecast oscillator, 100 (x - f) / x with f what the least-squares line of the bar before
 * says of this bar; the first output has no forecast and counts it as 0. */
#include "window_sum.h"

struct state {
    struct window_line line;
    double forecast;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double n = (long double)p, mid = (n - 1) / 2;
    long double forecast = 0;

    for (size_t t = p - 1; t < run->to; t++) {
        const double x = run->in[0][t];
        long double mean = 0, xy = 0, square = 0;
        run->out[0][t] = x == 0 ? NAN : (double)(100 * (x - forecast) / x);
        for (size_t i = 0; i < p; i++)
            mean += run->in[0][t - i] / n;
        for (size_t i = 0; i < p; i++) {
            const long double d = mid - (long double)i;
            xy += d * (run->in[0][t - i] - mean);
            square += d * d;
        }
        forecast = p < 2 ? mean : mean + xy / square * (mid + 1);
    }
}

static void IND_FN(fosc)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double mean[CHUNK], slope[CHUNK], room[CHUNK + 1], *forecast = room + 1;

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        window_line_chunk(&s->line, x, n, p, mean, slope);
        forecast[-1] = s->forecast;
        for (size_t i = 0; i < skip; i++)
            forecast[i] = 0;
        for (size_t i = skip; i < n; i++)
            forecast[i] = line_at(mean[i], slope[i], p, 1);
        for (size_t i = skip; i < n; i++) {
            const double value = 100 * (x[i] - room[i]) / x[i]; /* the forecast of the bar before */
            run->out[0][at + i] = x[i] == 0 ? NAN : value;
        }
        s->forecast = forecast[n - 1];
    }
}

IND_INDICATOR(fosc) = {
    .name = "fosc",
    .title = "Forecast Oscillator",
    .family = "momentum",
    .source = "Chande and Kroll, The New Technical Trader, 1994",
    .note = "100 at the first output; NaN where the value is 0. A NaN or infinite bar shows while "
            "it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(fosc),
    .tolerance = 1e-7, /* price and forecast cancel */
};
