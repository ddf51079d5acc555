/* SPDX-License-Identifier: Apache-2.0 */
/* Two sums over a window of things made of each bar, and a formula of the two.
 *
 *   out[t] = FORMULA(sum of A(u), sum of B(u)) for t - p < u <= t */
#include "made_sum.h"

/* The terms A and B of a bar t, from its inputs in[i][t]; FIRST is the first bar that has them. */
#define WINDOW_PAIR(NAME, TITLE, FAMILY, INPUTS, PARAM, FIRST, A, B, FORMULA, TOLERANCE, SOURCE,   \
                    NOTE)                                                                          \
    static size_t NAME##_first(const double *params, size_t output)                                \
    {                                                                                              \
        (void)output;                                                                              \
        return (size_t)params[0] - 1 + (FIRST);                                                    \
    }                                                                                              \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const double *const *in = run->in;                                                         \
                                                                                                   \
        for (size_t last = NAME##_first(run->params, 0); last < run->to; last++) {                 \
            long double a = 0, b = 0;                                                              \
            for (size_t t = last + 1 - run_int(run, 0); t <= last; t++) {                          \
                a += (A);                                                                          \
                b += (B);                                                                          \
            }                                                                                      \
            run->out[0][last] = (double)(FORMULA);                                                 \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const double *const *in = run->in;                                                         \
        const size_t n = run_int(run, 0);                                                          \
        struct pair *s = run->state;                                                               \
        double as[CHUNK], bs[CHUNK];                                                               \
                                                                                                   \
        RUN_CHUNKS(run, FIRST, at, m)                                                              \
        {                                                                                          \
            for (size_t i = 0; i < m; i++) {                                                       \
                const size_t t = at + i;                                                           \
                as[i] = (A);                                                                       \
                bs[i] = (B);                                                                       \
            }                                                                                      \
            made_sum_chunk(&s->a, s->mem, n, as, as, m);                                           \
            made_sum_chunk(&s->b, s->mem + made_sum_doubles(n), n, bs, bs, m);                     \
            for (size_t i = chunk_skip(at, n - 1 + (FIRST)); i < m; i++) {                         \
                const double a = as[i], b = bs[i];                                                 \
                run->out[0][at + i] = (FORMULA);                                                   \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = FAMILY,                                                                          \
        .source = SOURCE,                                                                          \
        .note = NOTE " A NaN or infinite bar shows while it is in the window.",                    \
        .inputs = INPUTS,                                                                          \
        .params = PARAM,                                                                           \
        .outputs = {"values"},                                                                     \
        .warmup = NAME##_first,                                                                    \
        .history = ind_history_1,                                                                  \
        .state_size = pair_state,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = TOLERANCE,                                                                    \
    }

struct pair {
    struct made_sum a, b;
    double mem[]; /* of a, b */
};

static size_t pair_state(const double *params)
{
    return sizeof(struct pair) + 2 * made_sum_size((size_t)params[0]);
}

#define ITEMS(...)      __VA_ARGS__
#define PERIOD(DEFAULT) ITEMS({{"period", "bars", DEFAULT, 1, IND_PERIOD_MAX, IND_INTEGER}})
#define HLCV            ITEMS({{"high", "high"}, {"low", "low"}, {"close", "close"}, {"volume", "volume"}})

WINDOW_PAIR(imi, "Intraday Momentum Index", "momentum",
            ITEMS({{"open", "open"}, {"close", "close"}}), PERIOD(14), 0,
            in[1][t] > in[0][t] ? in[1][t] - in[0][t] : 0 * in[1][t] * in[0][t],
            fabs(in[1][t] - in[0][t]), b == 0 ? 0 : 100 * a / b, 1e-11,
            "Chande and Kroll, The New Technical Trader, 1994",
            "100 times the sum of close - open where that is up, over the sum of its size; 0 when "
            "no bar has moved.");
WINDOW_PAIR(cmf, "Chaikin Money Flow", "volume", HLCV, PERIOD(20), 0,
            in[0][t] == in[1][t]
                ? 0 * in[2][t]
                : (2 * in[2][t] - in[0][t] - in[1][t]) / (in[0][t] - in[1][t]) * in[3][t],
            in[3][t], a / b, 1e-9, "Achelis, Technical Analysis from A to Z, 2000",
            "Sum of money flow volume over sum of volume; a bar whose high equals its low adds no "
            "flow. NaN where a window has no volume.");
