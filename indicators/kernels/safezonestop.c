/* SPDX-License-Identifier: Apache-2.0 */
/* safezonestop: Elder's stop beyond the noise of a trend.
 *
 *   noise = sum of the movements against the trend, faded as Wilder does over period
 *   long: highest of (low before - mult * noise) over max_lookback
 *   short: lowest of (high before + mult * noise) over it */
#include "extrema.h"
#include "price.h"
#include "smooth.h"
#include "tail.h"

enum { PERIOD, MULT, MAX_LOOKBACK, DIRECTION };

struct state {
    struct smooth noise;
    struct tail stops;
    struct extreme extreme;
    double mem[]; /* of extreme, stops */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return size_max((size_t)params[PERIOD], (size_t)params[MAX_LOOKBACK]);
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[MAX_LOOKBACK];

    return sizeof(struct state) + extreme_size(p) + series_size(p);
}

/* The sum as it is written: the first period of movements, then what is left of it and the next. */
static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), lookback = run_int(run, MAX_LOOKBACK);
    const double *high = run->in[0], *low = run->in[1], mult = run->params[MULT];
    const bool is_long = run->params[DIRECTION] == 0;
    double *stop = run_scratch(run, 0);
    long double sum = 0;

    for (size_t t = 1; t < run->to; t++) {
        const double move = is_long ? minus_movement(high, low, t) : plus_movement(high, low, t);
        sum += move - (t > p ? sum / (long double)p : 0);
        stop[t] = (double)(is_long ? low[t - 1] - mult * sum : high[t - 1] + mult * sum);
        if (t < warmup(run->params, 0))
            continue;
        const size_t n = size_min(lookback, t + 1 - p);
        run->out[0][t] = is_long ? window_max(stop, t, n) : window_min(stop, t, n);
    }
}

static void IND_FN(safezonestop)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), lookback = run_int(run, MAX_LOOKBACK);
    const size_t first = warmup(run->params, 0);
    const double *high = run->in[0], *low = run->in[1];
    const bool is_long = run->params[DIRECTION] == 0;
    const double mult = (is_long ? -run->params[MULT] : run->params[MULT]) * (double)p;
    const struct smoothing how = smoothing_wilder(run, p);
    struct state *s = run->state;
    double stop[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const double *side = is_long ? low : high;
        const size_t skip = size_min(chunk_skip(at, p), n), m = n - skip;

        if (is_long)
            for (size_t i = 0; i < n; i++)
                stop[i] = minus_movement(high, low, at + i);
        else
            for (size_t i = 0; i < n; i++)
                stop[i] = plus_movement(high, low, at + i);
        smooth_chunk(&how, &s->noise, stop, stop, n); /* a mean: the sum is p times it */
        for (size_t i = skip; i < n; i++)
            stop[i] = side[at + i - 1] + mult * stop[i];
        const double *y = tail_append(&s->stops, s->mem + lookback, lookback, stop + skip, m);
        if (is_long)
            extreme_chunk_max(run, &s->extreme, s->mem, y, m, lookback, stop + skip);
        else
            extreme_chunk_min(run, &s->extreme, s->mem, y, m, lookback, stop + skip);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = stop[i];
    }
}

IND_INDICATOR(safezonestop) = {
    .name = "safezonestop",
    .title = "Elder SafeZone Stop",
    .family = "trend",
    .source = "Elder, Come Into My Trading Room, 2002; with Wilder's directional movement",
    .note = "The noise of a long position is Wilder's minus movement, of a short one his plus "
            "movement, and begins with the sum of the first period of them. The first outputs may "
            "be of fewer than max_lookback stops. The bar after a NaN has no movement, and its "
            "stop is NaN while it is in the window.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"period", "bars", 22, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mult", "ratio", 2.5, -1e6, 1e6},
               {"max_lookback", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"direction", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"long", "short", NULL}}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(safezonestop),
    .tolerance = 1e-12,
};
