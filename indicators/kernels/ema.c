/* SPDX-License-Identifier: Apache-2.0 */
/* ema: exponential moving average.
 *
 *   out[t] = mean(x[0] .. x[t])                 t < p
 *   out[t] = out[t-1] + a * (x[t] - out[t-1])   after,   a = 2 / (p + 1) */
#include "compat.h"
#include "group.h"
#include "smooth.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct smooth);
}

/* TA-Lib begins with the mean of the first period, Tulip with the first value. */
enum { PERIOD, COMPAT };

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return params[COMPAT] == COMPAT_TALIB ? (size_t)params[PERIOD] - 1 : 0;
}

static size_t seed_of(const double *params)
{
    return params[COMPAT] == COMPAT_TULIP ? 1 : (size_t)params[PERIOD];
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), seed = seed_of(run->params);
    struct smooth_reference s = {0};

    for (size_t t = 0; t < run->to; t++) {
        if (isfinite(run->in[0][t]))
            smooth_reference_push(&s, run->in[0][t], seed, 2.0L / (long double)(p + 1));
        if (t >= warmup(run->params, 0))
            run->out[0][t] = (double)s.y;
    }
}

/* Bar by bar, passing over what is no finite number. */
static void pass_over(const struct smoothing *how, struct smooth *s, const double *x, double *y,
                      size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (isfinite(x[i]))
            smooth_push(s, x[i], how->seed, how->alpha);
        y[i] = s->y;
    }
}

/* A stretch of bars that fits the nearest cache, and does so for all rows of a sweep. */
enum { BARS = 4096 };

/* Past the caches; a row that is not aligned goes by a room that is. */
static inline void ema_chunk_past(const struct ind_group *group, const struct smoothing *how,
                                  struct smooth *s, const double *x, double *y, size_t n)
{
    _Alignas(64) double room[CHUNK];

    for (size_t i = 0, m; i < n; i += m) {
        m = size_min(CHUNK, n - i);
        if ((uintptr_t)(y + i) % 64 == 0) {
            smooth_chunk_past(how, s, x + i, y + i, m, true);
        } else {
            smooth_chunk(how, s, x + i, room, m);
            group_put(group, y + i, room, m);
        }
    }
}

static inline void ema_chunk(const struct ind_group *group, const struct smoothing *how,
                             struct smooth *s, const double *x, double *y, size_t n)
{
    const struct smooth before = *s;

    if (group && group->stream)
        ema_chunk_past(group, how, s, x, y, n);
    else
        smooth_chunk(how, s, x, y, n);
    if (!isfinite(s->y)) { /* so was a bar of the chunk, rarely */
        *s = before;
        pass_over(how, s, x, y, n);
    }
}

static struct smoothing smoothing_of(const struct ind_run *run, const double *params)
{
    return smoothing_make(run, seed_of(params), ema_alpha((size_t)params[PERIOD]));
}

/* The average is there from the first bar; these are to be as if it were not. */
static void hide(double *out, size_t skip, size_t n)
{
    for (size_t i = 0; i < size_min(skip, n); i++)
        out[i] = NAN;
}

static void IND_FN(ema)(const struct ind_run *run)
{
    const struct smoothing how = smoothing_of(run, run->params);

    RUN_CHUNKS(run, 0, at, n)
    {
        ema_chunk(NULL, &how, run->state, run->in[0] + at, run->out[0] + at, n);
        hide(run->out[0] + at, chunk_skip(at, warmup(run->params, 0)), n);
    }
}

static void IND_FN(ema_group)(const struct ind_group *group)
{
    const struct ind_run all = {.to = group->len};
    struct smoothing how[IND_GROUP];
    struct smooth s[IND_GROUP] = {{0}};

    for (size_t r = 0; r < group->rows; r++)
        how[r] = smoothing_of(&all, group->params[r]);
    RUN_CHUNKS_OF(BARS, &all, 0, at, n)
    {
        for (size_t r = 0; r < group->rows; r++) {
            double *out = group->out[r][0] + at;
            ema_chunk(group, &how[r], &s[r], group->in[0] + at, out, n);
            hide(out, chunk_skip(at, warmup(group->params[r], 0)), n);
        }
    }
    vd_fence();
}

IND_INDICATOR(ema) = {
    .name = "ema",
    .title = "Exponential Moving Average",
    .family = "moving average",
    .source = "Murphy, Technical Analysis of the Financial Markets, 1999",
    .note = "The mean of all bars so far for the first period bars, then alpha = 2 / (period + 1). "
            "As TA-Lib the first value is at bar period - 1; as Tulip the first bar is the seed. "
            "A NaN or infinite bar is passed over: the value stays, the bar does not count.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}, COMPAT_PARAM},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ema),
    .group = IND_FN(ema_group),
    .tolerance = 1e-12,
};
