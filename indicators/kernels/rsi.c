/* SPDX-License-Identifier: Apache-2.0 */
/* rsi: relative strength index.
 *
 *   gain, loss = Wilder averages of max(x[t] - x[t-1], 0) and max(x[t-1] - x[t], 0)
 *   out[t] = 100 gain / (gain + loss) */
#include "smooth.h"

struct state {
    struct smooth gain, loss;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct smooth_reference gain = {0}, loss = {0};

    for (size_t t = 1; t < run->to; t++) {
        const long double change = (long double)run->in[0][t] - run->in[0][t - 1];
        smooth_reference_push(&gain, change < 0 ? 0 : change, p, 1.0L / (long double)p);
        smooth_reference_push(&loss, change > 0 ? 0 : -change, p, 1.0L / (long double)p);
        if (t >= p)
            run->out[0][t] = gain.y + loss.y == 0 ? 50 : (double)(100 * gain.y / (gain.y + loss.y));
    }
}

static void IND_FN(rsi)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_wilder(run, p);
    struct state *s = run->state;
    double gain[CHUNK], loss[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const double *x = run->in[0] + at;
        double *restrict out = run->out[0] + at;
        for (size_t i = 0; i < n; i++) {
            const double change = x[i] - *(x + i - 1);
            gain[i] = change < 0 ? 0 : change;
            loss[i] = change > 0 ? 0 : -change;
        }
        smooth_chunk(&how, &s->gain, gain, gain, n);
        smooth_chunk(&how, &s->loss, loss, loss, n);
        for (size_t i = chunk_skip(at, p); i < n; i++) {
            const double sum = gain[i] + loss[i], value = 100 * gain[i] / sum;
            out[i] = sum == 0 ? 50 : value;
        }
    }
}

IND_INDICATOR(rsi) = {
    .name = "rsi",
    .title = "Relative Strength Index",
    .family = "momentum",
    .source = "Wilder, New Concepts in Technical Trading Systems, 1978",
    .note = "Seeded with the mean gain and loss of the first period changes. 50 when nothing has "
            "moved. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(rsi),
    .tolerance = 1e-12,
};
