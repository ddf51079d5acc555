/* SPDX-License-Identifier: Apache-2.0 */
/* macdfix: moving average convergence/divergence with Appel's rounded shares.
 *
 *   macd = fast - slow, exponential averages that move by 0.15 and 0.075 of the way a bar
 *   signal = exponential average of macd over signal bars;   hist = macd - signal */
#include "macd.h"

/* The shares stand for 12 and 26 bars, and so many bars seed the averages. */
enum { FAST = 12, SLOW = 26 };

static const double FAST_SHARE = 0.15, SLOW_SHARE = 0.075;

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return SLOW - 1 + (size_t)params[0] - 1;
}

static size_t state_size(const double *params)
{
    return macd_state_size(FAST, SLOW, (size_t)params[0]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), shown = warmup(run->params, 0);
    struct smooth_reference fast = {0}, slow = {0}, signal = {0};

    for (size_t t = 0; t < run->to; t++) {
        smooth_reference_push(&slow, run->in[0][t], SLOW, SLOW_SHARE);
        if (t >= SLOW - FAST)
            smooth_reference_push(&fast, run->in[0][t], FAST, FAST_SHARE);
        if (t >= SLOW - 1)
            smooth_reference_push(&signal, fast.y - slow.y, p, 2.0L / (long double)(p + 1));
        if (t >= shown) {
            run->out[0][t] = (double)(fast.y - slow.y);
            run->out[1][t] = (double)signal.y;
            run->out[2][t] = (double)(fast.y - slow.y - signal.y);
        }
    }
}

static void IND_FN(macdfix)(const struct ind_run *run)
{
    const size_t shown = warmup(run->params, 0);
    const struct macd_how how = {
        .fast = {MA_EMA, FAST, smoothing_make(run, FAST, FAST_SHARE)},
        .slow = {MA_EMA, SLOW, smoothing_make(run, SLOW, SLOW_SHARE)},
        .signal = averaging_make(run, MA_EMA, run_int(run, 0)),
        .fast_late = SLOW - FAST,
        .first = SLOW - 1,
        .shown = shown,
        .signal_shown = shown,
    };

    macd_run(run, &how);
}

IND_INDICATOR(macdfix) = {
    .name = "macdfix",
    .title = "MACD, Fixed 12/26",
    .family = "momentum",
    .source = "Appel, Technical Analysis: Power Tools for Active Investors, 2005",
    .note = "All outputs begin together. The averages are seeded with the means of the 12 and 26 "
            "bars that end with the 26th. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"signal", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"macd", "signal", "hist"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(macdfix),
    .tolerance = 1e-9, /* a small difference of large averages */
};
