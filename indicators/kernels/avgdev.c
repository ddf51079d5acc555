/* SPDX-License-Identifier: Apache-2.0 */
/* avgdev: average deviation, the mean of |x - mean| over the last p bars. */
#include "direct_window.h"

DIRECT_WINDOW(avgdev, ind_period_less_1, {
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
    .reference = avgdev_reference,
    .run = IND_FN(avgdev),
    .tolerance = 1e-9, /* of a window that is flat but for rounding */
};
