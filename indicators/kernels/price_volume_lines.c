/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that add up, or multiply, bar after bar: nvi, pvi, vpt, wad. */
#include "kernel.h"

struct line {
    double y;
};

static size_t line_state(const double *params)
{
    (void)params;
    return sizeof(struct line);
}

static size_t warmup_2(const double *params, size_t output)
{
    (void)params, (void)output;
    return 2;
}

/* One line: it is START at bar 0 and STEP of y and bar t after; inputs are in[i]. */
#define PRICE_VOLUME_LINE(NAME, TITLE, INPUTS, PARAMS, FIRST, START, STEP, TOLERANCE, SOURCE,      \
                          NOTE)                                                                    \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const double *const *in = run->in;                                                         \
        long double y = (START);                                                                   \
                                                                                                   \
        for (size_t t = 0; t < run->to; t++) {                                                     \
            if (t > 0)                                                                             \
                y = (STEP);                                                                        \
            if (t + 1 > (FIRST))                                                                   \
                run->out[0][t] = (double)y;                                                        \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const double *const *in = run->in;                                                         \
        double y = run->from == 0 ? (START) : ((struct line *)run->state)->y;                      \
                                                                                                   \
        for (size_t t = run->from; t < run->to; t++) {                                             \
            if (t > 0)                                                                             \
                y = (STEP);                                                                        \
            if (t + 1 > (FIRST))                                                                   \
                run->out[0][t] = y;                                                                \
        }                                                                                          \
        ((struct line *)run->state)->y = y;                                                        \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "volume",                                                                        \
        .source = SOURCE,                                                                          \
        .note = NOTE " A NaN or infinite bar makes all later values NaN, where it is read.",       \
        .inputs = INPUTS,                                                                          \
        .params = PARAMS,                                                                          \
        .outputs = {"values"},                                                                     \
        .warmup = FIRST ? warmup_2 : NULL,                                                         \
        .history = ind_history_1,                                                                  \
        .state_size = line_state,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = TOLERANCE,                                                                    \
    }

#define ITEMS(...)   __VA_ARGS__
#define CLOSE_VOLUME ITEMS({{"close", "close"}, {"volume", "volume"}})
#define FOSBACK      "Fosback, Stock Market Logic, 1976"

PRICE_VOLUME_LINE(nvi, "Negative Volume Index", CLOSE_VOLUME, ITEMS({{0}}), 0, 1000,
                  in[1][t] < in[1][t - 1] ? y + (in[0][t] - in[0][t - 1]) / in[0][t - 1] * y : y,
                  1e-11, FOSBACK, "1000, then times close / close before on falling volume.");
PRICE_VOLUME_LINE(pvi, "Positive Volume Index", CLOSE_VOLUME,
                  ITEMS({{"initial_value", "points", 1000, -1e15, 1e15}}), 0, run->params[0],
                  in[1][t] > in[1][t - 1] ? y + (in[0][t] - in[0][t - 1]) / in[0][t - 1] * y : y,
                  1e-11, FOSBACK,
                  "initial_value, then times close / close before on rising volume.");
PRICE_VOLUME_LINE(
    vpt, "Volume Price Trend", ITEMS({{"price", "close"}, {"volume", "volume"}}), ITEMS({{0}}), 2,
    0, y + in[1][t] * ((in[0][t] - in[0][t - 1]) / in[0][t - 1]), 1e-10,
    "Achelis, Technical Analysis from A to Z, 2000",
    "Volume times the relative change of price, added up from the second bar and shown "
    "from the third.");
PRICE_VOLUME_LINE(wad, "Williams Accumulation/Distribution",
                  ITEMS({{"high", "high"}, {"low", "low"}, {"close", "close"}}), ITEMS({{0}}), 0, 0,
                  y + (in[2][t] > in[2][t - 1]
                           ? in[2][t] - (in[1][t] < in[2][t - 1] ? in[1][t] : in[2][t - 1])
                       : in[2][t] < in[2][t - 1]
                           ? in[2][t] - (in[0][t] > in[2][t - 1] ? in[0][t] : in[2][t - 1])
                           : 0),
                  1e-10, "Williams, The Secret of Selecting Stocks, 1986",
                  "Close less the lower of low and close before when it rises, less the higher of "
                  "high and close before when it falls, added up from 0.");
