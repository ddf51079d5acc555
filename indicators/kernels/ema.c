/* SPDX-License-Identifier: Apache-2.0 */
/* ema: exponential moving average.
 *
 *   out[t] = mean(x[0] .. x[t])                 t < p
 *   out[t] = out[t-1] + a * (x[t] - out[t-1])   after,   a = 2 / (p + 1) */
#include "group.h"
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

/* A stretch of bars that fits the nearest cache, and does so for all rows of a sweep. */
enum { BARS = 4096 };

static inline void ema_chunk(const struct smoothing *how, struct smooth *s, const double *x,
                             double *y, size_t n, bool past)
{
    const struct smooth before = *s;

    if (past)
        smooth_chunk_past(how, s, x, y, n);
    else
        smooth_chunk(how, s, x, y, n);
    if (!isfinite(s->y)) { /* so was a bar of the chunk, rarely */
        *s = before;
        pass_over(s, x, y, n, how->seed);
    }
}

static void IND_FN(ema)(const struct ind_run *run)
{
    const struct smoothing how = smoothing_ema(run, run_int(run, 0));

    RUN_CHUNKS_OF(BARS, run, 0, at, n)
    {
        ema_chunk(&how, run->state, run->in[0] + at, run->out[0] + at, n, false);
    }
}

static void IND_FN(ema_group)(const struct ind_group *group)
{
    const struct ind_run all = {.to = group->len};
    struct smoothing how[IND_GROUP];
    struct smooth s[IND_GROUP] = {{0}};

    for (size_t r = 0; r < group->rows; r++)
        how[r] = smoothing_ema(&all, (size_t)group->params[r][0]);
    RUN_CHUNKS_OF(BARS, &all, 0, at, n)
    {
        for (size_t r = 0; r < group->rows; r++)
            ema_chunk(&how[r], &s[r], group->in[0] + at, group->out[r][0] + at, n, group->stream);
    }
    vd_fence();
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
    .group = IND_FN(ema_group),
    .tolerance = 1e-12,
};
