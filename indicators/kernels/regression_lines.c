/* SPDX-License-Identifier: Apache-2.0 */
/* What the least-squares line through the last p bars says, beside its end (linreg). */
#include "elementary.h"
#include "window_sum.h"

static size_t line_state(const double *params)
{
    (void)params;
    return sizeof(struct window_line);
}

/* Mean at mid-window, and slope. */
static long double line_slope(const double *x, size_t t, size_t p, long double *ret_mean)
{
    const long double n = (long double)p, mid = (n - 1) / 2;
    long double mean = 0, xy = 0, square = 0;

    for (size_t i = 0; i < p; i++)
        mean += x[t - i] / n;
    for (size_t i = 0; i < p; i++) {
        const long double d = mid - (long double)i;
        xy += d * (x[t - i] - mean);
        square += d * d;
    }
    *ret_mean = mean;
    return p < 2 ? 0 * mean : xy / square;
}

#define LINE_RADIAN (180 / 3.14159265358979323846)

/* One figure: DEFINITION from slope, mean and n, VALUE from the same two in double. */
#define REGRESSION_LINE(NAME, TITLE, DEFINITION, VALUE, TOLERANCE, NOTE, ABSOLUTE)                 \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
        const long double n = (long double)p;                                                      \
                                                                                                   \
        for (size_t t = run_start(run, p - 1); t < run->to; t++) {                                 \
            long double mean;                                                                      \
            const long double slope = line_slope(run->in[0], t, p, &mean);                         \
            (void)n;                                                                               \
            run->out[0][t] = (double)(DEFINITION);                                                 \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
        double means[CHUNK], slopes[CHUNK];                                                        \
                                                                                                   \
        RUN_CHUNKS(run, 0, at, m)                                                                  \
        {                                                                                          \
            window_line_chunk(run->state, run->in[0] + at, m, p, means, slopes);                   \
            for (size_t i = chunk_skip(at, p - 1); i < m; i++) {                                   \
                const double mean = means[i], slope = slopes[i];                                   \
                (void)mean;                                                                        \
                run->out[0][at + i] = (VALUE);                                                     \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "statistics",                                                                    \
        .source = "Kaufman, Trading Systems and Methods, 2013",                                    \
        .note = NOTE " A NaN or infinite bar shows while it is in the window.",                    \
        .inputs = {{"data", "close"}},                                                             \
        .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},                        \
        .outputs = {"values"},                                                                     \
        .warmup = ind_period_less_1,                                                               \
        .history = ind_history_period,                                                             \
        .state_size = line_state,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = TOLERANCE,                                                                    \
        .absolute = ABSOLUTE,                                                                      \
    }

REGRESSION_LINE(linearreg_slope, "Linear Regression Slope", slope, slope, 1e-9,
                "Slope a bar of the least-squares line through the last period bars.", 0);
REGRESSION_LINE(linearreg_angle, "Linear Regression Angle", atanl(slope) * LINE_RADIAN,
                atan_of(slope, 1) * LINE_RADIAN, 1e-9,
                "Arc tangent of the slope a bar, in degrees.", 1);
REGRESSION_LINE(linearreg_intercept, "Linear Regression Intercept", mean - slope * (n - 1) / 2,
                line_at(mean, slope, p, 1 - (double)p), 1e-12,
                "The least-squares line through the last period bars, at the oldest.", 0);
REGRESSION_LINE(tsf, "Time Series Forecast", mean + slope * (n + 1) / 2, line_at(mean, slope, p, 1),
                1e-12, "The least-squares line through the last period bars, one bar ahead.", 0);
