/* SPDX-License-Identifier: Apache-2.0 */
/* stderr: standard error, the standard deviation of the population over p bars over sqrt(p). */
#include "deviation.h"
#undef stderr

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_square);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++)
        run->out[0][t] =
            deviation_reference(DEVIATION_STANDARD, run->in[0], t, p, NULL) / sqrt((double)p);
}

static void IND_FN(standard_error)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double inverse = 1 / (double)p;
    double mean[CHUNK], variance[CHUNK];

    RUN_CHUNKS_OF(CHUNK_SHORT, run, 0, at, n)
    {
        window_square_chunk(run->state, run->in[0] + at, n, p, mean, variance);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = sqrt(variance[i] * inverse);
    }
}

IND_INDICATOR(stderr) = {
    .name = "stderr",
    .title = "Standard Error",
    .family = "statistics",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "0 where the window is flat. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(standard_error),
    .tolerance = 1e-10,
};
