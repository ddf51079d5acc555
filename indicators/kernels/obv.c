/* SPDX-License-Identifier: Apache-2.0 */
/* obv: on balance volume.
 *
 *   out[0] = 0;   out[t] = out[t-1] + volume when the close rises, - volume when it falls */
#include "smooth.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(double);
}

static inline double step(const double *close, const double *volume, size_t t)
{
    const double up = close[t] > close[t - 1] ? volume[t] : 0;
    const double down = close[t] < close[t - 1] ? volume[t] : 0;

    return up - down;
}

static void reference(const struct ind_run *run)
{
    long double sum = 0;

    for (size_t t = 0; t < run->to; t++)
        run->out[0][t] = (double)(sum += t ? step(run->in[0], run->in[1], t) : 0);
}

static void IND_FN(obv)(const struct ind_run *run)
{
    double *sum = run->state, flow[CHUNK];

    if (run->from == 0)
        run->out[0][0] = 0;
    RUN_CHUNKS(run, 1, at, n)
    {
        for (size_t i = 0; i < n; i++)
            flow[i] = step(run->in[0], run->in[1], at + i);
        *sum = running_sum_chunk(*sum, flow, run->out[0] + at, n);
    }
}

IND_INDICATOR(obv) = {
    .name = "obv",
    .title = "On Balance Volume",
    .family = "volume",
    .source = "Granville, Granville's New Key to Stock Market Profits, 1963",
    .note =
        "Starts at 0. A bar whose close is NaN counts as unchanged; a NaN volume makes all later "
        "values NaN once its close has moved.",
    .inputs = {{"close", "close"}, {"volume", "volume"}},
    .outputs = {"values"},
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(obv),
    .tolerance = 1e-12,
};
