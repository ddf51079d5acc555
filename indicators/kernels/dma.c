/* SPDX-License-Identifier: Apache-2.0 */
/* dma: Dickson's moving average, the middle of a Hull average and an error-correcting one.
 *
 *   hull = average over round(sqrt(n)) of 2 average(x, n / 2) - average(x, n),   n = hull_length
 *   out = (hull + error correction of an EMA over ema_length, gains 0 .. ema_gain_limit / 10) / 2
 */
#include "error_correction.h"
#include "moving_average.h"

enum { HULL, EMA, GAIN_LIMIT, HULL_TYPE };

struct state {
    struct ma half, full, root;
    struct smooth ema;
    double corrected;
    double mem[]; /* of half, full, root */
};

static size_t half_of(const double *params) { return size_max((size_t)params[HULL] / 2, 1); }
static size_t root_of(const double *params) { return (size_t)round(sqrt(params[HULL])); }
static enum ma_kind kind_of(const double *params) { return params[HULL_TYPE] ? MA_EMA : MA_WMA; }

static size_t hull_first(const double *params)
{
    return (size_t)params[HULL] - 1 + root_of(params) - 1;
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return size_max((size_t)params[EMA] - 1, hull_first(params));
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size(half_of(params)) + ma_size((size_t)params[HULL]) +
           ma_size(root_of(params));
}

static void reference(const struct ind_run *run)
{
    const size_t n = run_int(run, HULL), p = run_int(run, EMA);
    const enum ma_kind kind = kind_of(run->params);
    const long double alpha = 2 / (run->params[EMA] + 1.0L);
    double *half = run_scratch(run, 0), *full = run_scratch(run, 1);
    struct smooth_reference ema = {0};
    long double y = 0;

    for (size_t t = 0; t < run->to; t++)
        half[t] = full[t] = run->in[0][t];
    ma_reference(half, 0, run->to, kind, half_of(run->params));
    ma_reference(full, 0, run->to, kind, n);
    for (size_t t = n - 1; t < run->to; t++)
        full[t] = 2 * half[t] - full[t];
    ma_reference(full, n - 1, run->to, kind, root_of(run->params));
    for (size_t t = 0; t < run->to; t++) {
        const double x = run->in[0][t];
        const long double e = smooth_reference_push(&ema, x, p, alpha);
        if (t + 1 < p)
            continue;
        y = t + 1 == p ? e
                       : error_correct_reference(x, e, y, alpha, 0, (long)run->params[GAIN_LIMIT]);
        if (t >= warmup(run->params, 0))
            run->out[0][t] = (double)((full[t] + y) / 2);
    }
}

static void IND_FN(dma)(const struct ind_run *run)
{
    const enum ma_kind kind = kind_of(run->params);
    const struct averaging half = averaging_make(run, kind, half_of(run->params));
    const struct averaging full = averaging_make(run, kind, run_int(run, HULL));
    const struct averaging root = averaging_make(run, kind, root_of(run->params));
    const struct smoothing ema = smoothing_ema(run, run_int(run, EMA));
    const size_t first = warmup(run->params, 0), p = run_int(run, EMA);
    struct state *s = run->state;
    double *full_mem = s->mem + ma_doubles(half.p), *root_mem = full_mem + ma_doubles(full.p);
    double hull[CHUNK], other[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, full.p - 1), n);

        ma_chunk(&half, &s->half, s->mem, x, hull, n);
        ma_chunk(&full, &s->full, full_mem, x, other, n);
        for (size_t i = skip; i < n; i++)
            hull[i] = 2 * hull[i] - other[i];
        ma_chunk(&root, &s->root, root_mem, hull + skip, hull + skip, n - skip);
        smooth_chunk(&ema, &s->ema, x, other, n);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++) {
            s->corrected = at + i + 1 == p ? other[i]
                                           : error_correct(x[i], other[i], s->corrected, ema.alpha,
                                                           0, run->params[GAIN_LIMIT]);
            if (at + i >= first)
                run->out[0][at + i] = 0.5 * (hull[i] + s->corrected);
        }
    }
}

IND_INDICATOR(dma) = {
    .name = "dma",
    .title = "Dickson Moving Average",
    .family = "moving average",
    .source = "Dickson, TradingView, 2021; Ehlers and Way, Zero Lag (Well, Almost), 2010",
    .note = "Exponential averages are seeded with the mean of their first values. A NaN or "
            "infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"hull_length", "bars", 7, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"ema_length", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"ema_gain_limit", "tenths", 50, 0, ERROR_GAIN_MAX, IND_INTEGER},
               {"hull_ma_type", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"wma", "ema", NULL}}},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(dma),
    .tolerance = 1e-11,
};
