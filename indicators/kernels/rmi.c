/* SPDX-License-Identifier: Apache-2.0 */
/* rmi: relative momentum index.
 *
 *   gain, loss = exponential averages over period of max(x[t] - x[t-lookback], 0) and of the same
 *                downwards;   out[t] = 100 gain / (gain + loss) */
#include "smooth.h"

enum { PERIOD, LOOKBACK };

struct state {
    struct smooth gain, loss;
};

static size_t lookback(const double *params) { return (size_t)params[LOOKBACK]; }

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return lookback(params);
}

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void reference(const struct ind_run *run)
{
    const size_t back = run_int(run, LOOKBACK);
    const long double alpha = 2.0L / (run->params[PERIOD] + 1);
    struct smooth_reference gain = {0}, loss = {0};

    for (size_t t = back; t < run->to; t++) {
        const long double change = (long double)run->in[0][t] - run->in[0][t - back];
        smooth_reference_push(&gain, change < 0 ? 0 : change, 1, alpha);
        smooth_reference_push(&loss, change > 0 ? 0 : -change, 1, alpha);
        const long double sum = gain.y + loss.y;
        run->out[0][t] = sum == 0 ? 50 : (double)(100 * gain.y / sum + 0 * sum);
    }
}

static void IND_FN(rmi)(const struct ind_run *run)
{
    const size_t back = run_int(run, LOOKBACK);
    const struct smoothing how = smoothing_make(run, 1, ema_alpha(run_int(run, PERIOD)));
    struct state *s = run->state;
    double gain[CHUNK], loss[CHUNK];

    RUN_CHUNKS(run, back, at, n)
    {
        const double *x = run->in[0] + at, *old = x - back;

        for (size_t i = 0; i < n; i++) {
            const double change = x[i] - old[i];
            gain[i] = change < 0 ? 0 : change;
            loss[i] = change > 0 ? 0 : -change;
        }
        smooth_chunk(&how, &s->gain, gain, gain, n);
        smooth_chunk(&how, &s->loss, loss, loss, n);
        for (size_t i = 0; i < n; i++) {
            const double sum = gain[i] + loss[i], value = 100 * gain[i] / sum;
            run->out[0][at + i] = sum == 0 ? 50 : value + 0 * sum; /* an infinity shows */
        }
    }
}

IND_INDICATOR(rmi) = {
    .name = "rmi",
    .title = "Relative Momentum Index",
    .family = "momentum",
    .source = "Altman, Relative Momentum Index: Modifying RSI, Stocks & Commodities, 1993",
    .note = "The averages start from the first change. 50 when nothing has moved. A NaN or "
            "infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"lookback", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = lookback,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(rmi),
    .tolerance = 1e-12,
};
