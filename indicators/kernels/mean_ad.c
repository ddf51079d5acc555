/* SPDX-License-Identifier: Apache-2.0 */
/* mean_ad: mean over p of |x - mean over p|, each value against the mean of its own bar. */
#include "made_sum.h"

struct state {
    struct window_sum mean;
    struct made_sum gap;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + made_sum_size((size_t)params[0]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return 2 * (size_t)params[0] - 2;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double *gap = run_scratch(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        gap[t] = (double)fabsl(run->in[0][t] - plain_sum(run->in[0], t, p) / (long double)p);
        if (t + 2 >= 2 * p)
            run->out[0][t] = (double)(plain_sum(gap, t, p) / (long double)p);
    }
}

static void IND_FN(mean_ad)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        const double *at = run->in[0] + t;
        const double mean = window_sum_push(&s->mean, at, p) / (double)p;
        if (t + 1 < p)
            continue;
        const double sum = made_sum_push(&s->gap, s->mem, p, fabs(at[0] - mean));
        if (t + 2 >= 2 * p)
            run->out[0][t] = sum / (double)p;
    }
}

IND_INDICATOR(mean_ad) = {
    .name = "mean_ad",
    .title = "Mean Absolute Deviation",
    .family = "statistics",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "A NaN or infinite bar shows while it is in a window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(mean_ad),
    .tolerance = 1e-8, /* price and mean cancel */
};
