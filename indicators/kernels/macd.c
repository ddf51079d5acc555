/* SPDX-License-Identifier: Apache-2.0 */
/* macd: moving average convergence/divergence.
 *
 *   macd = average over fast_period - average over slow_period
 *   signal = average of macd over signal_period;   hist = macd - signal */
#include "moving_average.h"

enum { FAST, SLOW, SIGNAL, MA_TYPE };

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

static size_t warmup(const double *params, size_t output)
{
    return macd_warmup(params) +
           (output == 0 ? 0 : ma_warmup(kind_of(params), (size_t)params[SIGNAL]));
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[FAST]) + ma_size((size_t)params[SLOW]) +
           ma_size((size_t)params[SIGNAL]);
}

/* The outputs are the rooms for the three averages, the signal last. */
static void reference(const struct ind_run *run)
{
    const enum ma_kind kind = kind_of(run->params);
    const size_t first = macd_warmup(run->params);
    double *macd = run->out[0], *signal = run->out[1], *hist = run->out[2];

    for (size_t t = 0; t < run->to; t++)
        macd[t] = signal[t] = run->in[0][t];
    ma_reference(macd, 0, run->to, kind, run_int(run, FAST));
    ma_reference(signal, 0, run->to, kind, run_int(run, SLOW));
    for (size_t t = 0; t < run->to; t++)
        macd[t] = signal[t] = macd[t] - signal[t];
    ma_reference(signal, size_min(first, run->to), run->to, kind, run_int(run, SIGNAL));
    for (size_t t = 0; t < run->to; t++)
        hist[t] = macd[t] - signal[t];
}

static void IND_FN(macd)(const struct ind_run *run)
{
    const enum ma_kind kind = kind_of(run->params);
    const size_t fast_p = run_int(run, FAST), slow_p = run_int(run, SLOW);
    const size_t signal_p = run_int(run, SIGNAL), first = macd_warmup(run->params);
    const size_t signal_first = first + ma_warmup(kind, signal_p);
    struct state *s = run->state;
    double *slow_mem = s->mem + ma_size(fast_p) / sizeof(double);
    double *signal_mem = slow_mem + ma_size(slow_p) / sizeof(double);

    for (size_t t = run->from; t < run->to; t++) {
        const double x = run->in[0][t];
        const double macd = ma_push(&s->fast, s->mem, kind, fast_p, x) -
                            ma_push(&s->slow, slow_mem, kind, slow_p, x);
        if (t < first)
            continue;
        const double signal = ma_push(&s->signal, signal_mem, kind, signal_p, macd);
        run->out[0][t] = macd;
        if (t < signal_first)
            continue;
        run->out[1][t] = signal;
        run->out[2][t] = macd - signal;
    }
}

IND_INDICATOR(macd) = {
    .name = "macd",
    .title = "Moving Average Convergence/Divergence",
    .family = "momentum",
    .source = "Appel, Technical Analysis: Power Tools for Active Investors, 2005",
    .note = "Each average is seeded with the mean of its own first period values. With exponential "
            "averages a NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"fast_period", "bars", 12, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_period", "bars", 26, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"signal_period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("ma_type", MA_EMA)},
    .outputs = {"macd", "signal", "hist"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(macd),
    .tolerance = 1e-9, /* a small difference of large averages */
};
