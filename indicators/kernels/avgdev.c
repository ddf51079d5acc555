/* SPDX-License-Identifier: Apache-2.0 */
/* avgdev: average deviation, the mean of |x - mean| over the last p bars. */
#include "direct_window.h"
#include "vec.h"

DIRECT_WINDOW(plain, ind_period_less_1, {
    const size_t p = run_int(run, 0);
    const double *at = run->in[0] + t;
    real mean = 0, sum = 0;

    for (size_t i = 0; i < p; i++)
        mean += ago(at, i);
    mean /= (real)p;
    for (size_t i = 0; i < p; i++)
        sum += fabs(ago(at, i) - mean);
    run->out[0][t] = (double)(sum / (real)p);
});

/* The same of IND_LANES bars at once, a lane each. */
static inline vd avgdev_lanes(const double *at, size_t p)
{
    const vd n = vd_set((double)p);
    vd mean = vd_set(0), sum = vd_set(0);

    for (size_t i = 0; i < p; i++)
        mean += vd_load(at - i);
    mean /= n;
    for (size_t i = 0; i < p; i++)
        sum += vd_abs(vd_load(at - i) - mean);
    return sum / n;
}

static void IND_FN(avgdev)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    size_t t = run_start(run, p - 1);
    struct ind_run few = *run;

    for (; t + IND_LANES <= run->to; t += IND_LANES)
        vd_store(run->out[0] + t, avgdev_lanes(run->in[0] + t, p));
    few.from = t;
    IND_FN(plain)(&few);
}

IND_INDICATOR(avgdev) = {
    .name = "avgdev",
    .title = "Average Deviation",
    .family = "statistics",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "Around the mean of the same window. A NaN or infinite bar shows while it is in the "
            "window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .reference = plain_reference,
    .run = IND_FN(avgdev),
    .tolerance = 1e-9, /* of a window that is flat but for rounding */
};
