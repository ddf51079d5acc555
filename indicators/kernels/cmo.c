/* SPDX-License-Identifier: Apache-2.0 */
/* cmo: Chande momentum oscillator.
 *
 *   gain, loss = Wilder averages of the rises and falls;   out = 100 (gain - loss) / (gain + loss)
 */
#include "gain_loss.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct gain_loss);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct smooth_reference gain = {0}, loss = {0};

    for (size_t t = 1; t < run->to; t++) {
        const long double change = (long double)run->in[0][t] - run->in[0][t - 1];
        smooth_reference_push(&gain, change < 0 ? 0 : change, p, 1.0L / (long double)p);
        smooth_reference_push(&loss, change > 0 ? 0 : -change, p, 1.0L / (long double)p);
        const long double sum = gain.y + loss.y;
        if (t >= p)
            run->out[0][t] = sum == 0 ? 0 : (double)(100 * (gain.y - loss.y) / sum);
    }
}

static void IND_FN(cmo)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_wilder(run, p);
    double gain[CHUNK], loss[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        gain_loss_chunk(&how, run->state, run->in[0] + at, n, gain, loss);
        for (size_t i = chunk_skip(at, p); i < n; i++) {
            const double sum = gain[i] + loss[i], value = 100 * (gain[i] - loss[i]) / sum;
            run->out[0][at + i] = sum == 0 ? 0 : value;
        }
    }
}

IND_INDICATOR(cmo) = {
    .name = "cmo",
    .title = "Chande Momentum Oscillator",
    .family = "momentum",
    .source = "Chande and Kroll, The New Technical Trader, 1994; smoothed as by TA-Lib",
    .note = "Averages are seeded with the mean of the first period changes. 0 when nothing has "
            "moved. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cmo),
    .tolerance = 1e-11,
};
