/* SPDX-License-Identifier: Apache-2.0 */
/* tradjema: exponential average that the true range adjusts.
 *
 *   q = (tr - least tr) / (largest tr - least tr), over the last p bars
 *   out[t] = out[t-1] + 2 / (p + 1) (1 + mult q) (close[t-1] - out[t-1]),   begun at 0 */
#include "extrema.h"
#include "price.h"
#include "smooth.h"
#include "tail.h"

enum { LENGTH, MULT };

struct state {
    struct tail range;
    struct extreme high, low;
    double y;
    double mem[]; /* of high, low, range */
};

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[LENGTH];

    return sizeof(struct state) + 2 * extreme_size(p) + series_size(p);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, LENGTH);
    double *range = run_scratch(run, 0);
    long double y = 0;

    for (size_t t = 0; t < run->to; t++) {
        range[t] = true_range_at(run->in[0], run->in[1], run->in[2], t);
        if (t + 1 < p)
            continue;
        const long double low = window_min(range, t, p), width = window_max(range, t, p) - low;
        const long double q = width == 0 ? 0 : (range[t] - low) / width;
        y += 2.0L / (long double)(p + 1) * (1 + run->params[MULT] * q) * (run->in[2][t - 1] - y);
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(tradjema)(const struct ind_run *run)
{
    const size_t p = run_int(run, LENGTH);
    const double alpha = ema_alpha(p), mult = run->params[MULT];
    struct state *s = run->state;
    double *low_mem = s->mem + p, *range_mem = low_mem + p;
    double range[CHUNK], high[CHUNK], low[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[2] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);
        double *rate = range;

        true_range_chunk(run->in[0], run->in[1], run->in[2], at, n, range);
        const double *made = tail_append(&s->range, range_mem, p, range, n);
        extreme_chunk_max(run, &s->high, s->mem, made, n, p, high);
        extreme_chunk_min(run, &s->low, low_mem, made, n, p, low);
        for (size_t i = skip; i < n; i++) {
            const double width = high[i] - low[i], q = (range[i] - low[i]) / width;
            rate[i] = alpha * (1 + mult * (width == 0 ? 0 : q));
        }
        if (skip < n)
            s->y = follow_chunk(s->y, rate + skip, close + skip - 1, run->out[0] + at + skip,
                                n - skip);
    }
}

IND_INDICATOR(tradjema) = {
    .name = "tradjema",
    .title = "True Range Adjusted Exponential Moving Average",
    .family = "moving average",
    .source = "Apirine, True Range Adjusted Exponential Moving Average, Stocks & Commodities, 2023",
    .note = "Follows the close of the bar before. Begun at 0 one bar before the first value, so "
            "the first values climb towards the price. q is 0 where all ranges are equal. A NaN "
            "or infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"length", "bars", 40, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"mult", "ratio", 10, 0, 1e6}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(tradjema),
    .tolerance = 1e-11,
};
