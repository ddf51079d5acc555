/* SPDX-License-Identifier: Apache-2.0 */
/* devstop: Kase's dev stop.
 *
 *   range = high of two bars - low of two bars
 *   out = highest of high - average of range - mult * deviation of range, over period (direction
 *         long), or lowest of low + average + mult * deviation (short) */
#include "deviation.h"
#include "made_extremes.h"
#include "moving_average.h"

enum { PERIOD, MULT, DEVIATION, DIRECTION, MA_TYPE };

struct state {
    struct tail range;
    struct window_square square;
    struct ma ma;
    struct made_extremes stops;
    double mem[]; /* of range, ma, stops, deviation */
};

/* The first bar that has a stop of its own. */
static size_t base_first(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return 1 + size_max(p - 1, ma_warmup((enum ma_kind)params[MA_TYPE], p));
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return base_first(params) + (size_t)params[PERIOD] - 1;
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return sizeof(struct state) + series_size(p) + ma_size(p) + made_extremes_size(p) +
           deviation_size(p);
}

static double range_at(const struct ind_run *run, size_t t)
{
    const double *high = run->in[0], *low = run->in[1];

    return nan_max(high[t - 1], high[t]) - nan_min(low[t - 1], low[t]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = base_first(run->params);
    const double mult = run->params[MULT], side = run->params[DIRECTION] == 0 ? 1 : -1;
    double *range = run_scratch(run, 0), *mean = run_scratch(run, 1), *base = run_scratch(run, 2);

    for (size_t t = 1; t < run->to; t++)
        range[t] = mean[t] = range_at(run, t);
    ma_reference(mean, 1, run->to, (enum ma_kind)run->params[MA_TYPE], p);
    for (size_t t = first; t < run->to; t++) {
        const double deviation = deviation_reference((enum deviation_kind)run->params[DEVIATION],
                                                     range, t, p, run_scratch(run, 3));
        base[t] = run->in[side > 0 ? 0 : 1][t] - side * (mean[t] + mult * deviation);
    }
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = side > 0 ? window_max(base, t, p) : window_min(base, t, p);
}

static void IND_FN(devstop)(const struct ind_run *run)
{
    const struct averaging how =
        averaging_make(run, (enum ma_kind)run->params[MA_TYPE], run_int(run, PERIOD));
    const enum deviation_kind kind = (enum deviation_kind)run->params[DEVIATION];
    const size_t p = how.p, first = base_first(run->params), shown = warmup(run->params, 0);
    const double mult = run->params[MULT], side = run->params[DIRECTION] == 0 ? 1 : -1;
    struct state *s = run->state;
    double *ma_mem = s->mem + series_doubles(p), *stop_mem = ma_mem + ma_doubles(p);
    double *scratch = stop_mem + made_extremes_doubles(p);
    double range[CHUNK], mean[CHUNK], spread[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const double *edge = run->in[side > 0 ? 0 : 1] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);

        for (size_t i = 0; i < n; i++)
            range[i] = range_at(run, at + i);
        const double *ranges = tail_append(&s->range, s->mem, p, range, n);
        window_square_chunk(&s->square, ranges, n, p, mean, spread);
        deviation_chunk(kind, ranges, p, mean, spread, skip, n, scratch);
        ma_chunk(&how, &s->ma, ma_mem, range, mean, n);
        for (size_t i = skip; i < n; i++)
            mean[i] = edge[i] - side * (mean[i] + mult * spread[i]);
        made_extremes_chunk(run, &s->stops, stop_mem, p, mean + skip, n - skip,
                            side > 0 ? range + skip : NULL, side > 0 ? NULL : range + skip);
        for (size_t i = chunk_skip(at, shown); i < n; i++)
            run->out[0][at + i] = range[i];
    }
}

IND_INDICATOR(devstop) = {
    .name = "devstop",
    .title = "Kase Dev Stop",
    .family = "trend",
    .source = "Kase, The Two-Dimensional Stop, Stocks & Commodities, 1993",
    .note = "The deviation is of the population and around the mean of the window. A NaN bar "
            "shows while it is in a window; with exponential averages all later values are NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mult", "ratio", 0, 0, 1e6},
               DEVIATION_PARAM("devtype"),
               {"direction", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"long", "short", NULL}},
               MA_PARAM("ma_type", MA_SMA)},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(devstop),
    .tolerance = 1e-11,
};
