/* SPDX-License-Identifier: Apache-2.0 */
/* trange: true range.
 *
 *   out[0] = high - low
 *   out[t] = max(high - low, |high - close[t-1]|, |low - close[t-1]|) */
#include "kernel.h"
#include "price.h"

static void reference(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];

    for (size_t t = run->from; t < run->to; t++) {
        long double range = (long double)high[t] - low[t];
        if (t > 0) {
            range = fmaxl(range, fabsl((long double)high[t] - close[t - 1]));
            range = fmaxl(range, fabsl((long double)low[t] - close[t - 1]));
            if (isnan(high[t] + low[t] + close[t - 1]))
                range = NAN; /* fmaxl would pass over it */
        }
        run->out[0][t] = (double)range;
    }
}

static void IND_FN(trange)(const struct ind_run *run)
{
    const double *restrict high = run->in[0], *restrict low = run->in[1];
    const double *restrict close = run->in[2];
    double *restrict out = run->out[0];
    size_t t = run->from;

    if (t == 0 && run->to > 0) {
        out[0] = high[0] - low[0];
        t = 1;
    }
    for (; t < run->to; t++)
        out[t] = true_range(high[t], low[t], close[t - 1]);
}

IND_INDICATOR(trange) = {
    .name = "trange",
    .title = "True Range",
    .family = "volatility",
    .source = "Wilder, New Concepts in Technical Trading Systems, 1978",
    .note = "The first bar's is its range (TA-Lib leaves it out). NaN beside a NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .outputs = {"values"},
    .history = ind_history_1,
    .reference = reference,
    .run = IND_FN(trange),
    .tolerance = 1e-12,
};
