/* SPDX-License-Identifier: Apache-2.0 */
/* er: Kaufman's efficiency ratio.
 *
 *   out = |x[t] - x[t-p+1]| / sum of |x[u] - x[u-1]| over the p - 1 steps between, at most 1 */
#include "direct_window.h"
#include "made_sum.h"

static size_t state_size(const double *params)
{
    return sizeof(struct made_sum) + made_sum_size((size_t)params[0]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        const long double way = fabsl((long double)run->in[0][t] - run->in[0][t + 1 - p]);
        long double path = 0;
        for (size_t u = t + 2 - p; u <= t; u++)
            path += fabsl((long double)run->in[0][u] - run->in[0][u - 1]);
        run->out[0][t] = path == 0 ? 0 : way > path ? 1 : (double)(way / path);
    }
}

static void IND_FN(er)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];
    struct made_sum *s = run->state;

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const double step = fabs(x[t] - x[t - 1]);
        const double path = made_sum_push(s, (double *)(s + 1), p - 1, step);
        if (t + 1 < p)
            continue;
        const double way = fabs(x[t] - x[t + 1 - p]);
        run->out[0][t] = path == 0 ? 0 : way > path ? 1 : way / path;
    }
}

IND_INDICATOR(er) = {
    .name = "er",
    .title = "Efficiency Ratio",
    .family = "momentum",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "0 where the window is flat. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 2, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(er),
    .tolerance = 1e-11,
};
