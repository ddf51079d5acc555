/* SPDX-License-Identifier: Apache-2.0 */
/* chandelier_exit: stops that keep their distance from the extremes of the window and do not give
 * way while the close is on their right side. Of the two the one of the trend is shown.
 *
 *   long = highest - mult * average true range;   short = lowest + mult * it */
#include "average_range.h"
#include "extrema.h"

enum { PERIOD, MULT, USE_CLOSE };

struct state {
    struct smooth range;
    struct extreme high, low;
    double long_stop, short_stop; /* of the bar before */
    int falling;
    double mem[]; /* of high, low */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size((size_t)params[PERIOD]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const double *close = run->in[2], mult = run->params[MULT];
    const double *high = run->params[USE_CLOSE] != 0 ? close : run->in[0];
    const double *low = run->params[USE_CLOSE] != 0 ? close : run->in[1];
    double *range = run_scratch(run, 0), *above = run_scratch(run, 1), *below = run_scratch(run, 2);
    int trend = 1;

    average_range_reference(run->in[0], run->in[1], close, run->to, p, range);
    for (size_t t = p - 1; t < run->to; t++) {
        below[t] = window_max(high, t, p) - mult * range[t];
        above[t] = window_min(low, t, p) + mult * range[t];
        const double support = t < p ? below[t] : below[t - 1];
        const double resistance = t < p ? above[t] : above[t - 1];
        if (t >= p && close[t - 1] > support)
            below[t] = nan_max(below[t], support);
        if (t >= p && close[t - 1] < resistance)
            above[t] = nan_min(above[t], resistance);
        if (close[t] > resistance)
            trend = 1;
        else if (close[t] < support)
            trend = -1;
        run->out[0][t] = trend > 0 ? below[t] : NAN;
        run->out[1][t] = trend < 0 ? above[t] : NAN;
    }
}

static void IND_FN(chandelier_exit)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const double *close = run->in[2], mult = run->params[MULT];
    const double *high = run->params[USE_CLOSE] != 0 ? close : run->in[0];
    const double *low = run->params[USE_CLOSE] != 0 ? close : run->in[1];
    const struct smoothing how = smoothing_wilder(run, p);
    struct state *s = run->state;
    double range[CHUNK], highest[CHUNK], lowest[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        average_range_chunk(&how, &s->range, run->in[0], run->in[1], close, at, n, range);
        extreme_chunk_max(run, &s->high, s->mem, high + at, n, p, highest);
        extreme_chunk_min(run, &s->low, s->mem + p, low + at, n, p, lowest);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++) {
            const size_t t = at + i;
            double below = highest[i] - mult * range[i], above = lowest[i] + mult * range[i];
            if (t < p) {
                s->long_stop = below;
                s->short_stop = above;
            } else {
                below = close[t - 1] > s->long_stop ? nan_max(below, s->long_stop) : below;
                above = close[t - 1] < s->short_stop ? nan_min(above, s->short_stop) : above;
            }
            s->falling = !(close[t] > s->short_stop) && (close[t] < s->long_stop || s->falling);
            s->long_stop = below;
            s->short_stop = above;
            run->out[0][t] = s->falling ? NAN : below;
            run->out[1][t] = s->falling ? above : NAN;
        }
    }
}

IND_INDICATOR(chandelier_exit) = {
    .name = "chandelier_exit",
    .title = "Chandelier Exit",
    .family = "trend",
    .source = "Le Beau's chandelier exit, in Elder, Come Into My Trading Room, 2002",
    .note = "Extremes are those of the closes, or without use_close of highs and lows. The trend "
            "rises first, and turns when a close is beyond the other stop of the bar before; the "
            "stop of the other side is NaN. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 22, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mult", "ratio", 3, -1e6, 1e6},
               {"use_close", "choice", 1, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}}},
    .outputs = {"long_stop", "short_stop"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(chandelier_exit),
    .tolerance = 1e-12,
};
