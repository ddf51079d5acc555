/* SPDX-License-Identifier: Apache-2.0 */
/* decay, edecay: what is left of the last peak. y[0] = x[0];
 *
 *   decay   y = max(x, y - 1 / p)
 *   edecay  y = max(x, y - y / p) */
#include "extrema.h"

struct state {
    double y;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

#define DECAY(NAME, TITLE, LEFT, QUICK, ABSOLUTE, NOTE)                                            \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const long double p = run->params[0];                                                      \
        long double y = 0;                                                                         \
                                                                                                   \
        for (size_t t = 0; t < run->to; t++) {                                                     \
            const long double x = run->in[0][t], left = (LEFT);                                    \
            y = t == 0 || x > left || isnan(x) || isnan(left) ? x + 0 * left * (t > 0) : left;     \
            run->out[0][t] = (double)y;                                                            \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const double p = run->params[0];                                                           \
        const double less = 1 / p, keep = 1 - less;                                                \
        struct state *s = run->state;                                                              \
        double y = s->y;                                                                           \
        (void)less, (void)keep;                                                                    \
                                                                                                   \
        for (size_t t = run->from; t < run->to; t++) {                                             \
            const double x = run->in[0][t];                                                        \
            y = t == 0 ? x : nan_max(QUICK, x);                                                    \
            run->out[0][t] = y;                                                                    \
        }                                                                                          \
        s->y = y;                                                                                  \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "math operator",                                                                 \
        .source = "Tulip Indicators, decay and edecay",                                            \
        .note = NOTE " A NaN bar makes all later values NaN.",                                     \
        .inputs = {{"data", "close"}},                                                             \
        .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},                         \
        .outputs = {"values"},                                                                     \
        .state_size = state_size,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = 1e-12,                                                                        \
        .absolute = ABSOLUTE,                                                                      \
    }

DECAY(decay, "Linear Decay", y - 1 / p, y - less, 1,
      "The greater of the value and the last less 1 / period.");
DECAY(edecay, "Exponential Decay", y - y / p, y *keep, 0,
      "The greater of the value and the last less 1 / period of it.");
