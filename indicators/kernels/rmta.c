/* SPDX-License-Identifier: Apache-2.0 */
/* rmta: recursive moving trend average.
 *
 *   b = beta b + x;   out = beta out + (1 - beta) (x + b - b before)
 *
 * With e = (1 - beta) b, itself an exponential average, x + b - b before is 2 x - e before. */
#include "smooth.h"

enum { PERIOD, BETA };

struct state {
    struct smooth b, out;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void reference(const struct ind_run *run)
{
    const long double beta = run->params[BETA];
    long double b = 0, y = 0;

    for (size_t t = 0; t < run->to; t++) {
        const long double x = run->in[0][t], before = t == 0 ? 0 : b;
        b = beta * (t == 0 ? x : b) + x;
        y = beta * (t == 0 ? x : y) + (1 - beta) * (x + b - before);
        if (t + 1 >= run_int(run, PERIOD))
            run->out[0][t] = (double)y;
    }
}

static void IND_FN(rmta)(const struct ind_run *run)
{
    const double beta = run->params[BETA];
    const struct smoothing how = smoothing_make(run, 1, 1 - beta);
    const size_t first = ind_period_less_1(run->params, 0);
    struct state *s = run->state;
    double b[CHUNK + 1], y[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t seed = at == 0; /* the first bar begins both */

        if (seed) {
            s->b = (struct smooth){.y = (1 - beta * beta) * x[0], .n = 1};
            s->out = (struct smooth){.y = x[0] + s->b.y, .n = 1};
            y[0] = s->out.y;
        }
        b[seed] = s->b.y;
        smooth_chunk(&how, &s->b, x + seed, b + 1 + seed, n - seed);
        for (size_t i = seed; i < n; i++)
            y[i] = 2 * x[i] - b[i];
        smooth_chunk(&how, &s->out, y + seed, y + seed, n - seed);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = y[i];
    }
}

IND_INDICATOR(rmta) = {
    .name = "rmta",
    .title = "Recursive Moving Trend Average",
    .family = "moving average",
    .source = "Utterback, The Recursive Moving Trend Average, Stocks & Commodities, 1994",
    .note = "Before the first bar both b and the average are its value. period only says how many "
            "bars are held back. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 21, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"beta", "ratio", 0.9, 0, 1}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(rmta),
    .tolerance = 1e-11,
};
