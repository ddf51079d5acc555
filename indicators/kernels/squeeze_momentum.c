/* SPDX-License-Identifier: Apache-2.0 */
/* squeeze_momentum: are Bollinger's bands within Keltner's, and where does the market lean?
 *
 *   squeeze = -1 where the Bollinger bands are within the Keltner channel, 1 where they are around
 *             it, else 0
 *   momentum = where the line of best fit over length_kc ends, of
 *              close - ((highest high + lowest low) / 2 + mean close) / 2
 *   momentum_signal = 1 above 0 and rising, 2 above 0 and not; -1 below and falling, -2 below and
 *                     not */
#include "extrema.h"
#include "price.h"
#include "tail.h"
#include "window_sum.h"

enum { LENGTH_BB, MULT_BB, LENGTH_KC, MULT_KC };
enum { SQUEEZE, MOMENTUM, SIGNAL };

struct state {
    struct window_square bollinger, keltner;
    struct tail ranges, leans;
    struct window_sum range;
    struct window_line line;
    struct extreme high, low;
    double momentum;
    double mem[]; /* of ranges, leans, high, low */
};

static size_t warmup(const double *params, size_t output)
{
    const size_t bb = (size_t)params[LENGTH_BB], kc = (size_t)params[LENGTH_KC];

    return output == SQUEEZE ? size_max(bb, kc) - 1 : 2 * kc - 2 + (output == SIGNAL);
}

static size_t history(const double *params)
{
    return size_max((size_t)params[LENGTH_BB], (size_t)params[LENGTH_KC]);
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[LENGTH_KC];

    return sizeof(struct state) + 2 * series_size(p) + 2 * extreme_size(p);
}

static inline double squeeze_of(double bb_mean, double bb_width, double kc_mean, double kc_width)
{
    const bool above_low = bb_mean - bb_width > kc_mean - kc_width;
    const bool below_low = bb_mean - bb_width < kc_mean - kc_width;
    const bool below_high = bb_mean + bb_width < kc_mean + kc_width;
    const bool above_high = bb_mean + bb_width > kc_mean + kc_width;

    return (double)((below_low & above_high) - (above_low & below_high));
}

/* What is smaller than this part of the close is rounding: no momentum, no change of it. */
#define NO_MOMENTUM 1e-13

static inline double signal_of(double now, double before, double close)
{
    const double least = NO_MOMENTUM * fabs(close);

    if (isnan(now) || isnan(before))
        return NAN;
    return now > least ? (now - before > least ? 1 : 2) : (before - now > least ? -1 : -2);
}

/* Least squares over the window that ends at y[t], at its end. */
static double line_end(const double *y, size_t t, size_t p)
{
    const long double mean = plain_sum(y, t, p) / (long double)p;
    const long double mid = 0.5L * (long double)(p - 1);
    long double sum = 0, squares = 0;

    for (size_t j = 0; j < p; j++) {
        const long double d = mid - (long double)j;
        sum += d * (y[t - j] - mean);
        squares += d * d;
    }
    return (double)(p < 2 ? mean : mean + sum / squares * mid);
}

static void reference(const struct ind_run *run)
{
    const size_t bb = run_int(run, LENGTH_BB), kc = run_int(run, LENGTH_KC);
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    double *range = run_scratch(run, 0), *lean = run_scratch(run, 1),
           *momentum = run->out[MOMENTUM];

    for (size_t t = 0; t < run->to; t++) {
        range[t] = true_range_at(high, low, close, t);
        const long double kc_mean = t + 1 < kc ? 0 : plain_sum(close, t, kc) / (long double)kc;
        if (t + 1 >= size_max(bb, kc)) {
            const long double mean = plain_sum(close, t, bb) / (long double)bb;
            const long double width = plain_sum(range, t, kc) / (long double)kc;
            long double squares = 0;
            for (size_t j = 0; j < bb; j++)
                squares += (close[t - j] - mean) * (close[t - j] - mean);
            run->out[SQUEEZE][t] = squeeze_of(
                (double)mean, (double)(run->params[MULT_BB] * sqrtl(squares / (long double)bb)),
                (double)kc_mean, (double)(run->params[MULT_KC] * width));
        }
        if (t + 1 >= kc)
            lean[t] =
                (double)(close[t] - 0.25L * (window_max(high, t, kc) + window_min(low, t, kc)) -
                         kc_mean / 2);
        if (t + 2 >= 2 * kc)
            momentum[t] = line_end(lean, t, kc);
        if (t + 1 >= 2 * kc)
            run->out[SIGNAL][t] = signal_of(momentum[t], momentum[t - 1], close[t]);
    }
}

/* The bands of n closes at x: width and mean become those of the channel, squeeze is written. */
static void squeeze_chunk(const struct ind_run *run, struct state *s, size_t at, size_t n,
                          double *kc_mean)
{
    const size_t bb = run_int(run, LENGTH_BB), kc = run_int(run, LENGTH_KC);
    const double *close = run->in[2] + at;
    double mean[CHUNK], spread[CHUNK], width[CHUNK];

    /* one way to the mean for both, lest rounding put bands apart that are the same */
    window_square_chunk(&s->keltner, close, n, kc, kc_mean, spread);
    if (bb != kc)
        window_square_chunk(&s->bollinger, close, n, bb, mean, spread);
    true_range_chunk(run->in[0], run->in[1], run->in[2], at, n, width);
    window_sum_chunk_scaled(&s->range, tail_append(&s->ranges, s->mem, kc, width, n), n, kc,
                            run->params[MULT_KC] / (double)kc, width);
    for (size_t i = chunk_skip(at, warmup(run->params, SQUEEZE)); i < n; i++)
        run->out[SQUEEZE][at + i] =
            squeeze_of(bb == kc ? kc_mean[i] : mean[i], run->params[MULT_BB] * sqrt(spread[i]),
                       kc_mean[i], width[i]);
}

static void IND_FN(squeeze_momentum)(const struct ind_run *run)
{
    const size_t p = run_int(run, LENGTH_KC);
    const size_t momentum_first = warmup(run->params, MOMENTUM);
    struct state *s = run->state;
    double *leans = s->mem + series_doubles(p), *extremes = leans + series_doubles(p);
    double lean[CHUNK], slope[CHUNK], high[CHUNK], low[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[2] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n), m = n - skip;

        squeeze_chunk(run, s, at, n, lean);
        extreme_chunk_max(run, &s->high, extremes, run->in[0] + at, n, p, high);
        extreme_chunk_min(run, &s->low, extremes + p, run->in[1] + at, n, p, low);
        for (size_t i = skip; i < n; i++)
            lean[i] = close[i] - 0.25 * (high[i] + low[i]) - 0.5 * lean[i];
        window_line_chunk(&s->line, tail_append(&s->leans, leans, p, lean + skip, m), m, p,
                          lean + skip, slope + skip);
        for (size_t i = chunk_skip(at, momentum_first); i < n; i++) {
            const double momentum = line_at(lean[i], slope[i], p, 0);
            run->out[MOMENTUM][at + i] = momentum;
            if (at + i > momentum_first)
                run->out[SIGNAL][at + i] = signal_of(momentum, s->momentum, close[i]);
            s->momentum = momentum;
        }
    }
}

IND_INDICATOR(squeeze_momentum) = {
    .name = "squeeze_momentum",
    .title = "Squeeze Momentum",
    .family = "momentum",
    .source = "LazyBear, Squeeze Momentum, TradingView, 2014; after Carter, Mastering the Trade",
    .note = "Deviations are of the population; Keltner's channel is the simple mean of closes and "
            "true ranges, the first of which is high - low. A momentum, or a change of it, that is "
            "rounding beside the close counts as none; squeeze is 0 while nothing moves. A NaN or "
            "infinite bar shows in momentum while it is in its windows; squeeze is 0 then.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"length_bb", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mult_bb", "ratio", 2, 0, 1e6},
               {"length_kc", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mult_kc", "ratio", 1.5, 0, 1e6}},
    .outputs = {"squeeze", "momentum", "momentum_signal"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(squeeze_momentum),
    .tolerance = 1e-10, /* momentum is a small difference of prices */
};
