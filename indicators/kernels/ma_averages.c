/* SPDX-License-Identifier: Apache-2.0 */
/* Averages that other indicators offer as their average: the same steps, on their own. */
#include "moving_average.h"

static size_t ma_state(const double *params)
{
    return sizeof(struct ma) + ma_size((size_t)params[0]);
}

static void ma_define(const struct ind_run *run, enum ma_kind kind)
{
    for (size_t t = 0; t < run->to; t++)
        run->out[0][t] = run->in[0][t];
    ma_reference(run->out[0], 0, run->to, kind, run_int(run, 0));
}

static inline __attribute__((always_inline)) void ma_run(const struct ind_run *run,
                                                         enum ma_kind kind)
{
    const size_t p = run_int(run, 0), first = ma_warmup(kind, p);
    const struct averaging how = averaging_make(run, kind, p);
    struct ma *ma = run->state;
    double y[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        ma_chunk(&how, ma, (double *)(ma + 1), run->in[0] + at, y, n);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = y[i];
    }
}

#define MA_AVERAGE(NAME, KIND, DEFAULT, TITLE, SOURCE, NOTE)                                       \
    static size_t NAME##_first(const double *params, size_t output)                                \
    {                                                                                              \
        (void)output;                                                                              \
        return ma_warmup(KIND, (size_t)params[0]);                                                 \
    }                                                                                              \
    static void NAME##_reference(const struct ind_run *run) { ma_define(run, KIND); }              \
    static void IND_FN(NAME)(const struct ind_run *run) { ma_run(run, KIND); }                     \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "moving average",                                                                \
        .source = SOURCE,                                                                          \
        .note = NOTE,                                                                              \
        .inputs = {{"data", "close"}},                                                             \
        .params = {{"period", "bars", DEFAULT, 1, IND_PERIOD_MAX, IND_INTEGER}},                   \
        .outputs = {"values"},                                                                     \
        .warmup = NAME##_first,                                                                    \
        .state_size = ma_state,                                                                    \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = 1e-11,                                                                        \
    }

#define STAYS  " A NaN or infinite bar makes all later values NaN."
#define LEAVES " A NaN or infinite bar shows while it is in a window."

MA_AVERAGE(
    dema, MA_DEMA, 30, "Double Exponential Moving Average",
    "Mulloy, Smoothing Data with Faster Moving Averages, Stocks & Commodities, 1994",
    "2 e1 - e2, e1 the exponential average seeded with the first value, e2 that of e1." STAYS);
MA_AVERAGE(
    tema, MA_TEMA, 9, "Triple Exponential Moving Average",
    "Mulloy, Smoothing Data with Faster Moving Averages, Stocks & Commodities, 1994",
    "3 e1 - 3 e2 + e3, each seeded with the first value of the one before that counts." STAYS);
MA_AVERAGE(hma, MA_HMA, 5, "Hull Moving Average", "Hull, www.alanhull.com, 2005",
           "Linearly weighted average over floor(sqrt(period)) of twice that over period / 2 less "
           "that over period." LEAVES);
MA_AVERAGE(trima, MA_TRIMA, 30, "Triangular Moving Average",
           "Murphy, Technical Analysis of the Financial Markets, 1999",
           "Mean over period - n + 1 of the mean over n = floor((period + 1) / 2)." LEAVES);
MA_AVERAGE(smma, MA_SMMA, 7, "Smoothed Moving Average",
           "Wilder, New Concepts in Technical Trading Systems, 1978",
           "Mean of the first period values, then y + (x - y) / period." STAYS);
MA_AVERAGE(wilders, MA_SMMA, 5, "Wilder's Smoothing",
           "Wilder, New Concepts in Technical Trading Systems, 1978",
           "Mean of the first period values, then y + (x - y) / period." STAYS);
