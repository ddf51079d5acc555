/* SPDX-License-Identifier: Apache-2.0 */
/* ttm_squeeze: how tightly Bollinger's bands lie within Keltner's, and where the market leans.
 *
 *   momentum = where the line of best fit of the closes ends, less
 *              ((highest high + lowest low) / 2 + mean close) / 2
 *   squeeze = 0 where bb_mult * deviation > kc_mult_low * mean true range,
 *             3 where it is within kc_mult_high of it, 2 within kc_mult_mid, else 1 */
#include "extrema.h"
#include "price.h"
#include "tail.h"
#include "window_sum.h"

enum { LENGTH, BB_MULT, KC_MULT_HIGH, KC_MULT_MID, KC_MULT_LOW };

struct state {
    struct window_square square;
    struct window_line line;
    struct tail ranges;
    struct window_sum range;
    struct extreme high, low;
    double mem[]; /* of ranges, high, low */
};

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[LENGTH];

    return sizeof(struct state) + series_size(p) + 2 * extreme_size(p);
}

/* What is equal but for rounding counts as within. */
#define WITHIN (1 - 1e-9)

static inline double level(const double *params, double deviation, double range)
{
    const double width = params[BB_MULT] * deviation * WITHIN;

    if (width > params[KC_MULT_LOW] * range)
        return 0;
    if (width <= params[KC_MULT_HIGH] * range)
        return 3;
    return width <= params[KC_MULT_MID] * range ? 2 : 1;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, LENGTH);
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    const long double n = (long double)p, mid = 0.5L * (n - 1);
    double *range = run_scratch(run, 0);

    for (size_t t = 0; t < run->to; t++) {
        range[t] = true_range_at(high, low, close, t);
        if (t + 1 < p)
            continue;
        const long double mean = plain_sum(close, t, p) / n;
        long double squares = 0, line = 0, places = 0;
        for (size_t j = 0; j < p; j++) {
            const long double d = close[t - j] - mean, place = mid - (long double)j;
            squares += d * d;
            line += place * d;
            places += place * place;
        }
        const long double end = p < 2 ? mean : mean + line / places * mid;
        const long double middle = (window_max(high, t, p) + window_min(low, t, p)) / 2.0L;
        run->out[0][t] = (double)(end - (middle + mean) / 2);
        run->out[1][t] =
            level(run->params, (double)sqrtl(squares / n), (double)(plain_sum(range, t, p) / n));
    }
}

static void IND_FN(ttm_squeeze)(const struct ind_run *run)
{
    const size_t p = run_int(run, LENGTH);
    struct state *s = run->state;
    double *extremes = s->mem + series_doubles(p);
    double mean[CHUNK], spread[CHUNK], slope[CHUNK], range[CHUNK], high[CHUNK], low[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[2] + at;

        window_square_chunk(&s->square, close, n, p, mean, spread);
        window_line_chunk(&s->line, close, n, p, mean, slope);
        true_range_chunk(run->in[0], run->in[1], run->in[2], at, n, range);
        window_sum_chunk_scaled(&s->range, tail_append(&s->ranges, s->mem, p, range, n), n, p,
                                1 / (double)p, range);
        extreme_chunk_max(run, &s->high, extremes, run->in[0] + at, n, p, high);
        extreme_chunk_min(run, &s->low, extremes + p, run->in[1] + at, n, p, low);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++) {
            const double middle = 0.5 * (high[i] + low[i]);
            run->out[0][at + i] = line_at(mean[i], slope[i], p, 0) - 0.5 * (middle + mean[i]);
            run->out[1][at + i] = level(run->params, sqrt(spread[i]), range[i]);
        }
    }
}

IND_INDICATOR(ttm_squeeze) = {
    .name = "ttm_squeeze",
    .title = "TTM Squeeze",
    .family = "momentum",
    .source = "Carter, Mastering the Trade, 2005",
    .note = "The middle taken off the closes is that of the newest bar for the whole window. "
            "Deviations are of the population, the first true range is high - low. squeeze is 3 "
            "while nothing moves; what is beyond a limit by less than a billionth is within it. A "
            "NaN or infinite bar shows in momentum while it is in the "
            "window; squeeze is 1 then.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"length", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"bb_mult", "ratio", 2, 0, 1e6},
               {"kc_mult_high", "ratio", 1, 0, 1e6},
               {"kc_mult_mid", "ratio", 1.5, 0, 1e6},
               {"kc_mult_low", "ratio", 2, 0, 1e6}},
    .outputs = {"momentum", "squeeze"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ttm_squeeze),
    .tolerance = 1e-10, /* momentum is a small difference of prices */
};
