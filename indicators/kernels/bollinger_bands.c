/* SPDX-License-Identifier: Apache-2.0 */
/* bollinger_bands: a moving average, and bands as many deviations above and below it.
 *
 *   upper = middle + devup * deviation,   lower = middle - devdn * deviation */
#include "deviation.h"
#include "moving_average.h"

enum { PERIOD, DEVUP, DEVDN, MATYPE, DEVTYPE };

struct state {
    struct ma middle;
    struct window_square square;
    double mem[]; /* of the average, then of the deviation */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return ma_warmup((enum ma_kind)params[MATYPE], (size_t)params[PERIOD]);
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return sizeof(struct state) + ma_size(p) + deviation_size(p);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = warmup(run->params, 0);
    const enum deviation_kind kind = (enum deviation_kind)run->params[DEVTYPE];
    struct state *s = run->state;
    double *middle = run->out[1];

    for (size_t t = 0; t < run->to; t++)
        middle[t] = run->in[0][t];
    ma_reference(middle, 0, run->to, (enum ma_kind)run->params[MATYPE], p);
    for (size_t t = first; t < run->to; t++) {
        const double spread = deviation_reference(kind, run->in[0], t, p, s->mem);
        run->out[0][t] = middle[t] + run->params[DEVUP] * spread;
        run->out[2][t] = middle[t] - run->params[DEVDN] * spread;
    }
}

static void IND_FN(bollinger_bands)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = warmup(run->params, 0);
    const enum ma_kind ma = (enum ma_kind)run->params[MATYPE];
    const enum deviation_kind kind = (enum deviation_kind)run->params[DEVTYPE];
    struct state *s = run->state;
    double *scratch = s->mem + ma_size(p) / sizeof(double);
    double mean[CHUNK], spread[CHUNK], room[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at, *middle = mean;
        const size_t skip = chunk_skip(at, p - 1);

        window_square_chunk(&s->square, x, n, p, mean, spread);
        deviation_chunk(kind, x, p, mean, spread, skip, n, scratch);
        for (size_t i = 0; i < n && ma != MA_SMA; i++)
            room[i] = ma_push(&s->middle, s->mem, ma, p, x[i]);
        if (ma != MA_SMA) /* the simple average is the mean */
            middle = room;
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            run->out[0][at + i] = middle[i] + run->params[DEVUP] * spread[i];
            run->out[1][at + i] = middle[i];
            run->out[2][at + i] = middle[i] - run->params[DEVDN] * spread[i];
        }
    }
}

IND_INDICATOR(bollinger_bands) = {
    .name = "bollinger_bands",
    .title = "Bollinger Bands",
    .family = "bands/channel",
    .source = "Bollinger, Bollinger on Bollinger Bands, 2001",
    .note =
        "Deviation of the population around the mean of the window. Bands of a flat window have "
        "no width. A NaN or infinite bar shows while it is in the window of a simple average.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"devup", "ratio", 2, -1e6, 1e6},
               {"devdn", "ratio", 2, -1e6, 1e6},
               MA_PARAM("matype", MA_SMA),
               DEVIATION_PARAM("devtype")},
    .outputs = {"upper_band", "middle_band", "lower_band"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(bollinger_bands),
    .tolerance = 1e-12,
};
