/* SPDX-License-Identifier: Apache-2.0 */
/* Prices of one bar: out[t] depends on bar t alone. */
#include "kernel.h"

/* One price, from expressions of h, l, c, o, v: the double one that runs and the long double one
 * that defines it (equal but for the type of what they work on). COLUMNS is the number of inputs.
 */
#define BAR_PRICE(NAME, TITLE, COLUMNS, INPUTS, EXPRESSION, FAMILY, SOURCE, NOTE)                  \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        for (size_t t = run->from; t < run->to; t++) {                                             \
            long double x[COLUMNS];                                                                \
            for (size_t i = 0; i < COLUMNS; i++)                                                   \
                x[i] = run->in[i][t];                                                              \
            run->out[0][t] = (double)(EXPRESSION);                                                 \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        double *restrict out = run->out[0];                                                        \
        const double *in[COLUMNS];                                                                 \
        for (size_t i = 0; i < COLUMNS; i++)                                                       \
            in[i] = run->in[i];                                                                    \
        RUN_BARS (run, 0, t) {                                                                     \
            double x[COLUMNS];                                                                     \
            for (size_t i = 0; i < COLUMNS; i++)                                                   \
                x[i] = in[i][t];                                                                   \
            out[t] = (EXPRESSION);                                                                 \
        }                                                                                          \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = FAMILY,                                                                          \
        .source = SOURCE,                                                                          \
        .note = NOTE,                                                                              \
        .inputs = INPUTS,                                                                          \
        .outputs = {"values"},                                                                     \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = 1e-12,                                                                        \
    }

/* An initializer with commas, as one macro argument. */
#define COLUMNS_OF(...) __VA_ARGS__
#define OHLC            COLUMNS_OF({{"open", "open"}, {"high", "high"}, {"low", "low"}, {"close", "close"}})
#define HLC             COLUMNS_OF({{"high", "high"}, {"low", "low"}, {"close", "close"}})
#define HL              COLUMNS_OF({{"high", "high"}, {"low", "low"}})
#define HLV             COLUMNS_OF({{"high", "high"}, {"low", "low"}, {"volume", "volume"}})
#define MURPHY          "Murphy, Technical Analysis of the Financial Markets, 1999"

BAR_PRICE(avgprice, "Average Price", 4, OHLC, (x[0] + x[1] + x[2] + x[3]) / 4, "price transform",
          MURPHY, "(open + high + low + close) / 4.");
BAR_PRICE(medprice, "Median Price", 2, HL, (x[0] + x[1]) / 2, "price transform", MURPHY,
          "(high + low) / 2.");
BAR_PRICE(typprice, "Typical Price", 3, HLC, (x[0] + x[1] + x[2]) / 3, "price transform", MURPHY,
          "(high + low + close) / 3.");
BAR_PRICE(wclprice, "Weighted Close Price", 3, HLC, (x[0] + x[1] + 2 * x[2]) / 4, "price transform",
          MURPHY, "(high + low + 2 close) / 4.");
BAR_PRICE(bop, "Balance of Power", 4, OHLC, x[1] > x[2] ? (x[3] - x[0]) / (x[1] - x[2]) : 0,
          "momentum", "Livshin, Balance of Market Power, Stocks & Commodities, 2001",
          "(close - open) / (high - low); 0 where high is not above low.");
BAR_PRICE(marketefi, "Market Facilitation Index", 3, HLV, (x[0] - (x[2] == 0 ? x[0] : x[1])) / x[2],
          "volume", "Williams, Trading Chaos, 1995", "(high - low) / volume; NaN without volume.");
