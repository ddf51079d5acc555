/* SPDX-License-Identifier: Apache-2.0 */
/* ema: exponential moving average.
 *
 *   out[t] = mean(x[0] .. x[t])                 t < p
 *   out[t] = out[t-1] + a * (x[t] - out[t-1])   after,   a = 2 / (p + 1) */
#include "smooth.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct smooth);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct smooth_reference s = {0};

    for (size_t t = 0; t < run->to; t++) {
        if (isfinite(run->in[0][t]))
            smooth_reference_push(&s, run->in[0][t], p, 2.0L / (long double)(p + 1));
        run->out[0][t] = (double)s.y;
    }
}

/* Bar by bar, passing over what is no finite number. */
static void pass_over(struct smooth *s, const double *x, double *y, size_t n, size_t p)
{
    for (size_t i = 0; i < n; i++) {
        if (isfinite(x[i]))
            smooth_push(s, x[i], p, ema_alpha(p));
        y[i] = s->y;
    }
}

static void IND_FN(ema)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_ema(run, p);
    struct smooth *s = run->state;

    RUN_CHUNKS_OF(4096, run, 0, at, n)
    {
        const struct smooth before = *s;
        smooth_chunk(&how, s, run->in[0] + at, run->out[0] + at, n);
        if (!isfinite(s->y)) { /* so was a bar of the chunk, rarely */
            *s = before;
            pass_over(s, run->in[0] + at, run->out[0] + at, n, p);
        }
    }
}

IND_INDICATOR(ema) = {
    .name = "ema",
    .title = "Exponential Moving Average",
    .family = "moving average",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note = "The mean of all bars so far for the first period bars, then alpha = 2 / (period + 1). "
            "A NaN or infinite bar is passed over: the value stays, the bar does not count.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ema),
    .tolerance = 1e-12,
};
