/* SPDX-License-Identifier: Apache-2.0 */
/* macd: moving average convergence/divergence.
 *
 *   macd = average over fast_period - average over slow_period
 *   signal = average of macd over signal_period;   hist = macd - signal */
#include "compat.h"
#include "moving_average.h"

enum { FAST, SLOW, SIGNAL, MA_TYPE, COMPAT };

struct state {
    struct ma fast, slow, signal;
    double mem[]; /* of fast, slow, signal */
};

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
    return sizeof(struct state) + ma_size((size_t)params[FAST]) + ma_size((size_t)params[SLOW]) +
           ma_size((size_t)params[SIGNAL]);
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

/* The outputs are the rooms for the three averages, the signal last. */
static void reference(const struct ind_run *run)
{
    const enum ma_kind kind = kind_of(run->params);
    const size_t first = macd_warmup(run->params);
    double *macd = run->out[0], *signal = run->out[1], *hist = run->out[2];

    if (run->params[COMPAT] == COMPAT_TULIP) {
        reference_tulip(run);
        return;
    }

    for (size_t t = 0; t < run->to; t++)
        macd[t] = signal[t] = run->in[0][t];
    ma_reference(macd, size_min(fast_first(run->params), run->to), run->to, kind,
                 run_int(run, FAST));
    ma_reference(signal, 0, run->to, kind, run_int(run, SLOW));
    for (size_t t = 0; t < run->to; t++)
        macd[t] = signal[t] = macd[t] - signal[t];
    ma_reference(signal, size_min(first, run->to), run->to, kind, run_int(run, SIGNAL));
    for (size_t t = 0; t < run->to; t++)
        hist[t] = macd[t] - signal[t];
    for (size_t t = 0; t < size_min(warmup(run->params, 0), run->to); t++)
        macd[t] = NAN;
}

static struct averaging averaging_of(const struct ind_run *run, size_t which)
{
    struct averaging how = averaging_make(run, kind_of(run->params), run_int(run, which));

    if (run->params[COMPAT] == COMPAT_TULIP)
        how.smoothing = smoothing_make(run, 1, alpha_of(run->params, which));
    return how;
}

static void IND_FN(macd)(const struct ind_run *run)
{
    const size_t first = macd_warmup(run->params);
    const size_t macd_first = warmup(run->params, 0), signal_first = warmup(run->params, 1);
    const struct averaging fast = averaging_of(run, FAST), slow = averaging_of(run, SLOW);
    const struct averaging signal = averaging_of(run, SIGNAL);
    struct state *s = run->state;
    double *slow_mem = s->mem + ma_doubles(fast.p), *signal_mem = slow_mem + ma_doubles(slow.p);
    double macd[CHUNK], other[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);

        const size_t late = size_min(chunk_skip(at, fast_first(run->params)), n);
        ma_chunk(&fast, &s->fast, s->mem, x + late, macd + late, n - late);
        ma_chunk(&slow, &s->slow, slow_mem, x, other, n);
        for (size_t i = skip; i < n; i++)
            macd[i] -= other[i];
        for (size_t i = chunk_skip(at, macd_first); i < n; i++)
            run->out[0][at + i] = macd[i];
        ma_chunk(&signal, &s->signal, signal_mem, macd + skip, other + skip, n - skip);
        for (size_t i = chunk_skip(at, signal_first); i < n; i++) {
            run->out[1][at + i] = other[i];
            run->out[2][at + i] = macd[i] - other[i];
        }
    }
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
