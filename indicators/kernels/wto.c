/* SPDX-License-Identifier: Apache-2.0 */
/* wto: LazyBear's wave trend, the averaged channel index and its mean over 4 bars.
 *
 *   wavetrend1 = exponential average of the index over average_length
 *   wavetrend2 = mean of the last 4;   histogram = wavetrend1 - wavetrend2 */
#include "channel_index.h"
#include "moving_average.h"

enum { CHANNEL_LENGTH, AVERAGE_LENGTH };
enum { MEAN_OF = 4 };

struct state {
    struct channel_index index;
    struct smooth wave;
    struct tail tail;
    struct window_sum sum;
    double mem[];
};

static size_t warmup(const double *params, size_t output)
{
    return (size_t)params[CHANNEL_LENGTH] - 1 + (output == 0 ? 0 : MEAN_OF - 1);
}

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state) + series_size(MEAN_OF);
}

static void reference(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0);
    double *wave = run_scratch(run, 0);
    struct smooth_reference s = {0};

    channel_index_reference(run->in[0], run->to, first, run_int(run, CHANNEL_LENGTH), 0.015L, 0,
                            wave);
    for (size_t t = first; t < run->to; t++) {
        wave[t] =
            (double)smooth_reference_push(&s, wave[t], 1, 2 / (run->params[AVERAGE_LENGTH] + 1.0L));
        run->out[0][t] = wave[t];
        if (t < first + MEAN_OF - 1)
            continue;
        run->out[1][t] = (double)sma_plain(wave, t, MEAN_OF);
        run->out[2][t] = wave[t] - run->out[1][t];
    }
}

static void IND_FN(wto)(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0);
    const struct smoothing channel =
        smoothing_make(run, 1, ema_alpha(run_int(run, CHANNEL_LENGTH)));
    const struct smoothing average =
        smoothing_make(run, 1, ema_alpha(run_int(run, AVERAGE_LENGTH)));
    struct state *s = run->state;
    double wave[CHUNK], mean[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, first), n);

        channel_index_chunk(&channel, &s->index, run->in[0] + at, skip, n, 0.015, 0, wave);
        smooth_chunk(&average, &s->wave, wave + skip, wave + skip, n - skip);
        ma_chunk_sum(&s->tail, s->mem, &s->sum, MEAN_OF, wave + skip, mean + skip, n - skip);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = wave[i];
        for (size_t i = chunk_skip(at, first + MEAN_OF - 1); i < n; i++) {
            run->out[1][at + i] = mean[i];
            run->out[2][at + i] = wave[i] - mean[i];
        }
    }
}

IND_INDICATOR(wto) = {
    .name = "wto",
    .title = "WaveTrend Oscillator",
    .family = "momentum",
    .source = "LazyBear, WaveTrend Oscillator, TradingView, 2014",
    .note = "The average is seeded with the first value, the deviation and the index's average at "
            "bar channel_length - 1. The index is 0 where the series deviates from its average by "
            "less than a billionth of its value. A NaN or infinite bar makes all later values "
            "NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"channel_length", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"average_length", "bars", 21, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"wavetrend1", "wavetrend2", "histogram"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(wto),
    .tolerance = 1e-6, /* the deviation may be a billionth of the values it is made of */
};
