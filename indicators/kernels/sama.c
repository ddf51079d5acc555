/* SPDX-License-Identifier: Apache-2.0 */
/* sama: slope adaptive moving average, the faster the nearer the price is to an end of its range.
 *
 *   m = |2 x - highest - lowest| / (highest - lowest), over the last length + 1 bars
 *   alpha = (m (2 / (min_length + 1) - 2 / (maj_length + 1)) + 2 / (maj_length + 1))^2
 *   out[t] = out[t-1] + alpha (x[t] - out[t-1]),   out[0] = x[0] */
#include "extrema.h"
#include "smooth.h"

enum { LENGTH, MAJ_LENGTH, MIN_LENGTH };

struct state {
    struct extreme high, low;
    double y;
    double mem[]; /* of high, low */
};

static size_t window_of(const double *params) { return (size_t)params[LENGTH] + 1; }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size(window_of(params));
}

static void reference(const struct ind_run *run)
{
    const long double major = 2 / (run->params[MAJ_LENGTH] + 1.0L);
    const long double minor = 2 / (run->params[MIN_LENGTH] + 1.0L);
    long double y = run->in[0][0];

    for (size_t t = 0; t < run->to; t++) {
        const size_t n = size_min(window_of(run->params), t + 1);
        const long double x = run->in[0][t], high = window_max(run->in[0], t, n);
        const long double low = window_min(run->in[0], t, n);
        const long double m = high == low ? 0 : fabsl(2 * x - high - low) / (high - low);
        y += powl(m * (minor - major) + major, 2) * (x - y);
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(sama)(const struct ind_run *run)
{
    const size_t p = window_of(run->params);
    const double major = ema_alpha(run_int(run, MAJ_LENGTH));
    const double minor = ema_alpha(run_int(run, MIN_LENGTH));
    struct state *s = run->state;
    double high[CHUNK], low[CHUNK];

    if (run->from == 0)
        s->y = run->in[0][0];
    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        double *rate = low;

        extreme_chunk_max(run, &s->high, s->mem, x, n, p, high);
        extreme_chunk_min(run, &s->low, s->mem + p, x, n, p, low);
        for (size_t i = 0; i < n; i++) {
            const double width = high[i] - low[i];
            const double m = fabs((x[i] - high[i]) + (x[i] - low[i])) / width;
            const double root = (width == 0 ? 0 : m) * (minor - major) + major;
            rate[i] = root * root;
        }
        s->y = follow_chunk(s->y, rate, x, run->out[0] + at, n);
    }
}

static size_t history(const double *params) { return window_of(params); }

IND_INDICATOR(sama) = {
    .name = "sama",
    .title = "Slope Adaptive Moving Average",
    .family = "moving average",
    .source = "TradingView community scripts, 2020",
    .note = "Starts with the first value; windows begin with one bar and grow. A flat window "
            "counts as mid-range. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"length", "bars", 200, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"maj_length", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"min_length", "bars", 6, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(sama),
    .tolerance = 1e-12,
};
