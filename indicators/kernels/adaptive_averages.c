/* SPDX-License-Identifier: Apache-2.0 */
/* kama, ehlers_kama, maaq: averages that follow the price the faster the straighter it goes.
 *
 *   er = |x[t] - x[t-lag]| / sum of |x[i] - x[i-1]| over the last p steps
 *   out[t] = out[t-1] + (gain er + base)^2 (x[t] - out[t-1]) */
#include "efficiency.h"

static size_t state_size(const double *params)
{
    return sizeof(struct adaptive_state) + efficiency_size((size_t)params[0]);
}

static void adaptive_run(const struct ind_run *run, const struct adaptive *how)
{
    struct adaptive_state *s = run->state;

    RUN_CHUNKS(run, 0, at, n)
    {
        adaptive_chunk(how, s, (double *)(s + 1), run->in[0] + at, at, n, run->out[0] + at);
    }
}

/* One average, from NAME_design. */
#define ADAPTIVE_AVERAGE(NAME, TITLE, WARMUP, SOURCE, NOTE, ...)                                   \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const struct adaptive how = NAME##_design(run->params);                                    \
        adaptive_reference(run, &how);                                                             \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const struct adaptive how = NAME##_design(run->params);                                    \
        adaptive_run(run, &how);                                                                   \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "moving average",                                                                \
        .source = SOURCE,                                                                          \
        .note = NOTE " A window that has not moved has efficiency 0. A NaN or infinite bar makes " \
                     "all later values NaN.",                                                      \
        .inputs = {{"data", "close"}},                                                             \
        .params = {__VA_ARGS__},                                                                   \
        .outputs = {"values"},                                                                     \
        .warmup = WARMUP,                                                                          \
        .history = ind_history_period,                                                             \
        .state_size = state_size,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = 1e-12,                                                                        \
    }

static struct adaptive kama_design(const double *params)
{
    return adaptive_kama((size_t)params[0]);
}
ADAPTIVE_AVERAGE(kama, "Kaufman's Adaptive Moving Average", ind_period,
                 "Kaufman, Smarter Trading, 1995",
                 "Starts at bar period with the bar itself; alphas between those of 2 and 30 bars.",
                 {"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER});

static struct adaptive ehlers_kama_design(const double *params)
{
    const size_t p = (size_t)params[0];

    return (struct adaptive){p, p - 1, p - 2, p - 1, 0.6667, 0.0645};
}
ADAPTIVE_AVERAGE(ehlers_kama, "Ehlers' Kaufman Adaptive Moving Average", ind_period_less_1,
                 "Ehlers, Rocket Science for Traders, 2001",
                 "Starts from the bar before the first value. The way is that of the last period "
                 "steps, of one less at the first value; the distance that of period - 1.",
                 {"period", "bars", 20, 2, IND_PERIOD_MAX, IND_INTEGER});

static struct adaptive maaq_design(const double *params)
{
    const size_t p = (size_t)params[0];

    return (struct adaptive){p, p, p - 1, p - 1, 2 / (params[1] + 1), 2 / (params[2] + 1)};
}
ADAPTIVE_AVERAGE(maaq, "Moving Average Adaptive Q", ind_period_less_1,
                 "Kaufman, Smarter Trading, 1995; as TradingView community scripts vary it",
                 "The first value is the bar itself; the alpha of slow_period is added to the "
                 "efficiency times that of fast_period.",
                 {"period", "bars", 11, 1, IND_PERIOD_MAX, IND_INTEGER},
                 {"fast_period", "bars", 2, 1, IND_PERIOD_MAX, IND_INTEGER},
                 {"slow_period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER});
