/* SPDX-License-Identifier: Apache-2.0 */
/* dti: Blau's directional trend index.
 *
 *   move[t] = max(high[t] - high[t-1], 0) - max(low[t-1] - low[t], 0)
 *   out = 100 * E(move) / E(|move|), E = exponential average over r, of that over s, of that over u
 */
#include "smooth.h"

enum { STAGES = 3 };

struct state {
    struct smooth move[STAGES], size[STAGES];
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return 1;
}

/* A NaN shows. */
static double move_at(const double *high, const double *low, size_t t)
{
    const double up = high[t] - high[t - 1], down = low[t - 1] - low[t];

    return (up < 0 ? 0 : up) - (down < 0 ? 0 : down);
}

static void reference(const struct ind_run *run)
{
    long double move[STAGES] = {0}, size[STAGES] = {0};

    for (size_t t = 1; t < run->to; t++) {
        long double x = move_at(run->in[0], run->in[1], t), w = fabsl(x);
        for (size_t k = 0; k < STAGES; k++) {
            const long double alpha = 2 / (1 + (long double)run->params[k]);
            x = move[k] = alpha * x + (1 - alpha) * move[k];
            w = size[k] = alpha * w + (1 - alpha) * size[k];
        }
        run->out[0][t] = w == 0 ? 0 : (double)(100 * x / w);
    }
}

static void IND_FN(dti)(const struct ind_run *run)
{
    struct smoothing how[STAGES];
    struct state *s = run->state;
    double move[CHUNK], size[CHUNK];

    for (size_t k = 0; k < STAGES; k++)
        how[k] = smoothing_make(run, 0, ema_alpha(run_int(run, k))); /* no seed: from 0 */
    RUN_CHUNKS(run, 1, at, n)
    {
        for (size_t i = 0; i < n; i++) {
            move[i] = move_at(run->in[0], run->in[1], at + i);
            size[i] = fabs(move[i]);
        }
        for (size_t k = 0; k < STAGES; k++) {
            smooth_chunk(&how[k], &s->move[k], move, move, n);
            smooth_chunk(&how[k], &s->size[k], size, size, n);
        }
        for (size_t i = 0; i < n; i++) {
            const double value = 100 * move[i] / size[i];
            run->out[0][at + i] = size[i] == 0 ? 0 : value;
        }
    }
}

IND_INDICATOR(dti) = {
    .name = "dti",
    .title = "Directional Trend Index",
    .family = "momentum",
    .source = "Blau, Momentum, Direction, and Divergence, 1995",
    .note = "The averages start from 0. 0 while nothing has moved. A NaN or infinite bar makes all "
            "later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"r", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"s", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"u", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(dti),
    .tolerance = 1e-11,
};
