/* SPDX-License-Identifier: Apache-2.0 */
/* reverse_rsi: the price at which the relative strength index would stand at rsi_level.
 *
 *   up, down = exponential averages of gains and losses over 2 n - 1 bars, n = rsi_length
 *   rs = level / (100 - level);   q = (n - 1) (down rs - up)
 *   out = price + q, or price + q / rs where q is negative */
#include "smooth.h"

enum { LENGTH, LEVEL };

struct state {
    struct smooth up, down;
};

static size_t span_of(const double *params) { return 2 * (size_t)params[LENGTH] - 1; }

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return span_of(params) - 1;
}

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void reference(const struct ind_run *run)
{
    const size_t span = span_of(run->params);
    const long double n = run->params[LENGTH], level = run->params[LEVEL];
    const long double rs = level / (100 - level);
    struct smooth_reference up = {0}, down = {0};

    for (size_t t = 0; t < run->to; t++) {
        const long double x = run->in[0][t], d = x - (t == 0 ? 0 : run->in[0][t - 1]);
        smooth_reference_push(&up, d < 0 ? 0 : d, span, 1 / n);
        smooth_reference_push(&down, d > 0 ? 0 : -d, span, 1 / n);
        const long double q = (n - 1) * (down.y * rs - up.y);
        if (t + 1 >= span)
            run->out[0][t] = (double)(x + (q < 0 ? q / rs : q));
    }
}

static void IND_FN(reverse_rsi)(const struct ind_run *run)
{
    const struct smoothing how = smoothing_ema(run, span_of(run->params));
    const size_t first = warmup(run->params, 0);
    const double less = run->params[LENGTH] - 1;
    const double rs = run->params[LEVEL] / (100 - run->params[LEVEL]);
    struct state *s = run->state;
    double up[CHUNK], down[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;

        for (size_t i = 0; i < n; i++) {
            const double d = x[i] - (at + i == 0 ? 0 : *(x + i - 1));
            up[i] = d < 0 ? 0 : d;
            down[i] = d > 0 ? 0 : -d;
        }
        smooth_chunk(&how, &s->up, up, up, n);
        smooth_chunk(&how, &s->down, down, down, n);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            const double q = less * (down[i] * rs - up[i]), below = q / rs;
            run->out[0][at + i] = x[i] + (q < 0 ? below : q);
        }
    }
}

IND_INDICATOR(reverse_rsi) = {
    .name = "reverse_rsi",
    .title = "Reverse RSI",
    .family = "momentum",
    .source = "Giorgos Siligardos, Reverse Engineering RSI, Stocks & Commodities, 2003",
    .note = "The averages are seeded with the mean of their first 2 rsi_length - 1 values, and "
            "the first price counts as a move from 0. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"rsi_length", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"rsi_level", "percent", 50, 1e-3, 100 - 1e-3}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(reverse_rsi),
    .tolerance = 1e-10,
};
