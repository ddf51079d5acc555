/* SPDX-License-Identifier: Apache-2.0 */
/* kama: Kaufman's adaptive moving average.
 *
 *   er = |x[t] - x[t-p]| / sum of |x[i] - x[i-1]| over the last p steps
 *   out[t] = out[t-1] + sc * (x[t] - out[t-1]),   sc = (er (2/3 - 2/31) + 2/31)^2
 *   out[p] = x[p] */
#include "smooth.h"
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
    return sizeof(struct state) + series_size((size_t)params[0]);
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
    struct state *s = run->state;
    double path[CHUNK], add[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const double *x = run->in[0] + at;
        size_t i = chunk_skip(at, p);

        for (size_t k = 0; k < n; k++)
            path[k] = fabs(x[k] - *(x + k - 1));
        window_sum_chunk(&s->path, tail_append(&s->step, s->mem, p, path, n), n, p, path);
        if (i < n && at + i == p) /* the first value is the bar itself */
            run->out[0][p] = s->y = x[i++];
        double *keep = path;
        for (size_t k = i; k < n; k++) {
            const double ratio = fabs(x[k] - *(x + k - p)) / path[k];
            const double root = (path[k] == 0 ? 0 : ratio) * (FAST - SLOW) + SLOW;
            keep[k] = 1 - root * root;
            add[k] = root * root * x[k];
        }
        if (i < n)
            s->y = fade_chunk(s->y, keep + i, add + i, run->out[0] + at + i, n - i);
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
