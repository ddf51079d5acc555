/* SPDX-License-Identifier: Apache-2.0 */
/* stddev: standard deviation of the population, times nbdev.
 *
 *   out[t] = nbdev * sqrt(mean of (x - mean)^2), over p bars */
#include "deviation.h"

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
            run->params[1] * deviation_reference(DEVIATION_STANDARD, run->in[0], t, p, NULL);
}

static void IND_FN(stddev)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double mean[CHUNK], variance[CHUNK];

    RUN_CHUNKS_OF(CHUNK_SHORT, run, 0, at, n)
    {
        window_square_chunk(run->state, run->in[0] + at, n, p, mean, variance);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = run->params[1] * sqrt(variance[i]);
    }
}

IND_INDICATOR(stddev) = {
    .name = "stddev",
    .title = "Standard Deviation",
    .family = "statistics",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "0 where the window is flat. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"nbdev", "ratio", 1, -1e6, 1e6}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(stddev),
    .tolerance = 1e-11, /* a root of differences of squares */
};
