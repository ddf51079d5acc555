/* SPDX-License-Identifier: Apache-2.0 */
/* wavetrend: the averaged channel index, and its mean.
 *
 *   wt1 = exponential average of the index over average_length
 *   wt2 = mean of wt1 over ma_length;   wt_diff = wt2 - wt1 */
#include "channel_index.h"
#include "moving_average.h"

enum { CHANNEL_LENGTH, AVERAGE_LENGTH, MA_LENGTH, FACTOR };

struct state {
    struct channel_index index;
    struct smooth wave;
    struct tail tail;
    struct window_sum sum;
    double mem[];
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)(params[CHANNEL_LENGTH] + params[AVERAGE_LENGTH] + params[MA_LENGTH]) - 3;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size((size_t)params[MA_LENGTH]);
}

static void reference(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0), p = run_int(run, MA_LENGTH);
    double *wave = run_scratch(run, 0);
    struct smooth_reference s = {0};

    channel_index_reference(run->in[0], run->to, 0, run_int(run, CHANNEL_LENGTH),
                            run->params[FACTOR], NAN, wave);
    for (size_t t = 0; t < run->to; t++)
        if (!isnan(wave[t]))
            wave[t] = (double)smooth_reference_push(&s, wave[t], 1,
                                                    2 / (run->params[AVERAGE_LENGTH] + 1.0L));
    for (size_t t = first; t < run->to; t++) {
        const double mean = (double)sma_plain(wave, t, p);
        run->out[0][t] = wave[t];
        run->out[1][t] = mean;
        run->out[2][t] = mean - wave[t];
    }
}

static void IND_FN(wavetrend)(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0), p = run_int(run, MA_LENGTH);
    const struct smoothing channel =
        smoothing_make(run, 1, ema_alpha(run_int(run, CHANNEL_LENGTH)));
    const struct smoothing average =
        smoothing_make(run, 1, ema_alpha(run_int(run, AVERAGE_LENGTH)));
    struct state *s = run->state;
    double wave[CHUNK], mean[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        channel_index_chunk(&channel, &s->index, run->in[0] + at, 0, n, run->params[FACTOR], NAN,
                            wave);
        smooth_chunk_known(&average, &s->wave, wave, wave, n);
        ma_chunk_sum(&s->tail, s->mem, &s->sum, p, wave, mean, n);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            run->out[0][at + i] = wave[i];
            run->out[1][at + i] = mean[i];
            run->out[2][at + i] = mean[i] - wave[i];
        }
    }
}

IND_INDICATOR(wavetrend) = {
    .name = "wavetrend",
    .title = "WaveTrend",
    .family = "momentum",
    .source = "LazyBear, WaveTrend Oscillator, TradingView, 2014",
    .note = "The exponential averages are seeded with their first value. A bar where the series "
            "deviates from its average by less than a billionth of its value has no index: it is "
            "left out of wt1, and wt2 is NaN while it is in the window. A NaN or infinite bar "
            "makes all later values NaN.",
    .inputs = {{"data", "hlc3"}},
    .params = {{"channel_length", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"average_length", "bars", 12, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"ma_length", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"factor", "ratio", 0.015, 1e-9, 1e6}},
    .outputs = {"wt1", "wt2", "wt_diff"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(wavetrend),
    .tolerance = 1e-6, /* the deviation may be a billionth of the values it is made of */
};
