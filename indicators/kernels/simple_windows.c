/* SPDX-License-Identifier: Apache-2.0 */
/* One sum over a window of something made of each bar, and a formula of that sum.
 *
 *   out[t] = FORMULA(sum of TERM(u) for t - p < u <= t) */
#include "made_sum.h"

/* TERM and FORMULA are expressions; x is the first input, y the second (where there is one), t the
 * bar of a term and FIRST the first bar that has one. `sum` and p, as a double, make the value. */
#define WINDOW_SUM(NAME, TITLE, FAMILY, INPUTS, SECOND, DEFAULT, FIRST, TERM, FORMULA, TOLERANCE,  \
                   SOURCE, NOTE)                                                                   \
    static size_t NAME##_first(const double *params, size_t output)                                \
    {                                                                                              \
        (void)output;                                                                              \
        return (size_t)params[0] - 1 + (FIRST);                                                    \
    }                                                                                              \
    static double NAME##_term(const double *x, const double *y, size_t t)                          \
    {                                                                                              \
        (void)y;                                                                                   \
        return (TERM);                                                                             \
    }                                                                                              \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const double *x = run->in[0], *y = run->in[SECOND];                                        \
        const long double p = run->params[0];                                                      \
                                                                                                   \
        (void)p;                                                                                   \
        for (size_t t = NAME##_first(run->params, 0); t < run->to; t++) {                          \
            long double sum = 0;                                                                   \
            for (size_t i = 0; i < run_int(run, 0); i++)                                           \
                sum += NAME##_term(x, y, t - i);                                                   \
            run->out[0][t] = (double)(FORMULA);                                                    \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const double *x = run->in[0], *y = run->in[SECOND], p = run->params[0];                    \
        const size_t n = run_int(run, 0);                                                          \
        struct made_sum *s = run->state;                                                           \
        double sums[CHUNK];                                                                        \
                                                                                                   \
        (void)p;                                                                                   \
        RUN_CHUNKS(run, FIRST, at, m)                                                              \
        {                                                                                          \
            for (size_t i = 0; i < m; i++)                                                         \
                sums[i] = NAME##_term(x, y, at + i);                                               \
            made_sum_chunk(s, (double *)(s + 1), n, sums, sums, m);                                \
            for (size_t i = chunk_skip(at, n - 1 + (FIRST)); i < m; i++) {                         \
                const double sum = sums[i];                                                        \
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
        .params = {{"period", "bars", DEFAULT, 1, IND_PERIOD_MAX, IND_INTEGER}},                   \
        .outputs = {"values"},                                                                     \
        .warmup = NAME##_first,                                                                    \
        .history = ind_history_period,                                                             \
        .state_size = sum_state,                                                                   \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = TOLERANCE,                                                                    \
    }

static size_t sum_state(const double *params)
{
    return sizeof(struct made_sum) + made_sum_size((size_t)params[0]);
}

/* An initializer with commas, as one macro argument. */
#define ITEMS(...) __VA_ARGS__
#define DATA       ITEMS({{"data", "close"}})
#define KAUFMAN    "Kaufman, Trading Systems and Methods, 2013"

WINDOW_SUM(sum, "Sum", "math operator", DATA, 0, 30, 0, x[t], sum, 1e-12, KAUFMAN,
           "Sum of the last period values.");
WINDOW_SUM(qstick, "Qstick", "momentum", ITEMS({{"open", "open"}, {"close", "close"}}), 1, 5, 0,
           y[t] - x[t], sum / p, 1e-10, "Chande and Kroll, The New Technical Trader, 1994",
           "Mean of close - open over period bars.");
