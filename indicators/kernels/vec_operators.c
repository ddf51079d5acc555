/* SPDX-License-Identifier: Apache-2.0 */
/* Operators on two series, bar by bar: out[t] = a[t] op b[t]. */
#include "kernel.h"

#define VEC_OPERATOR(NAME, TITLE, EXPRESSION, NOTE)                                                \
    static void vec_##NAME##_reference(const struct ind_run *run)                                  \
    {                                                                                              \
        for (size_t t = run->from; t < run->to; t++) {                                             \
            const long double x = run->in[0][t], y = run->in[1][t];                                \
            run->out[0][t] = (double)(EXPRESSION);                                                 \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(vec_##NAME)(const struct ind_run *run)                                      \
    {                                                                                              \
        const double *restrict a = run->in[0], *restrict b = run->in[1];                           \
        double *restrict out = run->out[0];                                                        \
                                                                                                   \
        RUN_BARS (run, 0, t) {                                                                     \
            const double x = a[t], y = b[t];                                                       \
            out[t] = (EXPRESSION);                                                                 \
        }                                                                                          \
    }                                                                                              \
    IND_INDICATOR(vec_##NAME) = {                                                                  \
        .name = "vec_" #NAME,                                                                      \
        .title = TITLE,                                                                            \
        .family = "math operator",                                                                 \
        .source = "ISO/IEC 9899, arithmetic",                                                      \
        .note = NOTE,                                                                              \
        .inputs = {{"a", "high"}, {"b", "low"}},                                                   \
        .outputs = {"values"},                                                                     \
        .reference = vec_##NAME##_reference,                                                       \
        .run = IND_FN(vec_##NAME),                                                                 \
        .tolerance = 1e-14,                                                                        \
    }

VEC_OPERATOR(add, "Sum of Two Series", x + y, "a + b.");
VEC_OPERATOR(sub, "Difference of Two Series", x - y, "a - b.");
VEC_OPERATOR(mul, "Product of Two Series", x *y, "a * b.");
VEC_OPERATOR(div, "Quotient of Two Series", x / y, "a / b; infinite or NaN where b is 0.");
