/* SPDX-License-Identifier: Apache-2.0 */
/* mass: mass index.
 *
 *   e1 = average over 9 of high - low, seeded with the first;   e2 = that of e1 from bar 8 on
 *   out = sum of e1 / e2 over p bars, from bar 16 on */
#include "made_sum.h"
#include "smooth.h"

enum { MASS_AVERAGE = 9, MASS_FIRST = 2 * (MASS_AVERAGE - 1) };

struct state {
    struct smooth e1, e2;
    struct made_sum ratio;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + made_sum_size((size_t)params[0]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return MASS_FIRST + (size_t)params[0] - 1;
}

static void reference(const struct ind_run *run)
{
    double *ratio = run_scratch(run, 0);
    long double e1 = 0, e2 = 0;

    for (size_t t = 0; t < run->to; t++) {
        const long double range = (long double)run->in[0][t] - run->in[1][t];
        e1 = t == 0 ? range : e1 + (range - e1) / 5;
        if (t + 1 >= MASS_AVERAGE)
            e2 = t + 1 == MASS_AVERAGE ? e1 : e2 + (e1 - e2) / 5;
        ratio[t] = (double)(e1 / e2);
        if (t >= warmup(run->params, 0))
            run->out[0][t] = (double)plain_sum(ratio, t, run_int(run, 0));
    }
}

static void IND_FN(mass)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_make(run, 1, ema_alpha(MASS_AVERAGE));
    struct state *s = run->state;
    double e1[CHUNK], e2[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t second = size_min(chunk_skip(at, MASS_AVERAGE - 1), n);
        const size_t skip = size_min(chunk_skip(at, MASS_FIRST), n);

        for (size_t i = 0; i < n; i++)
            e1[i] = run->in[0][at + i] - run->in[1][at + i];
        smooth_chunk(&how, &s->e1, e1, e1, n);
        smooth_chunk(&how, &s->e2, e1 + second, e2 + second, n - second);
        for (size_t i = skip; i < n; i++)
            e1[i] /= e2[i];
        made_sum_chunk(&s->ratio, s->mem, p, e1 + skip, e1 + skip, n - skip);
        for (size_t i = chunk_skip(at, MASS_FIRST + p - 1); i < n; i++)
            run->out[0][at + i] = e1[i];
    }
}

IND_INDICATOR(mass) = {
    .name = "mass",
    .title = "Mass Index",
    .family = "volatility",
    .source = "Dorsey, The Mass Index, Stocks & Commodities, 1992",
    .note = "NaN while no bar has had a range. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(mass),
    .tolerance = 1e-10,
};
