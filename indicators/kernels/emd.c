/* SPDX-License-Identifier: Apache-2.0 */
/* emd: Ehlers' empirical mode decomposition.
 *
 *   y = band-pass of (high + low) / 2 at period;   peak, valley = the last turn of y from above,
 *       from below
 *   middle = mean of y over two periods;   upper, lower = fraction * mean of peak, of valley, over
 *       50 bars */
#include "cycle.h"
#include "moving_average.h"

enum { PERIOD, DELTA, FRACTION };

enum { SPAN = 50 };

struct state {
    double y[2]; /* the last two, newest first */
    double peak, valley;
    struct ma peaks, valleys, middle;
    double mem[]; /* of peaks, valleys, middle */
};

static size_t middle_span(const double *params) { return 2 * (size_t)params[PERIOD]; }

static size_t warmup(const double *params, size_t output)
{
    return (output == 1 ? middle_span(params) : SPAN) - 1;
}

static size_t history(const double *params)
{
    (void)params;
    return 2;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * ma_size(SPAN) + ma_size(middle_span(params));
}

static int check(const double *params)
{
    return resonance_check(params[PERIOD], 2 * params[DELTA]);
}

static long double middle_of(const struct ind_run *run, size_t t)
{
    return ((long double)run->in[0][t] + run->in[1][t]) / 2;
}

static void reference(const struct ind_run *run)
{
    const struct resonance r = resonance_make(run->params[PERIOD], 2 * run->params[DELTA]);
    double *y = run_scratch(run, 0), *peak = run_scratch(run, 1), *valley = run_scratch(run, 2);
    const long double fraction = run->params[FRACTION];
    long double a = 0, b = 0;

    for (size_t t = 0; t < run->to; t++) {
        long double value = middle_of(run, t);
        if (t >= 2)
            value = r.in * (value - middle_of(run, t - 2)) + r.one * a + r.two * b;
        peak[t] = t == 0 ? (double)value : peak[t - 1];
        valley[t] = t == 0 ? (double)value : valley[t - 1];
        if (t >= 2 && a > value && a > b)
            peak[t] = (double)a;
        if (t >= 2 && a < value && a < b)
            valley[t] = (double)a;
        b = a;
        y[t] = (double)(a = value);
    }
    for (size_t t = SPAN - 1; t < run->to; t++) {
        run->out[0][t] = (double)(fraction * sma_plain(peak, t, SPAN));
        run->out[2][t] = (double)(fraction * sma_plain(valley, t, SPAN));
    }
    for (size_t t = warmup(run->params, 1); t < run->to; t++)
        run->out[1][t] = (double)sma_plain(y, t, middle_span(run->params));
}

/* y[-2] and y[-1] are the two before. */
static void turns_chunk(struct state *s, const double *y, size_t n, double *peak, double *valley)
{
    for (size_t i = 0; i < n; i++) {
        const double value = y[i], a = *(y + i - 1), b = *(y + i - 2);
        peak[i] = s->peak = a > value && a > b ? a : s->peak;
        valley[i] = s->valley = a < value && a < b ? a : s->valley;
    }
}

static void IND_FN(emd)(const struct ind_run *run)
{
    const struct resonance r = resonance_make(run->params[PERIOD], 2 * run->params[DELTA]);
    const struct averaging turn = averaging_make(run, MA_SMA, SPAN);
    const struct averaging middle = averaging_make(run, MA_SMA, middle_span(run->params));
    const size_t middle_first = warmup(run->params, 1);
    const double *high = run->in[0], *low = run->in[1], fraction = run->params[FRACTION];
    struct state *s = run->state;
    double *valley_mem = s->mem + ma_doubles(SPAN), *middle_mem = valley_mem + ma_doubles(SPAN);
    double price[CHUNK + 2], made[CHUNK + 2], peak[CHUNK], valley[CHUNK], *y = made + 2;

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t seeds = size_min(chunk_skip(at, 2), n);

        for (size_t i = at < 2 ? 2 - at : 0; i < n + 2; i++)
            price[i] = (high[at + i - 2] + low[at + i - 2]) * 0.5;
        made[0] = s->y[1];
        made[1] = s->y[0];
        for (size_t i = 0; i < seeds; i++) { /* the first two pass as they are */
            if (at + i == 0)
                s->peak = s->valley = price[2];
            y[i] = price[i + 2];
            peak[i] = s->peak;
            valley[i] = s->valley;
            s->y[1] = s->y[0];
            s->y[0] = y[i];
        }
        resonance_chunk(&r, price + 2 + seeds, n - seeds, s->y, y + seeds);
        turns_chunk(s, y + seeds, n - seeds, peak + seeds, valley + seeds);
        ma_chunk(&turn, &s->peaks, s->mem, peak, peak, n);
        ma_chunk(&turn, &s->valleys, valley_mem, valley, valley, n);
        ma_chunk(&middle, &s->middle, middle_mem, y, price, n);
        for (size_t i = chunk_skip(at, SPAN - 1); i < n; i++) {
            run->out[0][at + i] = fraction * peak[i];
            run->out[2][at + i] = fraction * valley[i];
        }
        for (size_t i = chunk_skip(at, middle_first); i < n; i++)
            run->out[1][at + i] = price[i];
    }
}

IND_INDICATOR(emd) = {
    .name = "emd",
    .title = "Empirical Mode Decomposition",
    .family = "cycle",
    .source = "Ehlers and Way, Empirical Mode Decomposition, Stocks & Commodities, 2010",
    .note = "The first two bars pass the filter as they are; before the first turn peak and valley "
            "are the first price. 2 delta / period must be below 1/4. Of close and volume only "
            "the first valid bar counts. A NaN or infinite bar makes all later middle values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}, {"volume", "volume"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"delta", "ratio", 0.5, 1e-6, 1e6},
               {"fraction", "ratio", 0.1, 0, 1e6}},
    .outputs = {"upperband", "middleband", "lowerband"},
    .warmup = warmup,
    .history = history,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(emd),
    .tolerance = 1e-10,
};
