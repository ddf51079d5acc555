/* SPDX-License-Identifier: Apache-2.0 */
/* var: variance of the population, times nbdev squared. */
#include "window_sum.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_square);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        long double mean = 0, square = 0;
        for (size_t i = 0; i < p; i++)
            mean += run->in[0][t - i];
        mean /= (long double)p;
        for (size_t i = 0; i < p; i++)
            square += (run->in[0][t - i] - mean) * (run->in[0][t - i] - mean);
        run->out[0][t] = (double)(square / (long double)p * run->params[1] * run->params[1]);
    }
}

static void IND_FN(var)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double scale = run->params[1] * run->params[1];
    double mean[CHUNK], variance[CHUNK];

    RUN_CHUNKS_OF(CHUNK_SHORT, run, 0, at, n)
    {
        window_square_chunk(run->state, run->in[0] + at, n, p, mean, variance);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = variance[i] * scale;
    }
}

IND_INDICATOR(var) = {
    .name = "var",
    .title = "Variance",
    .family = "statistics",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "0 where the window is flat. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"nbdev", "ratio", 1, -1e6, 1e6}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(var),
    .tolerance = 1e-10, /* a difference of squares */
};
