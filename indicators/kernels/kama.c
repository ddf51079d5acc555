/* SPDX-License-Identifier: Apache-2.0 */
/* kama: Kaufman's adaptive moving average.
 *
 *   er = |x[t] - x[t-p]| / sum of |x[i] - x[i-1]| over the last p steps
 *   out[t] = out[t-1] + sc * (x[t] - out[t-1]),   sc = (er (2/3 - 2/31) + 2/31)^2
 *   out[p] = x[p] */
#include "tail.h"
#include "window_sum.h"

struct state {
    struct tail step;
    struct window_sum path;
    double y;
    double mem[]; /* of step */
};

static const double FAST = 2.0 / 3.0, SLOW = 2.0 / 31.0; /* alphas of 2 and 30 bars */

static size_t state_size(const double *params)
{
    return sizeof(struct state) + tail_size((size_t)params[0] + 1);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];
    long double y = 0;

    for (size_t t = p; t < run->to; t++) {
        long double path = 0;
        for (size_t i = 0; i < p; i++)
            path += fabsl((long double)x[t - i] - x[t - i - 1]);
        const long double er = path == 0 ? 0 : fabsl((long double)x[t] - x[t - p]) / path;
        const long double root = er * (2.0L / 3 - 2.0L / 31) + 2.0L / 31;
        y = t == p ? x[t] : y + root * root * (x[t] - y);
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(kama)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];
    struct state *s = run->state;

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const double *step = tail_push(&s->step, s->mem, p + 1, fabs(x[t] - x[t - 1]));
        const double path = window_sum_push(&s->path, step, p);
        if (t < p)
            continue;
        const double er = path == 0 ? 0 : fabs(x[t] - x[t - p]) / path;
        const double root = er * (FAST - SLOW) + SLOW;
        s->y = t == p ? x[t] : s->y + root * root * (x[t] - s->y);
        run->out[0][t] = s->y;
    }
}

IND_INDICATOR(kama) = {
    .name = "kama",
    .title = "Kaufman's Adaptive Moving Average",
    .family = "moving average",
    .source = "Kaufman, Smarter Trading, 1995",
    .note =
        "Starts at bar period with the bar itself; a window that has not moved has efficiency 0. "
        "A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(kama),
    .tolerance = 1e-12,
};
