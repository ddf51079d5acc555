/* SPDX-License-Identifier: Apache-2.0 */
/* Functions of one value, bar by bar: out[t] = f(x[t]). */
#include "elementary.h"

#define VEC_PI   3.14159265358979323846
#define VEC_PI_L 3.14159265358979323846264338327950288L

/* One function, vec_NAME: the double expression that runs and the long double one that defines it.
 */
#define VEC_FUNCTION(NAME, TITLE, EXPRESSION, DEFINITION, NOTE, ABSOLUTE)                          \
    static void vec_##NAME##_reference(const struct ind_run *run)                                  \
    {                                                                                              \
        for (size_t t = run->from; t < run->to; t++) {                                             \
            const long double x = run->in[0][t];                                                   \
            run->out[0][t] = (double)(DEFINITION);                                                 \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(vec_##NAME)(const struct ind_run *run)                                      \
    {                                                                                              \
        const double *restrict in = run->in[0];                                                    \
        double *restrict out = run->out[0];                                                        \
                                                                                                   \
        for (size_t t = run->from; t < run->to; t++) {                                             \
            const double x = in[t];                                                                \
            out[t] = (EXPRESSION);                                                                 \
        }                                                                                          \
    }                                                                                              \
    IND_INDICATOR(vec_##NAME) = {                                                                  \
        .name = "vec_" #NAME,                                                                      \
        .title = TITLE,                                                                            \
        .family = "math transform",                                                                \
        .source = "ISO/IEC 9899, <math.h>",                                                        \
        .note = NOTE,                                                                              \
        .inputs = {{"data", "close"}},                                                             \
        .outputs = {"values"},                                                                     \
        .reference = vec_##NAME##_reference,                                                       \
        .run = IND_FN(vec_##NAME),                                                                 \
        .tolerance = 1e-14,                                                                        \
        .absolute = ABSOLUTE,                                                                      \
    }

VEC_FUNCTION(abs, "Absolute Value", fabs(x), fabsl(x), "|x|.", 0);
VEC_FUNCTION(acos, "Arc Cosine", acos(x), acosl(x), "Radians; NaN outside -1 .. 1.", 1);
VEC_FUNCTION(asin, "Arc Sine", asin(x), asinl(x), "Radians; NaN outside -1 .. 1.", 1);
VEC_FUNCTION(atan, "Arc Tangent", atan_of(x, 1), atanl(x), "Radians.", 1);
VEC_FUNCTION(ceil, "Round Up", ceil(x), ceill(x), "The least whole number not below x.", 1);
VEC_FUNCTION(cos, "Cosine", cos(x), cosl(x), "Of radians.", 1);
VEC_FUNCTION(cosh, "Hyperbolic Cosine", cosh(x), coshl(x), "Infinite where it overflows.", 1);
VEC_FUNCTION(exp, "Exponential", exp(x), expl(x), "Infinite where it overflows.", 1);
VEC_FUNCTION(floor, "Round Down", floor(x), floorl(x), "The greatest whole number not above x.", 1);
VEC_FUNCTION(ln, "Natural Logarithm", log_of(x), logl(x), "Minus infinity at 0, NaN below.", 1);
VEC_FUNCTION(log10, "Base-10 Logarithm", log10(x), log10l(x), "Minus infinity at 0, NaN below.", 1);
VEC_FUNCTION(round, "Round Half Up", floor(x + 0.5), floorl(x + 0.5L),
             "floor(x + 0.5): halves go up, also below 0.", 1);
VEC_FUNCTION(sin, "Sine", sin(x), sinl(x), "Of radians.", 1);
VEC_FUNCTION(sinh, "Hyperbolic Sine", sinh(x), sinhl(x), "Infinite where it overflows.", 1);
VEC_FUNCTION(sqrt, "Square Root", sqrt(x), sqrtl(x), "NaN below 0.", 0);
VEC_FUNCTION(tan, "Tangent", tan(x), tanl(x), "Of radians.", 1);
VEC_FUNCTION(tanh, "Hyperbolic Tangent", tanh(x), tanhl(x), "Between -1 and 1.", 1);
VEC_FUNCTION(todeg, "Radians to Degrees", x *(180.0 / VEC_PI), x * 180.0L / VEC_PI_L,
             "x * 180 / pi.", 0);
VEC_FUNCTION(torad, "Degrees to Radians", x *(VEC_PI / 180.0), x *VEC_PI_L / 180.0L,
             "x * pi / 180.", 0);
VEC_FUNCTION(trunc, "Drop the Fraction", trunc(x), truncl(x), "Towards 0.", 1);
