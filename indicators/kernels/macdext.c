/* SPDX-License-Identifier: Apache-2.0 */
/* macdext: moving average convergence/divergence, each average of a kind of its own.
 *
 *   macd = average over fast - average over slow
 *   signal = average of macd over signal bars;   hist = macd - signal */
#include "macd.h"

enum { FAST, SLOW, SIGNAL, FAST_MA, SLOW_MA, SIGNAL_MA };

/* Of average FAST, SLOW or SIGNAL. */
static enum ma_kind kind_of(const double *params, size_t which)
{
    return (enum ma_kind)params[FAST_MA + which];
}

static size_t lag_of(const double *params, size_t which)
{
    return ma_warmup(kind_of(params, which), (size_t)params[which]);
}

static size_t macd_first(const double *params)
{
    return size_max(lag_of(params, FAST), lag_of(params, SLOW));
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return macd_first(params) + lag_of(params, SIGNAL);
}

static size_t state_size(const double *params)
{
    return macd_state_size((size_t)params[FAST], (size_t)params[SLOW], (size_t)params[SIGNAL]);
}

static struct averaging averaging_of(const struct ind_run *run, size_t which)
{
    return averaging_make(run, kind_of(run->params, which), run_int(run, which));
}

/* The average that needs fewer bars waits for the other, so that both seeds end at one bar. */
static struct macd_how how_of(const struct ind_run *run)
{
    const size_t first = macd_first(run->params), shown = warmup(run->params, 0);

    return (struct macd_how){
        .fast = averaging_of(run, FAST),
        .slow = averaging_of(run, SLOW),
        .signal = averaging_of(run, SIGNAL),
        .fast_late = first - lag_of(run->params, FAST),
        .slow_late = first - lag_of(run->params, SLOW),
        .first = first,
        .shown = shown,
        .signal_shown = shown,
    };
}

static void reference(const struct ind_run *run)
{
    const struct macd_how how = how_of(run);

    macd_reference(run, &how);
}

static void IND_FN(macdext)(const struct ind_run *run)
{
    const struct macd_how how = how_of(run);

    macd_run(run, &how);
}

IND_INDICATOR(macdext) = {
    .name = "macdext",
    .title = "MACD With Chosen Averages",
    .family = "momentum",
    .source = "Appel, Technical Analysis: Power Tools for Active Investors, 2005",
    .note = "All outputs begin together. Exponential averages are seeded with the mean of the "
            "bars up to the first one that both fast and slow have. With exponential averages a "
            "NaN or infinite bar makes all later values NaN, with windows it shows while in one.",
    .inputs = {{"data", "close"}},
    .params = {{"fast", "bars", 12, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow", "bars", 26, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"signal", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("fast_ma_type", MA_SMA),
               MA_PARAM("slow_ma_type", MA_SMA),
               MA_PARAM("signal_ma_type", MA_SMA)},
    .outputs = {"macd", "signal", "hist"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(macdext),
    .tolerance = 1e-9, /* a small difference of large averages */
};
