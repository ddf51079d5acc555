/* SPDX-License-Identifier: Apache-2.0 */
/* buff_averages: Buff Dormeier's averages, volume weighted over a short and a long window. */
#include "volume_average.h"

enum { FAST, SLOW };

struct state {
    struct volume_average fast, slow;
    double mem[];
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[SLOW] - 1;
}

static int check(const double *params) { return params[FAST] > params[SLOW] ? IND_EPARAM : IND_OK; }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + volume_average_size((size_t)params[FAST]) +
           volume_average_size((size_t)params[SLOW]);
}

static void reference(const struct ind_run *run)
{
    for (size_t o = 0; o < 2; o++)
        for (size_t t = warmup(run->params, o); t < run->to; t++)
            run->out[o][t] = vwma_plain(run->in[0], run->in[1], t, run_int(run, o), 0);
}

static void IND_FN(buff_averages)(const struct ind_run *run)
{
    const struct averaging fast = averaging_make(run, MA_SMA, run_int(run, FAST));
    const struct averaging slow = averaging_make(run, MA_SMA, run_int(run, SLOW));
    struct state *s = run->state;
    double *slow_mem = s->mem + volume_average_doubles(fast.p);
    double value[CHUNK], average[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *price = run->in[0] + at, *volume = run->in[1] + at;
        const size_t skip = chunk_skip(at, slow.p - 1);

        for (size_t i = 0; i < n; i++)
            value[i] = price[i] * volume[i];
        volume_average_chunk(&fast, &s->fast, s->mem, value, volume, 0, average, n);
        for (size_t i = skip; i < n; i++)
            run->out[FAST][at + i] = average[i];
        volume_average_chunk(&slow, &s->slow, slow_mem, value, volume, 0, average, n);
        for (size_t i = skip; i < n; i++)
            run->out[SLOW][at + i] = average[i];
    }
}

IND_INDICATOR(buff_averages) = {
    .name = "buff_averages",
    .title = "Buff Averages",
    .family = "moving average",
    .source = "Dormeier, Buff Up Your Moving Averages, Stocks & Commodities, 2001",
    .note = "Both begin when the slow window is full. 0 where a window has no volume. A NaN or "
            "infinite bar shows while it is in the window. fast_period must not exceed "
            "slow_period.",
    .inputs = {{"data", "close"}, {"volume", "volume"}},
    .params = {{"fast_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"fast_buff", "slow_buff"},
    .warmup = warmup,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(buff_averages),
    .tolerance = 1e-11,
};
