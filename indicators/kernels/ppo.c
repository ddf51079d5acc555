/* SPDX-License-Identifier: Apache-2.0 */
/* ppo: percentage price oscillator, 100 (fast average / slow average - 1). */
#include "moving_average.h"

enum { FAST, SLOW, MA_TYPE };

struct state {
    struct ma fast, slow;
    double mem[]; /* of fast, slow */
};

static size_t warmup(const double *params, size_t output)
{
    const enum ma_kind kind = (enum ma_kind)params[MA_TYPE];

    (void)output;
    return size_max(ma_warmup(kind, (size_t)params[FAST]), ma_warmup(kind, (size_t)params[SLOW]));
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[FAST]) + ma_size((size_t)params[SLOW]);
}

static void reference(const struct ind_run *run)
{
    const enum ma_kind kind = (enum ma_kind)run->params[MA_TYPE];
    double *fast = run_scratch(run, 0), *slow = run_scratch(run, 1);

    for (size_t t = 0; t < run->to; t++)
        fast[t] = slow[t] = run->in[0][t];
    ma_reference(fast, 0, run->to, kind, run_int(run, FAST));
    ma_reference(slow, 0, run->to, kind, run_int(run, SLOW));
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = 100 * (fast[t] / slow[t] - 1);
}

static void IND_FN(ppo)(const struct ind_run *run)
{
    const enum ma_kind kind = (enum ma_kind)run->params[MA_TYPE];
    const struct averaging fast = averaging_make(run, kind, run_int(run, FAST));
    const struct averaging slow = averaging_make(run, kind, run_int(run, SLOW));
    const size_t first = warmup(run->params, 0);
    struct state *s = run->state;
    double *slow_mem = s->mem + ma_doubles(fast.p), a[CHUNK], b[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        ma_chunk(&fast, &s->fast, s->mem, run->in[0] + at, a, n);
        ma_chunk(&slow, &s->slow, slow_mem, run->in[0] + at, b, n);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = 100 * (a[i] / b[i] - 1);
    }
}

IND_INDICATOR(ppo) = {
    .name = "ppo",
    .title = "Percentage Price Oscillator",
    .family = "momentum",
    .source = "Appel, Technical Analysis: Power Tools for Active Investors, 2005",
    .note = "Averages are seeded with the mean of their own first period values.",
    .inputs = {{"data", "close"}},
    .params = {{"fast_period", "bars", 12, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_period", "bars", 26, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("ma_type", MA_SMA)},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ppo),
    .tolerance = 1e-9, /* the averages cancel */
};
