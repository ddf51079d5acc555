/* SPDX-License-Identifier: Apache-2.0 */
/* decay, edecay: what is left of the last peak. y[0] = x[0];
 *
 *   decay   y = max(x, y - 1 / p)
 *   edecay  y = max(x, y - y / p) */
#include "extrema.h"
#include "group.h"

struct state {
    double y;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

/* What a bar leaves of a peak: y * keep, where less is 0; y - less, where keep is 1. */
struct falling {
    double keep, less;
};

/* y[i] = max(x[i], what is left of y[i - 1]), with `before` in front of the first. Peaks of the
 * last 2, 4 and 8 bars first, which wait for none; each bar then waits for the one 8 before it.
 * Gives the last. */
static inline double fall_chunk(const struct falling *how, double before, const double *x,
                                double *restrict y, size_t n)
{
    enum { BLOCK = 8 };
    const double keep = how->keep, less = how->less, keep2 = keep * keep, keep4 = keep2 * keep2;
    const double less2 = 2 * less, less4 = 4 * less, keep8 = keep4 * keep4, less8 = 8 * less;
    double a[CHUNK], b[CHUNK];

    /* a NaN is no peak and ends all; of infinities nothing may be left */
    if (n < 2 * BLOCK || keep == 0 || !all_finite(x, n) || !isfinite(before)) {
        for (size_t i = 0; i < n; i++)
            y[i] = before = nan_max(before * keep - less, x[i]);
        return before;
    }
    a[0] = pick(x[0], before * keep - less, false);
    for (size_t i = 1; i < n; i++)
        a[i] = pick(x[i], x[i - 1] * keep - less, false);
    a[1] = pick(x[1], a[0] * keep - less, false);
    for (size_t i = 0; i < 2; i++)
        b[i] = a[i];
    for (size_t i = 2; i < n; i++)
        b[i] = pick(a[i], a[i - 2] * keep2 - less2, false);
    for (size_t i = 0; i < 4; i++)
        y[i] = b[i];
    for (size_t i = 4; i < n; i++)
        y[i] = pick(b[i], b[i - 4] * keep4 - less4, false);
    for (size_t i = BLOCK; i < n; i++)
        y[i] = pick(y[i], y[i - BLOCK] * keep8 - less8, false);
    return y[n - 1];
}

#define DECAY(NAME, TITLE, LEFT, KEEP, LESS, ABSOLUTE, NOTE)                                       \
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
        struct state *s = run->state;                                                              \
        const struct falling how = {KEEP, LESS};                                                   \
                                                                                                   \
        RUN_CHUNKS(run, 0, at, n)                                                                  \
        {                                                                                          \
            const double *x = run->in[0] + at;                                                     \
            if (at == 0)                                                                           \
                s->y = x[0];                                                                       \
            s->y = fall_chunk(&how, s->y, x, run->out[0] + at, n);                                 \
        }                                                                                          \
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

DECAY(decay, "Linear Decay", y - 1 / p, 1, 1 / p, 1,
      "The greater of the value and the last less 1 / period.");
DECAY(edecay, "Exponential Decay", y - y / p, 1 - 1 / p, 0, 0,
      "The greater of the value and the last less 1 / period of it.");
