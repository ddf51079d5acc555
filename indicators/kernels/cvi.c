/* SPDX-License-Identifier: Apache-2.0 */
/* cvi: Chaikin's volatility.
 *
 *   e = average over p of high - low, seeded with the first;   out = 100 (e[t] / e[t-p] - 1) */
#include "smooth.h"
#include "tail.h"

struct state {
    struct smooth e;
    struct tail tail;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size((size_t)params[0]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return 2 * (size_t)params[0] - 1;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double *e = run_scratch(run, 0);
    long double y = 0;

    for (size_t t = 0; t < run->to; t++) {
        const long double range = (long double)run->in[0][t] - run->in[1][t];
        y = t == 0 ? range : y + 2 * (range - y) / (long double)(p + 1);
        e[t] = (double)y;
        if (t >= warmup(run->params, 0))
            run->out[0][t] = (double)(100 * (y / e[t - p] - 1));
    }
}

static void IND_FN(cvi)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_make(run, 1, ema_alpha(p));
    struct state *s = run->state;
    double e[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        for (size_t i = 0; i < n; i++)
            e[i] = run->in[0][at + i] - run->in[1][at + i];
        smooth_chunk(&how, &s->e, e, e, n);
        const double *all = tail_append(&s->tail, s->mem, p, e, n);
        for (size_t i = chunk_skip(at, 2 * p - 1); i < n; i++)
            run->out[0][at + i] = 100 * (e[i] / *(all + i - p) - 1);
    }
}

IND_INDICATOR(cvi) = {
    .name = "cvi",
    .title = "Chaikin's Volatility",
    .family = "volatility",
    .source = "Achelis, Technical Analysis from A to Z, 2000",
    .note = "Infinite or NaN where the old average is 0. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cvi),
    .tolerance = 1e-8, /* a ratio near 1, less 1 */
};
