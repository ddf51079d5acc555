/* SPDX-License-Identifier: Apache-2.0 */
/* frama: fractal adaptive moving average.
 *
 *   over the w bars before: n1, n2 = range of the newer and of the older half, over w / 2,
 *   n3 = range of all, over w;   D = log2((n1 + n2) / n3)
 *   a = 2 / (N + 1),   N = (sc - fc) ((2 - a0) / a0 - 1) / (sc - 1) + fc,
 *   a0 = (2 / (sc + 1))^(D - 1), 0.1 .. 1
 *   out += a (close - out), which starts with the mean of the first w closes */
#include "extrema.h"
#include "smooth.h"
#include "tail.h"
#include "window_sum.h"

enum { WINDOW, SC, FC };
enum { HIGH, LOW, CLOSE };

struct state {
    struct extreme high, low;
    struct tail highs, lows; /* of half windows */
    double dimension, y;
    double mem[]; /* of high, low, highs, lows */
};

static size_t window_of(const double *params)
{
    return (size_t)params[WINDOW] + (size_t)params[WINDOW] % 2;
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return window_of(params) - 1;
}

static size_t history(const double *params) { return window_of(params); }

static size_t state_size(const double *params)
{
    const size_t half = window_of(params) / 2;

    return sizeof(struct state) + 2 * extreme_size(half) + 2 * series_size(half);
}

static void reference(const struct ind_run *run)
{
    const size_t w = window_of(run->params), half = w / 2;
    const long double sc = run->params[SC], fc = run->params[FC], least = 2 / (sc + 1);
    long double dimension = 1, y = 0;

    for (size_t t = w - 1; t < run->to; t++) {
        if (t == w - 1) {
            y = plain_sum(run->in[CLOSE], t, w) / (long double)w;
            run->out[0][t] = (double)y;
            continue;
        }
        const double *high = run->in[HIGH], *low = run->in[LOW];
        const long double n1 =
            (long double)window_max(high, t - 1, half) - window_min(low, t - 1, half);
        const long double n2 =
            (long double)window_max(high, t - 1 - half, half) - window_min(low, t - 1 - half, half);
        const long double n3 = (long double)window_max(high, t - 1, w) - window_min(low, t - 1, w);
        if (!(n1 == 0 || n2 == 0 || n3 == 0))
            dimension = log2l(2 * (n1 + n2) / n3);
        long double a = expl(logl(least) * (dimension - 1));
        a = a < 0.1L ? 0.1L : a > 1 ? 1 : a;
        a = 2 / ((sc - fc) * ((2 - a) / a - 1) / (sc - 1) + fc + 1);
        a = a < least ? least : a > 1 ? 1 : a;
        y += a * (run->in[CLOSE][t] - y);
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(frama)(const struct ind_run *run)
{
    const size_t w = window_of(run->params), half = w / 2;
    const double sc = run->params[SC], fc = run->params[FC], least = 2 / (sc + 1);
    const double power = log(least);
    struct state *s = run->state;
    double *low_mem = s->mem + half, *highs_mem = low_mem + half;
    double *lows_mem = highs_mem + series_doubles(half);
    double high[CHUNK], low[CHUNK], rate[CHUNK];

    if (run->from == 0)
        s->dimension = 1;
    RUN_CHUNKS(run, 1, at, n)
    {
        const double *close = run->in[CLOSE] + at;
        size_t i = chunk_skip(at, w - 1);

        /* the half that ends at the bar before */
        extreme_chunk_max(run, &s->high, s->mem, run->in[HIGH] + at - 1, n, half, high);
        extreme_chunk_min(run, &s->low, low_mem, run->in[LOW] + at - 1, n, half, low);
        const double *highs = tail_append(&s->highs, highs_mem, half, high, n);
        const double *lows = tail_append(&s->lows, lows_mem, half, low, n);
        if (i < n && at + i == w - 1) {
            run->out[0][w - 1] = s->y = window_sum_direct(close + i, w) / (double)w;
            i++;
        }
        for (size_t k = i; k < n; k++) {
            const double old_high = *(highs + k - half), old_low = *(lows + k - half);
            const double n1 = high[k] - low[k], n2 = old_high - old_low;
            const double n3 = nan_max(high[k], old_high) - nan_min(low[k], old_low);
            if (!(n1 == 0 || n2 == 0 || n3 == 0))
                s->dimension = log2(2 * (n1 + n2) / n3);
            rate[k] = s->dimension;
        }
        for (size_t k = i; k < n; k++) {
            const double raw = exp(power * (rate[k] - 1));
            const double held = raw < 0.1 ? 0.1 : raw > 1 ? 1 : raw;
            const double a = 2 / ((sc - fc) * ((2 - held) / held - 1) / (sc - 1) + fc + 1);
            rate[k] = a < least ? least : a > 1 ? 1 : a;
        }
        if (i < n)
            s->y = follow_chunk(s->y, rate + i, close + i, run->out[0] + at + i, n - i);
    }
}

IND_INDICATOR(frama) = {
    .name = "frama",
    .title = "Fractal Adaptive Moving Average",
    .family = "moving average",
    .source = "Ehlers, Fractal Adaptive Moving Averages, Stocks & Commodities, 2005",
    .note = "An odd window counts as one more. While one of the ranges is 0 the dimension stays as "
            "it was; it starts at 1. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"window", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"sc", "bars", 300, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"fc", "bars", 1, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(frama),
    .tolerance = 1e-11,
};
