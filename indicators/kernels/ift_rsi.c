/* SPDX-License-Identifier: Apache-2.0 */
/* ift_rsi: inverse Fisher transform of the relative strength index.
 *
 *   v = average of 0.1 (rsi - 50) over wma_period, weighted 1 .. wma_period
 *   out = tanh v */
#include "gain_loss.h"
#include "moving_average.h"

enum { RSI, WMA };

struct state {
    struct gain_loss changes;
    struct ma ma;
    double mem[]; /* of ma */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[RSI] + (size_t)params[WMA] - 1;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[WMA]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, RSI);
    double *rsi = run_scratch(run, 0);

    relative_strength_reference(run->in[0], run->to, p, 50, rsi);
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = (double)tanhl((wma_plain(rsi, t, run_int(run, WMA)) - 50) / 10);
}

static void IND_FN(ift_rsi)(const struct ind_run *run)
{
    const size_t p = run_int(run, RSI), first = warmup(run->params, 0);
    const struct smoothing how = smoothing_wilder(run, p);
    const struct averaging wma = averaging_make(run, MA_WMA, run_int(run, WMA));
    struct state *s = run->state;
    double gain[CHUNK], loss[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, p), n);

        gain_loss_chunk(&how, &s->changes, run->in[0] + at, n, gain, loss);
        for (size_t i = skip; i < n; i++)
            gain[i] = 0.1 * (relative_strength(gain[i], loss[i], 50) - 50);
        ma_chunk(&wma, &s->ma, s->mem, gain + skip, gain + skip, n - skip);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = tanh(gain[i]);
    }
}

IND_INDICATOR(ift_rsi) = {
    .name = "ift_rsi",
    .title = "Inverse Fisher Transform of RSI",
    .family = "momentum",
    .source = "Ehlers, The Inverse Fisher Transform, Stocks & Commodities, 2004",
    .note = "The index is 50 when nothing has moved. A NaN or infinite bar makes all later values "
            "NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"rsi_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"wma_period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ift_rsi),
    .tolerance = 1e-12,
};
