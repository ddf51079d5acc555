/* SPDX-License-Identifier: Apache-2.0 */
/* macd: moving average convergence/divergence.
 *
 *   macd = average over fast_period - average over slow_period
 *   signal = average of macd over signal_period;   hist = macd - signal */
#include "macd.h"
#include "compat.h"

enum { FAST, SLOW, SIGNAL, MA_TYPE, COMPAT };

static enum ma_kind kind_of(const double *params) { return (enum ma_kind)params[MA_TYPE]; }

static size_t macd_warmup(const double *params)
{
    return size_max(ma_warmup(kind_of(params), (size_t)params[FAST]),
                    ma_warmup(kind_of(params), (size_t)params[SLOW]));
}

/* TA-Lib shows all outputs from one bar on, and so does Tulip, whose signal begins with macd. */
static size_t warmup(const double *params, size_t output)
{
    const size_t signal = ma_warmup(kind_of(params), (size_t)params[SIGNAL]);

    if (params[COMPAT] == COMPAT_TULIP)
        return macd_warmup(params);
    return macd_warmup(params) + (output == 0 && params[COMPAT] == COMPAT_NONE ? 0 : signal);
}

/* TA-Lib seeds the fast average with the bars that end where the slow one's seed ends. */
static size_t fast_first(const double *params)
{
    return params[COMPAT] == COMPAT_TALIB && params[SLOW] > params[FAST]
               ? (size_t)(params[SLOW] - params[FAST])
               : 0;
}

/* Tulip smooths from the first value on, and has Appel's rounded shares for 12 and 26 bars. */
static double alpha_of(const double *params, size_t which)
{
    const bool appel = params[COMPAT] == COMPAT_TULIP && params[FAST] == 12 && params[SLOW] == 26;

    if (appel && which != SIGNAL)
        return which == FAST ? 0.15 : 0.075;
    return ema_alpha((size_t)params[which]);
}

/* The others know fewer combinations. */
static int check(const double *params)
{
    const bool tulip = params[COMPAT] == COMPAT_TULIP, talib = params[COMPAT] == COMPAT_TALIB;
    const bool ema = kind_of(params) == MA_EMA;

    return (tulip || talib) && (!ema || params[SLOW] < params[FAST]) ? IND_EPARAM : IND_OK;
}

static size_t state_size(const double *params)
{
    return macd_state_size((size_t)params[FAST], (size_t)params[SLOW], (size_t)params[SIGNAL]);
}

static void reference_tulip(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0);
    long double fast = run->in[0][0], slow = fast, signal = 0;

    for (size_t t = 0; t < run->to; t++) {
        fast += alpha_of(run->params, FAST) * (run->in[0][t] - fast);
        slow += alpha_of(run->params, SLOW) * (run->in[0][t] - slow);
        if (t < first)
            continue;
        const long double share = t == first ? 1 : alpha_of(run->params, SIGNAL);
        signal += share * (fast - slow - signal);
        run->out[0][t] = (double)(fast - slow);
        run->out[1][t] = (double)signal;
        run->out[2][t] = (double)(fast - slow - signal);
    }
}

static struct averaging averaging_of(const struct ind_run *run, size_t which)
{
    struct averaging how = averaging_make(run, kind_of(run->params), run_int(run, which));

    if (run->params[COMPAT] == COMPAT_TULIP)
        how.smoothing = smoothing_make(run, 1, alpha_of(run->params, which));
    return how;
}

static struct macd_how how_of(const struct ind_run *run)
{
    return (struct macd_how){
        .fast = averaging_of(run, FAST),
        .slow = averaging_of(run, SLOW),
        .signal = averaging_of(run, SIGNAL),
        .fast_late = fast_first(run->params),
        .first = macd_warmup(run->params),
        .shown = warmup(run->params, 0),
        .signal_shown = warmup(run->params, 1),
    };
}

static void reference(const struct ind_run *run)
{
    const struct macd_how how = how_of(run);

    if (run->params[COMPAT] == COMPAT_TULIP)
        reference_tulip(run);
    else
        macd_reference(run, &how);
}

static void IND_FN(macd)(const struct ind_run *run)
{
    const struct macd_how how = how_of(run);

    macd_run(run, &how);
}

IND_INDICATOR(macd) = {
    .name = "macd",
    .title = "Moving Average Convergence/Divergence",
    .family = "momentum",
    .source = "Appel, Technical Analysis: Power Tools for Active Investors, 2005",
    .note = "Each average is seeded with the mean of its own first period values. "
            "As TA-Lib both seeds end at one bar and all outputs begin together; as Tulip each "
            "starts from its first value (both with ma_type ema and fast_period <= slow_period). "
            "With exponential averages a NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"fast_period", "bars", 12, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_period", "bars", 26, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"signal_period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("ma_type", MA_EMA),
               COMPAT_PARAM},
    .outputs = {"macd", "signal", "hist"},
    .warmup = warmup,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(macd),
    .tolerance = 1e-9, /* a small difference of large averages */
};
