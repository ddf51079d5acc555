/* SPDX-License-Identifier: Apache-2.0 */
/* aroon, aroonosc: how long ago the extremes of the last length + 1 bars were.
 *
 *   up = 100 (length - bars since the highest high) / length;   down likewise of the lowest low
 *   aroonosc = up - down */
#include "index_queue.h"

struct state {
    struct index_queue high, low;
    size_t ring[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * index_queue_size((size_t)params[0] + 1);
}

static void define(const struct ind_run *run, int oscillator)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p; t < run->to; t++) {
        const size_t high = t - window_index(run->in[0], t, p + 1, 1);
        const size_t low = t - window_index(run->in[1], t, p + 1, -1);
        const long double up = 100 * (long double)(p - high) / (long double)p;
        const long double down = 100 * (long double)(p - low) / (long double)p;

        run->out[0][t] = (double)(oscillator ? up - down : up);
        if (!oscillator)
            run->out[1][t] = (double)down;
    }
}

static void aroon_reference(const struct ind_run *run) { define(run, 0); }
static void aroonosc_reference(const struct ind_run *run) { define(run, 1); }

static inline void aroon_run(const struct ind_run *run, int oscillator)
{
    const size_t p = run_int(run, 0);
    const double scale = 100.0 / (double)p;
    struct state *s = run->state;
    double high[CHUNK], low[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        double *out = run->out[0] + at, *down = oscillator ? NULL : run->out[1] + at;

        index_chunk(run, &s->high, s->ring, run->in[0], at, n, p + 1, false, high);
        index_chunk(run, &s->low, s->ring + p + 1, run->in[1], at, n, p + 1, true, low);
        for (size_t i = chunk_skip(at, p); i < n; i++)
            out[i] = scale * (oscillator ? low[i] - high[i] : (double)p - high[i]);
        for (size_t i = chunk_skip(at, p); i < n && !oscillator; i++)
            down[i] = scale * ((double)p - low[i]);
    }
}

static void IND_FN(aroon)(const struct ind_run *run) { aroon_run(run, 0); }
static void IND_FN(aroonosc)(const struct ind_run *run) { aroon_run(run, 1); }

#define AROON_SOURCE "Chande, The Time Price Oscillator, Stocks & Commodities, 1995"
#define AROON_NOTE                                                                                 \
    "Over the last length + 1 bars; of equal extremes the oldest counts. A NaN bar is none."

IND_INDICATOR(aroon) = {
    .name = "aroon",
    .title = "Aroon",
    .family = "trend",
    .source = AROON_SOURCE,
    .note = AROON_NOTE,
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"length", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"aroon_up", "aroon_down"},
    .warmup = ind_period,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = aroon_reference,
    .run = IND_FN(aroon),
    .tolerance = 1e-12,
};

IND_INDICATOR(aroonosc) = {
    .name = "aroonosc",
    .title = "Aroon Oscillator",
    .family = "trend",
    .source = AROON_SOURCE,
    .note = AROON_NOTE,
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"length", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = aroonosc_reference,
    .run = IND_FN(aroonosc),
    .tolerance = 1e-12,
};
