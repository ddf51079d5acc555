/* SPDX-License-Identifier: Apache-2.0 */
/* The largest and smallest of the last p values, and what is made of just these two. */
#include "extrema.h"

struct state {
    struct extreme high, low;
    double mem[]; /* of high, low */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size((size_t)params[0]);
}

enum { HIGHEST = 1, LOWEST = 2, BOTH = 3 };

/* One indicator: N outputs made of `high` and `low`, those of the two that it NEEDS, the extremes
 * of the first input and of input LOWER. */
#define ROLLING_EXTREMES(NAME, TITLE, FAMILY, DEFAULT, INPUTS, LOWER, NEEDS, OUTPUTS, N, SOURCE,   \
                         NOTE, ...)                                                                \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
                                                                                                   \
        for (size_t t = p - 1; t < run->to; t++) {                                                 \
            const double high = window_max(run->in[0], t, p);                                      \
            const double low = window_min(run->in[LOWER], t, p);                                   \
            const double values[] = {__VA_ARGS__};                                                 \
            (void)high, (void)low;                                                                 \
            for (size_t i = 0; i < (N); i++)                                                       \
                run->out[i][t] = values[i];                                                        \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
        struct state *s = run->state;                                                              \
        double highs[CHUNK], lows[CHUNK];                                                          \
                                                                                                   \
        RUN_CHUNKS(run, 0, at, n)                                                                  \
        {                                                                                          \
            if ((NEEDS)&HIGHEST)                                                                   \
                extreme_chunk_max(run, &s->high, s->mem, run->in[0] + at, n, p, highs);            \
            if ((NEEDS)&LOWEST)                                                                    \
                extreme_chunk_min(run, &s->low, s->mem + p, run->in[LOWER] + at, n, p, lows);      \
            for (size_t o = 0; o < (N); o++)                                                       \
                for (size_t i = chunk_skip(at, p - 1); i < n; i++) {                               \
                    const double high = (NEEDS)&HIGHEST ? highs[i] : 0;                            \
                    const double low = (NEEDS)&LOWEST ? lows[i] : 0;                               \
                    const double values[] = {__VA_ARGS__};                                         \
                    (void)high, (void)low;                                                         \
                    run->out[o][at + i] = values[o];                                               \
                }                                                                                  \
        }                                                                                          \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = FAMILY,                                                                          \
        .source = SOURCE,                                                                          \
        .note = NOTE " NaN while a NaN bar is in the window.",                                     \
        .inputs = INPUTS,                                                                          \
        .params = {{"period", "bars", DEFAULT, 1, IND_PERIOD_MAX, IND_INTEGER}},                   \
        .outputs = OUTPUTS,                                                                        \
        .warmup = ind_period_less_1,                                                               \
        .history = ind_history_period,                                                             \
        .state_size = state_size,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = 1e-12,                                                                        \
    }

/* Initializers with commas, as one macro argument each. */
#define ITEMS(...) __VA_ARGS__
#define ONE        ITEMS({{"data", "close"}})
#define HIGH_LOW   ITEMS({{"high", "high"}, {"low", "low"}})
#define VALUES     ITEMS({"values"})
#define KAUFMAN    "Kaufman, Trading Systems and Methods, 2013"

ROLLING_EXTREMES(max, "Highest Value", "math operator", 30, ONE, 0, HIGHEST, VALUES, 1, KAUFMAN,
                 "The largest of the last period values.", high);
ROLLING_EXTREMES(min, "Lowest Value", "math operator", 30, ONE, 0, LOWEST, VALUES, 1, KAUFMAN,
                 "The smallest of the last period values.", low);
ROLLING_EXTREMES(rolling_minmax, "Lowest and Highest Value", "math operator", 30, ONE, 0, BOTH,
                 ITEMS({"min", "max"}), 2, KAUFMAN,
                 "The smallest and the largest of the last period values.", low, high);
ROLLING_EXTREMES(midpoint, "Midpoint Over Period", "moving average", 14, ONE, 0, BOTH, VALUES, 1,
                 KAUFMAN, "Mean of the largest and the smallest of the last period values.",
                 (high + low) / 2);
ROLLING_EXTREMES(midprice, "Midpoint Price Over Period", "moving average", 14, HIGH_LOW, 1, BOTH,
                 VALUES, 1, KAUFMAN,
                 "Mean of the highest high and the lowest low of the last period bars.",
                 (high + low) / 2);
ROLLING_EXTREMES(ichimoku_line, "Ichimoku Line", "trend", 9, HIGH_LOW, 1, BOTH, VALUES, 1,
                 "Elliott, Ichimoku Charts, 2007",
                 "Mean of the highest high and the lowest low of the last period bars.",
                 (high + low) / 2);
ROLLING_EXTREMES(donchian, "Donchian Channels", "bands/channel", 20, HIGH_LOW, 1, BOTH,
                 ITEMS({"upperband", "middleband", "lowerband"}), 3,
                 "Donchian, High Finance in Copper, Financial Analysts Journal, 1960",
                 "Highest high, lowest low and their mean over the last period bars.", high,
                 (high + low) / 2, low);
