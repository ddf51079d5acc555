/* SPDX-License-Identifier: Apache-2.0 */
/* vwma: volume weighted moving average, sum(price volume) / sum(volume) over p bars. */
#include "made_sum.h"

struct state {
    struct made_sum value;
    struct window_sum volume;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + made_sum_size((size_t)params[0]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        long double value = 0, volume = 0;
        for (size_t i = 0; i < p; i++) {
            value += (long double)run->in[0][t - i] * run->in[1][t - i];
            volume += run->in[1][t - i];
        }
        run->out[0][t] = (double)(value / volume);
    }
}

static void IND_FN(vwma)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double value[CHUNK], weight[CHUNK];

    RUN_CHUNKS_OF(CHUNK_SHORT, run, 0, at, n)
    {
        const double *price = run->in[0] + at, *volume = run->in[1] + at;

        for (size_t i = 0; i < n; i++)
            value[i] = price[i] * volume[i];
        made_sum_chunk(&s->value, s->mem, p, value, value, n);
        window_sum_chunk(&s->volume, volume, n, p, weight);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = value[i] / weight[i];
    }
}

IND_INDICATOR(vwma) = {
    .name = "vwma",
    .title = "Volume Weighted Moving Average",
    .family = "moving average",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "NaN where a window has no volume, and while a NaN or infinite bar is in it.",
    .inputs = {{"prices", "close"}, {"volumes", "volume"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vwma),
    .tolerance = 1e-11,
};
