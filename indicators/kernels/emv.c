/* SPDX-License-Identifier: Apache-2.0 */
/* emv: ease of movement.
 *
 *   out[t] = (mid[t] - mid[t-1]) / (volume / 10000 / (high - low)),   mid = (high + low) / 2 */
#include "kernel.h"

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return 1;
}

static void reference(const struct ind_run *run)
{
    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const long double high = run->in[0][t], low = run->in[1][t];
        const long double mid = (high + low) / 2;
        const long double before = ((long double)run->in[0][t - 1] + run->in[1][t - 1]) / 2;
        const long double box = run->in[3][t] / 10000.0L / (high - low);
        run->out[0][t] = high == low ? (double)NAN : (double)((mid - before) / box);
    }
}

static void IND_FN(emv)(const struct ind_run *run)
{
    const double *restrict high = run->in[0], *restrict low = run->in[1];
    const double *restrict volume = run->in[3];
    double *restrict out = run->out[0];

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const double range = high[t] - low[t];
        const double moved = (high[t] + low[t]) / 2 - (high[t - 1] + low[t - 1]) / 2;
        const double box = volume[t] / 10000 / range;
        out[t] = range == 0 ? NAN : moved / box;
    }
}

IND_INDICATOR(emv) = {
    .name = "emv",
    .title = "Ease of Movement",
    .family = "volume",
    .source = "Arms, Volume Cycles in the Stock Market, 1994",
    .note = "NaN where high equals low; infinite or NaN without volume. The close is not used.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}, {"volume", "volume"}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .reference = reference,
    .run = IND_FN(emv),
    .tolerance = 1e-9, /* the midpoints cancel */
};
