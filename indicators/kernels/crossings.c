/* SPDX-License-Identifier: Apache-2.0 */
/* Where two series cross: 1 on the bar where it shows, 0 elsewhere. */
#include "kernel.h"

static inline int over(double a, double b, double a1, double b1) { return (a1 <= b1) & (a > b); }

static inline int any(double a, double b, double a1, double b1)
{
    return over(a, b, a1, b1) | ((a1 >= b1) & (a < b));
}

static size_t warmup_1(const double *params, size_t output)
{
    (void)params, (void)output;
    return 1;
}

/* The definition is one comparison a bar: the kernel is its reference, taken in plain order. */
#define CROSSING(NAME, TEST, TITLE, NOTE)                                                          \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const double *a = run->in[0], *b = run->in[1];                                             \
                                                                                                   \
        for (size_t t = run_start(run, 1); t < run->to; t++)                                       \
            run->out[0][t] = TEST(a[t], b[t], a[t - 1], b[t - 1]) ? 1 : 0;                         \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const double *restrict a = run->in[0], *restrict b = run->in[1];                           \
        double *restrict out = run->out[0];                                                        \
                                                                                                   \
        for (size_t t = run_start(run, 1); t < run->to; t++)                                       \
            out[t] = TEST(a[t], b[t], a[t - 1], b[t - 1]);                                         \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "math operator",                                                                 \
        .source = "Tulip Indicators, crossany and crossover",                                      \
        .note = NOTE " 0 next to a NaN.",                                                          \
        .inputs = {{"a", "close"}, {"b", "open"}},                                                 \
        .outputs = {"values"},                                                                     \
        .warmup = warmup_1,                                                                        \
        .history = ind_history_1,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
    }

CROSSING(crossover, over, "Crossing From Below", "1 where a comes to lie above b.");
CROSSING(crossany, any, "Crossing", "1 where a comes to lie on the other side of b.");
