/* SPDX-License-Identifier: Apache-2.0 */
/* Lines that add up, or multiply, bar after bar: nvi, pvi, vpt, wad. */
#include "smooth.h"

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

/* Both are worked out, so that a loop of these has no branch. */
static inline double where(bool yes, double value, double otherwise)
{
    return yes ? value : otherwise;
}

/* What Williams adds: a rise from the true low, a fall from the true high. */
static inline double true_move(double high, double low, double close, double before)
{
    const double rise = close - where(low < before, low, before);
    const double fall = close - where(high > before, high, before);

    return where(close > before, rise, where(close < before, fall, 0));
}

/* How a step goes into a line. */
enum way { PLUS, TIMES };

/* step[i] becomes the line after it. */
static inline void line_chunk(struct line *line, enum way way, double *step, size_t n)
{
    static const double nothing[CHUNK];

    line->y = way == PLUS ? running_sum_chunk(line->y, step, step, n)
                          : fade_chunk(line->y, step, nothing, step, n);
}

/* One line: START at bar 0, then one STEP a bar, by addition or multiplication; inputs are in[i],
 * the bar is t. */
#define PRICE_VOLUME_LINE(NAME, TITLE, INPUTS, PARAMS, FIRST, START, WAY, STEP, TOLERANCE, SOURCE, \
                          NOTE)                                                                    \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const double *const *in = run->in;                                                         \
        long double y = (START);                                                                   \
                                                                                                   \
        for (size_t t = 0; t < run->to; t++) {                                                     \
            if (t > 0)                                                                             \
                y = (WAY) == PLUS ? y + (STEP) : y * (STEP);                                       \
            if (t + 1 > (FIRST))                                                                   \
                run->out[0][t] = (double)y;                                                        \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const double *const *in = run->in;                                                         \
        struct line *line = run->state;                                                            \
        double y[CHUNK];                                                                           \
                                                                                                   \
        RUN_CHUNKS(run, 0, at, n)                                                                  \
        {                                                                                          \
            const size_t begin = at == 0;                                                          \
                                                                                                   \
            if (begin)                                                                             \
                y[0] = line->y = (START);                                                          \
            for (size_t i = begin; i < n; i++) {                                                   \
                const size_t t = at + i;                                                           \
                y[i] = (STEP);                                                                     \
            }                                                                                      \
            line_chunk(line, WAY, y + begin, n - begin);                                           \
            for (size_t i = chunk_skip(at, FIRST); i < n; i++)                                     \
                run->out[0][at + i] = y[i];                                                        \
        }                                                                                          \
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

PRICE_VOLUME_LINE(nvi, "Negative Volume Index", CLOSE_VOLUME, ITEMS({{0}}), 0, 1000, TIMES,
                  where(in[1][t] < in[1][t - 1], in[0][t] / in[0][t - 1], 1), 1e-11, FOSBACK,
                  "1000, then times close / close before on falling volume.");
PRICE_VOLUME_LINE(pvi, "Positive Volume Index", CLOSE_VOLUME,
                  ITEMS({{"initial_value", "points", 1000, -1e15, 1e15}}), 0, run->params[0], TIMES,
                  where(in[1][t] > in[1][t - 1], in[0][t] / in[0][t - 1], 1), 1e-11, FOSBACK,
                  "initial_value, then times close / close before on rising volume.");
PRICE_VOLUME_LINE(
    vpt, "Volume Price Trend", ITEMS({{"price", "close"}, {"volume", "volume"}}), ITEMS({{0}}), 2,
    0, PLUS, in[1][t] * ((in[0][t] - in[0][t - 1]) / in[0][t - 1]), 1e-10,
    "Achelis, Technical Analysis from A to Z, 2000",
    "Volume times the relative change of price, added up from the second bar and shown "
    "from the third.");
PRICE_VOLUME_LINE(wad, "Williams Accumulation/Distribution",
                  ITEMS({{"high", "high"}, {"low", "low"}, {"close", "close"}}), ITEMS({{0}}), 0, 0,
                  PLUS, true_move(in[0][t], in[1][t], in[2][t], in[2][t - 1]), 1e-10,
                  "Williams, The Secret of Selecting Stocks, 1986",
                  "Close less the lower of low and close before when it rises, less the higher of "
                  "high and close before when it falls, added up from 0.");
