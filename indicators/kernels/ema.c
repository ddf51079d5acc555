/* SPDX-License-Identifier: Apache-2.0 */
/* ema: exponential moving average.
 *
 *   out[t] = mean(x[0] .. x[t])                 t < p,   p = period
 *   out[t] = out[t-1] + a * (x[t] - out[t-1])   after,   a = 2 / (p + 1) */
#include "kernel.h"

struct ema_state {
    double y, sum;
    size_t n; /* finite values in the sum */
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct ema_state);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double a = 2.0L / (long double)(p + 1);
    long double y = 0, sum = 0, n = 0;

    for (size_t t = 0; t < run->to; t++) {
        const double x = run->in[0][t];
        if (isfinite(x) && t < p)
            y = (sum += x) / ++n;
        else if (isfinite(x))
            y += a * (x - y);
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(ema)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double a = 2.0 / (double)(p + 1);
    struct ema_state s = *(struct ema_state *)run->state;

    for (size_t t = run->from; t < run->to; t++) {
        const double x = run->in[0][t];
        if (isfinite(x)) {
            if (t < p) {
                s.sum += x;
                s.y = s.sum / (double)++s.n;
            } else {
                s.y += a * (x - s.y);
            }
        }
        run->out[0][t] = s.y;
    }
    *(struct ema_state *)run->state = s;
}

IND_INDICATOR(ema) = {
    .name = "ema",
    .title = "Exponential Moving Average",
    .family = "moving average",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note = "The mean of all bars so far for the first period bars, then alpha = 2 / (period + 1). "
            "A bar that is no finite number leaves the average as it was.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ema),
    .tolerance = 1e-12,
};
