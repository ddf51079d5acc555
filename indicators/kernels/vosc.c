/* SPDX-License-Identifier: Apache-2.0 */
/* vosc: volume oscillator, 100 (short mean - long mean) / long mean. */
#include "made_sum.h"

struct state {
    struct window_sum quick, slow;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return size_max((size_t)params[0], (size_t)params[1]) - 1;
}

static size_t history(const double *params) { return warmup(params, 0) + 1; }

static void reference(const struct ind_run *run)
{
    const size_t quick_p = run_int(run, 0), slow_p = run_int(run, 1);

    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        const long double quick = plain_sum(run->in[0], t, quick_p) / (long double)quick_p;
        const long double slow = plain_sum(run->in[0], t, slow_p) / (long double)slow_p;
        run->out[0][t] = (double)(100 * (quick - slow) / slow);
    }
}

static void IND_FN(vosc)(const struct ind_run *run)
{
    const size_t quick_p = run_int(run, 0), slow_p = run_int(run, 1);
    struct state *s = run->state;
    double quick[CHUNK], slow[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        window_sum_chunk_scaled(&s->quick, run->in[0] + at, n, quick_p, 1 / (double)quick_p, quick);
        window_sum_chunk_scaled(&s->slow, run->in[0] + at, n, slow_p, 1 / (double)slow_p, slow);
        for (size_t i = chunk_skip(at, warmup(run->params, 0)); i < n; i++)
            run->out[0][at + i] = 100 * (quick[i] - slow[i]) / slow[i];
    }
}

IND_INDICATOR(vosc) = {
    .name = "vosc",
    .title = "Volume Oscillator",
    .family = "volume",
    .source = "Achelis, Technical Analysis from A to Z, 2000",
    .note = "NaN where the long window has no volume, and while a NaN or infinite bar is in it.",
    .inputs = {{"data", "volume"}},
    .params = {{"short_period", "bars", 2, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"long_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vosc),
    .tolerance = 1e-9, /* the means cancel */
};
