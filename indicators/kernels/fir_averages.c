/* SPDX-License-Identifier: Apache-2.0 */
/* Averages that differ in nothing but the weights of their window. */
#include "fir.h"

#define FIR_PI 3.14159265358979323846264338327950288L

/* Weight of value i of n, 0 the oldest, up to a common factor; p is the period. */
typedef long double fir_weight(size_t i, size_t n, const double *params);

static void fir_weights(double *weight, size_t n, const double *params, fir_weight *rule)
{
    for (size_t i = 0; i < n; i++)
        weight[i] = (double)rule(i, n, params);
    fir_normalise(weight, n);
}

/* The definition: a weighted mean of n values from bar `first` on. */
static void fir_define(const struct ind_run *run, size_t n, size_t first, fir_weight *rule)
{
    for (size_t t = run_start(run, first); t < run->to; t++) {
        long double sum = 0, total = 0;

        for (size_t i = 0; i < n; i++) {
            const long double w = rule(i, n, run->params);
            sum += w * run->in[0][t + 1 - n + i];
            total += w;
        }
        run->out[0][t] = (double)(sum / total);
    }
}

/* One average, of period - SHORTER values, first known LATER bars after bar period - 1. */
#define FIR_AVERAGE(NAME, TITLE, DEFAULT, SHORTER, LATER, TOLERANCE, SOURCE, NOTE, ...)            \
    static size_t NAME##_first(const double *params, size_t output)                                \
    {                                                                                              \
        (void)output;                                                                              \
        return (size_t)params[0] - 1 + (LATER);                                                    \
    }                                                                                              \
    static size_t NAME##_state(const double *params)                                               \
    {                                                                                              \
        return ((size_t)params[0] - (SHORTER)) * sizeof(double);                                   \
    }                                                                                              \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        fir_define(run, run_int(run, 0) - (SHORTER), NAME##_first(run->params, 0), NAME##_weight); \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const size_t n = run_int(run, 0) - (SHORTER);                                              \
                                                                                                   \
        if (run->from == 0)                                                                        \
            fir_weights(run->state, n, run->params, NAME##_weight);                                \
        fir(run->in[0], run->state, n, run->out[0], run_start(run, NAME##_first(run->params, 0)),  \
            run->to);                                                                              \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "moving average",                                                                \
        .source = SOURCE,                                                                          \
        .note = NOTE " A NaN or infinite bar shows while it is in the window.",                    \
        .inputs = {{"data", "close"}},                                                             \
        .params = {{"period", "bars", DEFAULT, (SHORTER) + 1, IND_PERIOD_MAX, IND_INTEGER},        \
                   __VA_ARGS__},                                                                   \
        .outputs = {"values"},                                                                     \
        .warmup = NAME##_first,                                                                    \
        .history = ind_history_period,                                                             \
        .state_size = NAME##_state,                                                                \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = TOLERANCE,                                                                    \
        .isa_tolerance = TOLERANCE,                                                                \
    }

#define COMMUNITY "TradingView community scripts, 2018"

static long double cwma_weight(size_t i, size_t n, const double *params)
{
    (void)n, (void)params;
    return powl((long double)(i + 2), 3);
}
FIR_AVERAGE(cwma, "Cubed Weighted Moving Average", 14, 1, 0, 1e-12, COMMUNITY,
            "The newest period - 1 bars; the weight of the one k bars ago is (period - k)^3.", {0});

static long double sqwma_weight(size_t i, size_t n, const double *params)
{
    (void)n, (void)params;
    return powl((long double)(i + 2), 2);
}
FIR_AVERAGE(sqwma, "Square Weighted Moving Average", 14, 1, 2, 1e-12, COMMUNITY,
            "The newest period - 1 bars; the weight of the one k bars ago is (period - k)^2.", {0});

static long double srwma_weight(size_t i, size_t n, const double *params)
{
    (void)n, (void)params;
    return sqrtl((long double)(i + 2));
}
FIR_AVERAGE(srwma, "Square Root Weighted Moving Average", 14, 1, 2, 1e-12, COMMUNITY,
            "The newest period - 1 bars; the weight of the one k bars ago is sqrt(period - k).",
            {0});

static long double ehma_weight(size_t i, size_t n, const double *params)
{
    (void)params;
    return 1 - cosl(2 * FIR_PI * (long double)(i + 1) / (long double)(n + 1));
}
FIR_AVERAGE(ehma, "Ehlers Hann Moving Average", 14, 0, 0, 1e-12,
            "Ehlers, Windowing, Stocks & Commodities, 2021",
            "Hann window: weights 1 - cos(2 pi i / (period + 1)).", {0});

static long double fwma_weight(size_t i, size_t n, const double *params)
{
    const long double phi = (1 + sqrtl(5)) / 2, psi = 1 - phi;
    const long double rank = (long double)(i + 1);

    (void)params;
    /* Binet's formula over phi^n, which keeps any period in range */
    return powl(phi, rank - (long double)n) * (1 - powl(psi / phi, rank));
}
FIR_AVERAGE(fwma, "Fibonacci Weighted Moving Average", 5, 0, 0, 1e-12, COMMUNITY,
            "Weights 1, 1, 2, 3, 5 ... , the newest the largest.", {0});

static long double pwma_weight(size_t i, size_t n, const double *params)
{
    int sign;
    const long double m = (long double)n, k = (long double)i;

    (void)params;
    /* C(n - 1, i) over 2^(n - 1), which keeps any period in range */
    return expl(lgammal_r(m, &sign) - lgammal_r(k + 1, &sign) - lgammal_r(m - k, &sign) -
                (m - 1) * logl(2));
}
FIR_AVERAGE(pwma, "Pascal Weighted Moving Average", 5, 0, 0, 1e-12, COMMUNITY,
            "Weights are the row of Pascal's triangle with period numbers.", {0});

static long double sinwma_weight(size_t i, size_t n, const double *params)
{
    (void)params;
    return sinl((long double)(i + 1) * FIR_PI / (long double)(n + 1));
}
FIR_AVERAGE(sinwma, "Sine Weighted Moving Average", 14, 0, 0, 1e-12, COMMUNITY,
            "Weights sin(i pi / (period + 1)).", {0});

static long double swma_weight(size_t i, size_t n, const double *params)
{
    (void)params;
    return (long double)size_min(i + 1, n - i);
}
FIR_AVERAGE(swma, "Symmetric Weighted Moving Average", 5, 0, 0, 1e-12, COMMUNITY,
            "Weights rise to the middle and fall again: 1, 2, 3, 2, 1.", {0});
