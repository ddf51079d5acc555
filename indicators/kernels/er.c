/* SPDX-License-Identifier: Apache-2.0 */
/* er: Kaufman's efficiency ratio.
 *
 *   out = |x[t] - x[t-p+1]| / sum of |x[u] - x[u-1]| over the p - 1 steps between, at most 1 */
#include "efficiency.h"

static size_t state_size(const double *params)
{
    return sizeof(struct efficiency) + efficiency_size((size_t)params[0]);
}

static void reference(const struct ind_run *run)
{
    const size_t steps = run_int(run, 0) - 1;

    for (size_t t = steps; t < run->to; t++)
        run->out[0][t] = (double)efficiency_plain(run->in[0], t, steps, steps);
}

static void IND_FN(er)(const struct ind_run *run)
{
    const size_t steps = run_int(run, 0) - 1;
    struct efficiency *s = run->state;
    double er[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const size_t skip = chunk_skip(at, steps);
        efficiency_chunk(s, (double *)(s + 1), run->in[0] + at, n, steps, steps, skip, er);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = er[i];
    }
}

IND_INDICATOR(er) = {
    .name = "er",
    .title = "Efficiency Ratio",
    .family = "momentum",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "0 where the window is flat. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 2, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(er),
    .tolerance = 1e-11,
};
