/* SPDX-License-Identifier: Apache-2.0 */
/* vwmacd: volume weighted moving average convergence/divergence.
 *
 *   macd = volume weighted average over fast_period - that over slow_period
 *   signal = average of macd over signal_period;   hist = macd - signal */
#include "volume_average.h"

enum { FAST, SLOW, SIGNAL, FAST_TYPE, SLOW_TYPE, SIGNAL_TYPE };

struct state {
    struct volume_average fast, slow;
    struct ma signal;
    double mem[]; /* of fast, slow, signal */
};

static size_t lag(const double *params, size_t which)
{
    return ma_warmup((enum ma_kind)params[which + 3], (size_t)params[which]);
}

static size_t macd_warmup(const double *params)
{
    return size_max(lag(params, FAST), lag(params, SLOW));
}

static size_t warmup(const double *params, size_t output)
{
    return macd_warmup(params) + (output == 0 ? 0 : lag(params, SIGNAL));
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + volume_average_size((size_t)params[FAST]) +
           volume_average_size((size_t)params[SLOW]) + ma_size((size_t)params[SIGNAL]);
}

/* Averages of a series, into a room of its own. */
static double *average_of(const struct ind_run *run, size_t room, const double *x, const double *by,
                          size_t which)
{
    double *y = run_scratch(run, room);

    for (size_t t = 0; t < run->to; t++)
        y[t] = by ? x[t] * by[t] : x[t];
    ma_reference(y, 0, run->to, (enum ma_kind)run->params[which + 3], run_int(run, which));
    return y;
}

static void reference(const struct ind_run *run)
{
    const double *close = run->in[0], *volume = run->in[1];
    const double *fast_value = average_of(run, 0, close, volume, FAST);
    const double *fast_volume = average_of(run, 1, volume, NULL, FAST);
    const double *slow_value = average_of(run, 2, close, volume, SLOW);
    const double *slow_volume = average_of(run, 3, volume, NULL, SLOW);
    double *dense = run_scratch(run, 4);
    size_t n = 0;

    for (size_t t = macd_warmup(run->params); t < run->to; t++) {
        const bool idle = fast_volume[t] == 0 || slow_volume[t] == 0;
        const long double fast = (long double)fast_value[t] / fast_volume[t];
        const long double slow = (long double)slow_value[t] / slow_volume[t];
        run->out[0][t] = idle ? NAN : (double)(fast - slow);
        if (!isnan(run->out[0][t]))
            dense[n++] = run->out[0][t];
    }
    ma_reference(dense, 0, n, (enum ma_kind)run->params[SIGNAL_TYPE], run_int(run, SIGNAL));
    n = 0;
    for (size_t t = macd_warmup(run->params); t < run->to; t++) {
        const double signal = isnan(run->out[0][t]) ? NAN : dense[n++];
        if (t < warmup(run->params, 1))
            continue;
        run->out[1][t] = signal;
        run->out[2][t] = run->out[0][t] - signal;
    }
}

static struct averaging how_of(const struct ind_run *run, size_t which)
{
    return averaging_make(run, (enum ma_kind)run->params[which + 3], run_int(run, which));
}

/* The average of those that are numbers, NaN in the other places and up to its warm-up. */
static void average_numbers(const struct averaging *how, struct ma *ma, double *mem,
                            const double *macd, double *signal, size_t n)
{
    double dense[CHUNK];
    size_t m = 0, skip = chunk_skip(ma->count, ma_warmup(how->kind, how->p));

    for (size_t i = 0; i < n; i++) {
        dense[m] = macd[i];
        m += macd[i] == macd[i];
    }
    ma_chunk(how, ma, mem, dense, dense, m);
    m = 0;
    for (size_t i = 0; i < n; i++) {
        const bool number = macd[i] == macd[i];
        signal[i] = number && m >= skip ? dense[m] : (double)NAN;
        m += number;
    }
}

static void IND_FN(vwmacd)(const struct ind_run *run)
{
    const struct averaging fast = how_of(run, FAST), slow = how_of(run, SLOW);
    const struct averaging signal_how = how_of(run, SIGNAL);
    const size_t first = macd_warmup(run->params), late = warmup(run->params, 1);
    struct state *s = run->state;
    double *slow_mem = s->mem + volume_average_doubles(fast.p);
    double *signal_mem = slow_mem + volume_average_doubles(slow.p);
    double value[CHUNK], macd[CHUNK], signal[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[0] + at, *volume = run->in[1] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);

        for (size_t i = 0; i < n; i++)
            value[i] = close[i] * volume[i];
        volume_average_chunk(&fast, &s->fast, s->mem, value, volume, NAN, macd, n);
        volume_average_chunk(&slow, &s->slow, slow_mem, value, volume, NAN, signal, n);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = macd[i] -= signal[i];
        average_numbers(&signal_how, &s->signal, signal_mem, macd + skip, signal + skip, n - skip);
        for (size_t i = chunk_skip(at, late); i < n; i++) {
            run->out[1][at + i] = signal[i];
            run->out[2][at + i] = macd[i] - signal[i];
        }
    }
}

IND_INDICATOR(vwmacd) = {
    .name = "vwmacd",
    .title = "Volume Weighted MACD",
    .family = "volume",
    .source = "Dormeier, Investing with Volume Analysis, 2011",
    .note = "NaN where a window has no volume, or is NaN; signal passes over such bars. With "
            "exponential averages of the volume a NaN or infinite bar makes all later values NaN.",
    .inputs = {{"close", "close"}, {"volume", "volume"}},
    .params = {{"fast_period", "bars", 12, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_period", "bars", 26, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"signal_period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("fast_ma_type", MA_SMA),
               MA_PARAM("slow_ma_type", MA_SMA),
               MA_PARAM("signal_ma_type", MA_EMA)},
    .outputs = {"macd", "signal", "hist"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vwmacd),
    .tolerance = 1e-8, /* a small difference of ratios */
};
