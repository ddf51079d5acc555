/* SPDX-License-Identifier: Apache-2.0 */
/* macz: MAC-Z, the macd of z-scores.
 *
 *   z = (x - v) / root of the mean of (x - v)^2, over lengthz; v = mean of x weighted by volume
 *   m = a z + b (mean of x over fast_length - mean over slow_length) / deviation over length_stdev
 *   out = m - mean of m over signal_length;   with use_lag m goes through a Laguerre filter first
 */
#include "moving_average.h"

enum { FAST, SLOW, SIGNAL, Z, STDEV, A, B, USE_LAG, GAMMA };

struct state {
    struct tail money; /* price times volume */
    struct window_sum fast, slow, money_sum, volume;
    struct window_square z, stdev;
    double lag[4]; /* of the Laguerre filter */
    struct ma signal;
    double mem[]; /* of signal, money */
};

/* The first bar that has m; also how far back the inputs are read. */
static size_t m_first(const double *params)
{
    return size_max((size_t)params[SLOW], size_max((size_t)params[Z], (size_t)params[STDEV])) - 1;
}

static size_t history(const double *params)
{
    return size_max(m_first(params) + 1, (size_t)params[FAST]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return size_max(m_first(params), (size_t)params[FAST] - 1) + (size_t)params[SIGNAL] - 1;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[SIGNAL]) + series_size((size_t)params[Z]);
}

/* One m into the filter; a NaN passes by. */
static double laguerre(double *lag, double m, double g)
{
    double before = lag[0];

    if (!isfinite(m))
        return NAN;
    lag[0] = (1 - g) * m + g * before;
    for (size_t k = 1; k < 4; k++) {
        const double old = lag[k];
        lag[k] = before - g * lag[k - 1] + g * old;
        before = old;
    }
    return (lag[0] + 2 * lag[1] + 2 * lag[2] + lag[3]) / 6;
}

/* Standard deviation of the last n; 0 when they are equal. */
static long double spread_plain(const double *x, size_t t, size_t n, long double around)
{
    long double sum = 0;
    bool flat = true;

    for (size_t i = 0; i < n; i++) {
        sum += (x[t - i] - around) * (x[t - i] - around) / (long double)n;
        flat = flat && x[t - i] == x[t];
    }
    return flat ? 0 * sum : sqrtl(sum);
}

static double reference_m(const struct ind_run *run, size_t t)
{
    const size_t n = run_int(run, Z), n_stdev = run_int(run, STDEV);
    const double *x = run->in[0], *volume = run->in[1];
    long double money = 0, shares = 0;

    for (size_t i = 0; i < n; i++) {
        money += (long double)x[t - i] * volume[t - i];
        shares += volume[t - i];
    }
    const long double vwap = money / shares, spread = spread_plain(x, t, n, vwap);
    const long double z = spread == 0 ? 0 : (x[t] - vwap) / spread;
    const long double macd =
        sma_plain(x, t, run_int(run, FAST)) - sma_plain(x, t, run_int(run, SLOW));
    const long double stdev = spread_plain(x, t, n_stdev, sma_plain(x, t, n_stdev));
    const long double m = run->params[A] * z + run->params[B] * macd / stdev;
    return stdev == 0 || isnan((double)vwap) ? (double)NAN : (double)m;
}

static void reference(const struct ind_run *run)
{
    const size_t first = size_max(m_first(run->params), run_int(run, FAST) - 1);
    double *m = run_scratch(run, 0), lag[4] = {0};

    for (size_t t = first; t < run->to; t++) {
        m[t] = reference_m(run, t);
        if (run->params[USE_LAG] == 1)
            m[t] = laguerre(lag, m[t], run->params[GAMMA]);
    }
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = m[t] - (double)sma_plain(m, t, run_int(run, SIGNAL));
}

/* m[i] = z of n bars from x[0] on. */
static void z_chunk(struct state *s, double *mem, size_t p, const double *x, const double *volume,
                    size_t n, double *z)
{
    double money[CHUNK], shares[CHUNK], mean[CHUNK], variance[CHUNK];

    for (size_t i = 0; i < n; i++)
        money[i] = x[i] * volume[i];
    window_sum_chunk(&s->money_sum, tail_append(&s->money, mem, p, money, n), n, p, money);
    window_sum_chunk(&s->volume, volume, n, p, shares);
    window_square_chunk(&s->z, x, n, p, mean, variance);
    for (size_t i = 0; i < n; i++) {
        const double vwap = money[i] / shares[i], off = mean[i] - vwap;
        const double value = (x[i] - vwap) / sqrt(variance[i] + off * off);
        z[i] = variance[i] == 0 && vwap == vwap ? 0 : value; /* flat: so is vwap */
    }
}

static void IND_FN(macz)(const struct ind_run *run)
{
    const struct averaging signal = averaging_make(run, MA_SMA, run_int(run, SIGNAL));
    const size_t first = size_max(m_first(run->params), run_int(run, FAST) - 1);
    const size_t shown = warmup(run->params, 0);
    const double a = run->params[A], b = run->params[B];
    struct state *s = run->state;
    double m[CHUNK], fast[CHUNK], slow[CHUNK], *mean = fast, *variance = slow;

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, first), n), p_fast = run_int(run, FAST);
        const size_t p_slow = run_int(run, SLOW);
        double macd[CHUNK];

        z_chunk(s, s->mem + ma_doubles(signal.p), run_int(run, Z), x, run->in[1] + at, n, m);
        window_sum_chunk_scaled(&s->fast, x, n, p_fast, 1 / (double)p_fast, fast);
        window_sum_chunk_scaled(&s->slow, x, n, p_slow, 1 / (double)p_slow, slow);
        for (size_t i = 0; i < n; i++)
            macd[i] = fast[i] - slow[i];
        window_square_chunk(&s->stdev, x, n, run_int(run, STDEV), mean, variance);
        for (size_t i = skip; i < n; i++) {
            const double value = a * m[i] + b * (macd[i] / sqrt(variance[i]));
            m[i] = variance[i] == 0 ? (double)NAN : value;
        }
        for (size_t i = skip; run->params[USE_LAG] == 1 && i < n; i++)
            m[i] = laguerre(s->lag, m[i], run->params[GAMMA]);
        ma_chunk(&signal, &s->signal, s->mem, m + skip, mean + skip, n - skip);
        for (size_t i = chunk_skip(at, shown); i < n; i++)
            run->out[0][at + i] = m[i] - mean[i];
    }
}

IND_INDICATOR(macz) = {
    .name = "macz",
    .title = "MAC-Z",
    .family = "momentum",
    .source = "Spremo, MAC-Z, an Indicator for Trend and Deviation, 2015",
    .note = "z is 0 where its window is flat. Where the window of the deviation is flat or that of "
            "z has no volume there is no m: the result is NaN while such a bar is in the window "
            "of the signal. So it is with a NaN or infinite bar.",
    .inputs = {{"data", "close"}, {"volume", "volume"}},
    .params = {{"fast_length", "bars", 12, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_length", "bars", 25, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"signal_length", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"lengthz", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"length_stdev", "bars", 25, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"a", "ratio", 1, -2, 2},
               {"b", "ratio", 1, -2, 2},
               {"use_lag", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}},
               {"gamma", "ratio", 0.02, 0, 0.999}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(macz),
    .tolerance = 1e-6, /* z of a window that has hardly moved */
};
