/* SPDX-License-Identifier: Apache-2.0 */
/* A value against the one `period` bars before it. */
#include "kernel.h"

/* One comparison of now with then: the double expression that runs, on double or long double. */
#define BAR_CHANGE(NAME, TITLE, DEFAULT, EXPRESSION, NOTE)                                         \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
                                                                                                   \
        for (size_t t = run_start(run, p); t < run->to; t++) {                                     \
            const long double now = run->in[0][t], then = run->in[0][t - p];                       \
            (void)now;                                                                             \
            run->out[0][t] = (double)(EXPRESSION);                                                 \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
        const double *restrict in = run->in[0];                                                    \
        double *restrict out = run->out[0];                                                        \
                                                                                                   \
        RUN_BARS (run, p, t) {                                                                     \
            const double now = in[t], then = in[t - p];                                            \
            (void)now;                                                                             \
            out[t] = (EXPRESSION);                                                                 \
        }                                                                                          \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "momentum",                                                                      \
        .source = "Murphy, Technical Analysis of the Financial Markets, 1999",                     \
        .note = NOTE,                                                                              \
        .inputs = {{"data", "close"}},                                                             \
        .params = {{"period", "bars", DEFAULT, 1, IND_PERIOD_MAX, IND_INTEGER}},                   \
        .outputs = {"values"},                                                                     \
        .warmup = ind_period,                                                                      \
        .history = ind_history_period,                                                             \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = 1e-12,                                                                        \
    }

BAR_CHANGE(lag, "Lag", 1, then, "The value period bars ago.");
BAR_CHANGE(rocp, "Rate of Change, Fraction", 10, (now - then) / then,
           "Change over period bars as a fraction of the old value; infinite or NaN when that is "
           "0.");
BAR_CHANGE(rocr, "Rate of Change, Ratio", 10, then == 0 || then != then ? 0 : now / then,
           "The value over the one period bars ago; 0 when that is 0 or NaN.");
BAR_CHANGE(rocr100, "Rate of Change, Ratio in Percent", 10,
           then == 0 || then != then ? 0 : now / then * 100,
           "100 times the value over the one period bars ago; 0 when that is 0 or NaN.");
