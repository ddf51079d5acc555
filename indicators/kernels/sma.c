/* SPDX-License-Identifier: Apache-2.0 */
/* sma: simple moving average.
 *
 *   out[t] = (x[t-p+1] + ... + x[t]) / p */
#include "group.h"
#include "smooth.h"
#include "window_sum.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_sum);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        long double sum = 0;
        for (size_t i = 0; i < p; i++)
            sum += run->in[0][t - i];
        run->out[0][t] = (double)(sum / (long double)p);
    }
}

static void IND_FN(sma)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0], inverse = 1 / (double)p;
    struct window_sum *sum = run->state;
    size_t t = run->from;

    /* to the first value, and on to where a cache line begins in memory that is aligned */
    for (; t < run->to && (t + 1 < p || (t % 8 && p > SUM_SHORT)); t++) {
        const double total = window_sum_push(sum, x + t, p);
        if (t + 1 >= p)
            run->out[0][t] = total * inverse;
    }
    RUN_CHUNKS(run, t, at, n)
    {
        window_sum_chunk_scaled(sum, x + at, n, p, inverse, run->out[0] + at);
    }
}

/* Bars that share one running sum. */
static size_t stretch(size_t longest) { return size_max(1024, longest); }

static size_t group_size(const double *params)
{
    const size_t p = (size_t)params[0];

    return (p + stretch(p) + 1) * sizeof(double);
}

/* One row out of the running sum of the values less k: at[0] is that before the first of n bars. */
static inline void row_of_sums(const struct ind_group *group, size_t row, const double *at,
                               size_t from, size_t n, double k)
{
    const size_t p = (size_t)group->params[row][0];
    const double inverse = 1 / (double)p;
    const double *now = at + 1, *old = now - p;
    double *out = group->out[row][0] + from;
    size_t i = 0;

    for (; i < n && group->stream && (uintptr_t)(out + i) % 64; i++)
        out[i] = k + (now[i] - old[i]) * inverse;
    for (; i + 8 <= n; i += 8)
        for (size_t v = i; v < i + 8; v += IND_LANES) {
            const vd sum = vd_load(now + v) - vd_load(old + v);
            const vd mean = vd_set(k) + sum * vd_set(inverse);
            if (group->stream)
                vd_stream(out + v, mean);
            else
                vd_store(out + v, mean);
        }
    for (; i < n; i++)
        out[i] = k + (now[i] - old[i]) * inverse;
}

/* The same where some value is no finite number. */
static inline void row_with_odd(const struct ind_group *group, size_t row, size_t from, size_t n)
{
    const size_t p = (size_t)group->params[row][0];
    struct window_sum s = {0};

    for (size_t t = from + 1 - p; t < from + n; t++) {
        const double sum = window_sum_push(&s, group->in[0] + t, p);
        if (t >= from)
            group->out[row][0][t] = sum / (double)p;
    }
}

/* Rows share running sums of a stretch at a time: short, and of values less one of them, so that
 * rounding stays far below that of one window. */
static void IND_FN(sma_group)(const struct ind_group *group)
{
    double *sum = group->work;
    size_t longest = 0;

    for (size_t r = 0; r < group->rows; r++)
        longest = size_max(longest, (size_t)group->params[r][0]);
    for (size_t at = 0, n; at < group->len; at += n) {
        const size_t before = size_min(at, longest - 1);
        const double *x = group->in[0] + at - before, k = x[0];
        n = size_min(stretch(longest), group->len - at);
        for (size_t i = 0; i < before + n; i++)
            sum[i + 1] = x[i] - k;
        sum[0] = 0;
        const double last = running_sum_chunk(0, sum + 1, sum + 1, before + n);
        for (size_t r = 0; r < group->rows; r++) {
            const size_t p = (size_t)group->params[r][0];
            const size_t skip = size_min(chunk_skip(at, p - 1), n);
            if (isfinite(last))
                row_of_sums(group, r, sum + before + skip, at + skip, n - skip, k);
            else
                row_with_odd(group, r, at + skip, n - skip);
        }
    }
    vd_fence();
}

IND_INDICATOR(sma) = {
    .name = "sma",
    .title = "Simple Moving Average",
    .family = "moving average",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note = "Mean of the last period bars. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(sma),
    .group = IND_FN(sma_group),
    .group_size = group_size,
    .tolerance = 1e-12,
};
