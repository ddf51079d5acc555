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
    const size_t first = macd_warmup(run->params);
    const size_t signal_first = first + ma_warmup(kind, run_int(run, SIGNAL));
    const struct averaging fast = averaging_make(run, kind, run_int(run, FAST));
    const struct averaging slow = averaging_make(run, kind, run_int(run, SLOW));
    const struct averaging signal = averaging_make(run, kind, run_int(run, SIGNAL));
    struct state *s = run->state;
    double *slow_mem = s->mem + ma_doubles(fast.p), *signal_mem = slow_mem + ma_doubles(slow.p);
    double macd[CHUNK], other[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);

        ma_chunk(&fast, &s->fast, s->mem, x, macd, n);
        ma_chunk(&slow, &s->slow, slow_mem, x, other, n);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = macd[i] -= other[i];
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
