/* SPDX-License-Identifier: Apache-2.0 */
/* vlma: variable length moving average.
 *
 *   length: 1 more while x is within 0.25 deviations of its mean over max_period, 1 less beyond
 *   1.75, min_period .. max_period;   y += 2 / (length + 1) (x - y) */
#include "deviation.h"
#include "moving_average.h"
#include "varying_length.h"

enum { MIN_PERIOD, MAX_PERIOD, MATYPE, DEVTYPE };

struct state {
    struct window_square window;
    struct ma ma;
    double length, y;
    double mem[]; /* of ma, and for the deviation */
};

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[MAX_PERIOD];

    return sizeof(struct state) + ma_size(p) + deviation_size(p);
}

static int check(const double *params)
{
    return params[MIN_PERIOD] > params[MAX_PERIOD] ? IND_EPARAM : IND_OK;
}

/* The bar from which on there is a mean to compare with. */
static size_t compared(const double *params)
{
    const size_t p = (size_t)params[MAX_PERIOD];

    return size_max(p - 1, ma_warmup((enum ma_kind)params[MATYPE], p));
}

static size_t history(const double *params) { return (size_t)params[MAX_PERIOD]; }

static void reference(const struct ind_run *run)
{
    const enum deviation_kind deviation_kind = (enum deviation_kind)run->params[DEVTYPE];
    const size_t p = run_int(run, MAX_PERIOD);
    const double *x = run->in[0];
    double *mean = run_scratch(run, 0), length = run->params[MAX_PERIOD];
    long double y = x[0];

    for (size_t t = 0; t < run->to; t++)
        mean[t] = x[t];
    ma_reference(mean, 0, run->to, (enum ma_kind)run->params[MATYPE], p);
    for (size_t t = 0; t < run->to; t++) {
        if (t >= compared(run->params) && t > 0) {
            const double d = deviation_reference(deviation_kind, x, t, p, run_scratch(run, 1));
            const double away = fabs(x[t] - mean[t]);
            length += away <= d / 4 ? 1 : away > 1.75 * d ? -1 : 0;
            length = fmin(fmax(length, run->params[MIN_PERIOD]), run->params[MAX_PERIOD]);
        }
        if (t > 0)
            y += 2 / (length + 1.0L) * (x[t] - y);
        run->out[0][t] = t > 0 && t + 1 < p ? NAN : (double)y;
    }
}

/* The mean and how wide the window spreads around its own. */
static void compare_chunk(const struct ind_run *run, const struct averaging *how, struct state *s,
                          const double *x, size_t skip, size_t n, double *mean, double *spread)
{
    double *scratch = s->mem + ma_doubles(how->p), own[CHUNK];

    window_square_chunk(&s->window, x, n, how->p, own, spread);
    deviation_chunk((enum deviation_kind)run->params[DEVTYPE], x, how->p, own, spread, skip, n,
                    scratch);
    if (how->kind != MA_SMA)
        ma_chunk(how, &s->ma, s->mem, x, mean, n);
    else
        for (size_t i = skip; i < n; i++)
            mean[i] = own[i];
}

static void IND_FN(vlma)(const struct ind_run *run)
{
    const struct averaging how =
        averaging_make(run, (enum ma_kind)run->params[MATYPE], run_int(run, MAX_PERIOD));
    const double least = run->params[MIN_PERIOD], most = run->params[MAX_PERIOD];
    const size_t first = size_max(compared(run->params), 1);
    struct state *s = run->state;
    double mean[CHUNK], spread[CHUNK], *change = mean, *rate = spread;

    if (run->from == 0)
        s->length = most;
    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);
        size_t i = 0;

        compare_chunk(run, &how, s, x, skip, n, mean, spread);
        for (size_t k = skip; k < n; k++)
            change[k] = length_change(x[k], mean[k], spread[k]);
        for (size_t k = 0; k < skip; k++)
            rate[k] = 2 / (s->length + 1);
        for (size_t k = skip; k < n; k++) {
            s->length = length_held(s->length + change[k], least, most);
            rate[k] = 2 / (s->length + 1);
        }
        if (at == 0)
            mean[i++] = s->y = x[0];
        s->y = follow_chunk(s->y, rate + i, x + i, mean + i, n - i);
        for (i = 0; i < n; i++)
            run->out[0][at + i] = at + i > 0 && at + i + 1 < how.p ? NAN : mean[i];
    }
}

IND_INDICATOR(vlma) = {
    .name = "vlma",
    .title = "Variable Length Moving Average",
    .family = "moving average",
    .source = "Weissman, Mechanical Trading Systems, 2005",
    .note = "Starts with the first value at length max_period; then NaN, though it runs, until a "
            "window is full. min_period must not exceed max_period. A NaN or infinite bar makes "
            "all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"min_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"max_period", "bars", 50, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("matype", MA_SMA),
               DEVIATION_PARAM("devtype")},
    .outputs = {"values"},
    .check = check,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vlma),
    .tolerance = 1e-11,
};
