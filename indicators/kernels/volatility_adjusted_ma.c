/* SPDX-License-Identifier: Apache-2.0 */
/* volatility_adjusted_ma: an average moved to the middle of how far the price has been from it.
 *
 *   d = x - EMA(x, base_period);   out = EMA + (largest d + smallest d) / 2 over vol_period bars,
 *   smoothed by an average over smooth_period */
#include "extrema.h"
#include "moving_average.h"

enum { BASE, VOL, SMOOTHING, TYPE, SMOOTH };

struct state {
    struct smooth ema;
    struct tail away;
    struct extreme high, low;
    struct ma ma;
    double mem[]; /* of high, low, away, ma */
};

static size_t first_of(const double *params) { return (size_t)fmax(params[BASE], params[VOL]) - 1; }

static size_t smooth_of(const double *params)
{
    return params[SMOOTHING] ? (size_t)params[SMOOTH] : 1;
}

static enum ma_kind kind_of(const double *params)
{
    static const enum ma_kind kinds[] = {MA_SMA, MA_EMA, MA_WMA};

    return kinds[(size_t)params[TYPE] - 1];
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return first_of(params) + smooth_of(params) - 1;
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[VOL];

    return sizeof(struct state) + 2 * extreme_size(p) + series_size(p) + ma_size(smooth_of(params));
}

static void reference(const struct ind_run *run)
{
    const size_t base = run_int(run, BASE), p = run_int(run, VOL), first = first_of(run->params);
    double *away = run_scratch(run, 0), *moved = run_scratch(run, 1);
    struct smooth_reference ema = {0};

    for (size_t t = 0; t < run->to; t++) {
        const double x = run->in[0][t];
        const long double e = smooth_reference_push(&ema, x, base, 2 / (run->params[BASE] + 1.0L));
        away[t] = (double)(x - e);
        if (t >= first)
            moved[t] =
                (double)(e + ((long double)window_max(away, t, p) + window_min(away, t, p)) / 2);
    }
    ma_reference(moved, size_min(first, run->to), run->to, kind_of(run->params),
                 smooth_of(run->params));
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = moved[t];
}

static void IND_FN(volatility_adjusted_ma)(const struct ind_run *run)
{
    const struct smoothing ema_how = smoothing_ema(run, run_int(run, BASE));
    const struct averaging how = averaging_make(run, kind_of(run->params), smooth_of(run->params));
    const size_t p = run_int(run, VOL), first = first_of(run->params);
    struct state *s = run->state;
    double *low_mem = s->mem + p, *away_mem = low_mem + p, *ma_mem = away_mem + series_doubles(p);
    double ema[CHUNK], high[CHUNK], low[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);

        smooth_chunk(&ema_how, &s->ema, x, ema, n);
        for (size_t i = 0; i < n; i++)
            high[i] = x[i] - ema[i];
        const double *away = tail_append(&s->away, away_mem, p, high, n);
        extreme_chunk_max(run, &s->high, s->mem, away, n, p, high);
        extreme_chunk_min(run, &s->low, low_mem, away, n, p, low);
        for (size_t i = skip; i < n; i++)
            ema[i] += 0.5 * (high[i] + low[i]);
        ma_chunk(&how, &s->ma, ma_mem, ema + skip, ema + skip, n - skip);
        for (size_t i = chunk_skip(at, first + how.p - 1); i < n; i++)
            run->out[0][at + i] = ema[i];
    }
}

IND_INDICATOR(volatility_adjusted_ma) = {
    .name = "volatility_adjusted_ma",
    .title = "Volatility Adjusted Moving Average",
    .family = "moving average",
    .source = "TradingView community scripts, 2021",
    .note = "The EMA is the mean of all values while there are no more than base_period. "
            "smooth_type 1 is a simple average, 2 an exponential one, 3 a weighted one. A NaN or "
            "infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"base_period", "bars", 113, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"vol_period", "bars", 51, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"smoothing", "choice", 1, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}},
               {"smooth_type", "number", 3, 1, 3, IND_INTEGER},
               {"smooth_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(volatility_adjusted_ma),
    .tolerance = 1e-12,
};
