/* SPDX-License-Identifier: Apache-2.0 */
/* vidya: variable index dynamic average.
 *
 *   k = alpha * deviation over short_period / deviation over long_period, 0 where that is NaN
 *   y = x at bar long_period - 2, then y + k (x - y) */
#include "deviation.h"
#include "smooth.h"

enum { SHORT, LONG, ALPHA };

struct state {
    struct window_square quick, slow;
    double y;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[LONG] - 2;
}

static size_t history(const double *params) { return (size_t)fmax(params[SHORT], params[LONG]); }

static int check(const double *params)
{
    return params[SHORT] > params[LONG] ? IND_EPARAM : IND_OK;
}

static void reference(const struct ind_run *run)
{
    const size_t quick = run_int(run, SHORT), slow = run_int(run, LONG);
    double y = 0;

    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        const double x = run->in[0][t];
        if (t + 2 == slow) {
            y = x;
        } else {
            const double k = deviation_reference(DEVIATION_STANDARD, run->in[0], t, quick, NULL) /
                             deviation_reference(DEVIATION_STANDARD, run->in[0], t, slow, NULL);
            y += (isnan(k) ? 0 : run->params[ALPHA] * k) * (x - y);
        }
        run->out[0][t] = y;
    }
}

static void IND_FN(vidya)(const struct ind_run *run)
{
    const size_t quick_p = run_int(run, SHORT), slow_p = run_int(run, LONG);
    const double alpha = run->params[ALPHA];
    struct state *s = run->state;
    double mean[CHUNK], quick[CHUNK], slow[CHUNK];

    RUN_CHUNKS_OF(CHUNK_SHORT, run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        size_t i = size_min(chunk_skip(at, slow_p - 2), n);

        window_square_chunk(&s->quick, x, n, quick_p, mean, quick);
        window_square_chunk(&s->slow, x, n, slow_p, mean, slow);
        for (size_t k = 0; k < n; k++) {
            const double ratio = sqrt(quick[k] / slow[k]), rate = alpha * ratio;
            quick[k] = isnan(ratio) ? 0 : rate;
        }
        if (i < n && at + i + 2 == slow_p)
            run->out[0][at + i] = s->y = x[i], i++;
        if (i < n)
            s->y = follow_chunk(s->y, quick + i, x + i, run->out[0] + at + i, n - i);
    }
}

IND_INDICATOR(vidya) = {
    .name = "vidya",
    .title = "Variable Index Dynamic Average",
    .family = "moving average",
    .source = "Chande, Adapting Moving Averages To Market Volatility, Stocks & Commodities, 1992",
    .note = "Stands still while the long window is flat. short_period must not exceed long_period.",
    .inputs = {{"data", "close"}},
    .params = {{"short_period", "bars", 2, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"long_period", "bars", 5, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"alpha", "ratio", 0.2, 0, 1}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vidya),
    .tolerance = 1e-8,
};
