/* SPDX-License-Identifier: Apache-2.0 */
/* minmax: local extremes.
 *
 *   is_min = low where it is below the lows of `order` bars on either side, else NaN
 *   is_max = high where it is above theirs;   last_min, last_max = the latest of each
 *
 * What a bar is shows `order` bars later: at bar t the kernel works on bar t - order. Of a whole
 * series it writes that bar, and in a stream bar t. */
#include "ahead.h"
#include "made_extremes.h"

/* One side: lows or highs. */
struct side {
    struct extreme extreme;
    struct tail tail;
    double last;
};

struct state {
    struct side low, high;
    double mem[]; /* of low, high */
};

static size_t order_of(const double *params) { return (size_t)params[0]; }

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return order_of(params);
}

/* A series comes as one stretch, a stream as stretches of one bar. One bar is too few to see
 * anything in a series. */
static bool is_whole(const struct ind_run *run) { return run->to - run->from > 1; }

static size_t side_doubles(size_t order) { return order + series_doubles(order + 1); }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * side_doubles(order_of(params)) * sizeof(double);
}

static void reference(const struct ind_run *run)
{
    const size_t order = order_of(run->params), len = run->to;
    double last[2] = {NAN, NAN};

    for (size_t t = order; t < len; t++)
        for (size_t k = 0; k < 2; k++) {
            const double *x = run->in[1 - k], sign = k == 0 ? 1 : -1;
            bool extreme = len - t > order; /* the last bars see no end of their window */
            for (size_t i = 1; i <= order && extreme; i++)
                extreme = sign * x[t] < sign * x[t - i] && sign * x[t] < sign * x[t + i];
            run->out[k][t] = extreme ? x[t] : (double)NAN;
            last[k] = extreme ? x[t] : last[k];
            run->out[2 + k][t] = last[k];
        }
}

/* n bars from x[0] on, which is bar `at`; the results are those of order bars before. */
static inline void side_chunk(const struct ind_run *run, struct side *s, double *mem,
                              const double *x, size_t at, size_t n, double *is, double *last,
                              bool least)
{
    const size_t order = order_of(run->params);
    double room[CHUNK];

    if (at == 0)
        s->last = NAN;
    extreme_chunk(run, &s->extreme, mem, x, n, order, room, least);
    const double *now = tail_append(&s->tail, mem + order, order + 1, room, n);
    const double *before = now - order - 1; /* of the window that ends before the bar in question */
    for (size_t i = chunk_skip(at, 2 * order); i < n; i++) {
        const double value = *(x + i - order);
        const bool extreme =
            least ? value < now[i] && value < before[i] : value > now[i] && value > before[i];
        is[i] = extreme ? value : (double)NAN;
        last[i] = s->last = extreme ? value : s->last;
    }
}

static void IND_FN(minmax)(const struct ind_run *run)
{
    const size_t order = order_of(run->params);
    struct state *s = run->state;
    const size_t late = is_whole(run) ? order : 0;
    double *out[4];

    for (size_t o = 0; o < 4; o++)
        out[o] = run->out[o] - late;
    RUN_CHUNKS(run, 0, at, n)
    {
        side_chunk(run, &s->low, s->mem, run->in[1] + at, at, n, out[0] + at, out[2] + at, true);
        side_chunk(run, &s->high, s->mem + side_doubles(order), run->in[0] + at, at, n, out[1] + at,
                   out[3] + at, false);
    }
    for (size_t t = size_max(run->to, 2 * order); t < run->to + late; t++) { /* the last bars */
        out[0][t] = out[1][t] = NAN;
        out[2][t] = s->low.last;
        out[3][t] = s->high.last;
    }
}

static size_t history(const double *params) { return 2 * order_of(params); }

IND_INDICATOR(minmax) = {
    .name = "minmax",
    .title = "Local Minima and Maxima",
    .family = "trend",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "NaN where a bar is no extreme, and where there is none yet. An extreme is seen order "
            "bars after it: a bar's values depend on so many later ones, the last order bars are "
            "no extremes, and a stream lags by order. A bar next to a NaN is none.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"order", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER | IND_AHEAD}},
    .outputs = {"is_min", "is_max", "last_min", "last_max"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(minmax),
    .tolerance = 1e-12,
};
