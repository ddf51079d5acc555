/* SPDX-License-Identifier: Apache-2.0 */
/* mavp: at each bar the average over the period that another series says.
 *
 * Windows are summed where they are asked for. Averages that go on from bar to bar are kept up for
 * every period there may be, and the one that is asked for is taken. */
#include "named_average.h"

enum { MIN_PERIOD, MAX_PERIOD, TYPE };
enum { DATA, PERIODS };

/* One period's average. */
struct rank {
    union {
        struct ma ma; /* ema, dema, tema */
        struct t3 t3;
        struct {
            struct window_sum path;
            double y;
        } kama;
    };
};

struct state {
    struct mama mama;
    struct tail step;
    double mem[]; /* steps of kama; ranks, of min_period .. max_period */
};

static enum named_kind kind_of(const double *params) { return (enum named_kind)params[TYPE]; }

static bool is_window(enum named_kind kind)
{
    return kind == NAMED_SMA || kind == NAMED_WMA || kind == NAMED_TRIMA;
}

static size_t ranks_of(const double *params)
{
    const enum named_kind kind = kind_of(params);

    return is_window(kind) || kind == NAMED_MAMA
               ? 0
               : (size_t)params[MAX_PERIOD] - (size_t)params[MIN_PERIOD] + 1;
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return named_warmup(kind_of(params), (size_t)params[MAX_PERIOD]);
}

static size_t history(const double *params)
{
    return size_max((size_t)params[MAX_PERIOD], MAMA_HISTORY);
}

static int check(const double *params)
{
    return params[MIN_PERIOD] > params[MAX_PERIOD] ? IND_EPARAM : IND_OK;
}

/* Doubles of the steps. */
static size_t steps_of(const double *params)
{
    return kind_of(params) == NAMED_KAMA ? series_doubles((size_t)params[MAX_PERIOD]) : 0;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + steps_of(params) * sizeof(double) +
           ranks_of(params) * sizeof(struct rank);
}

/* The period of a bar; 0 when it is not a number. */
static double period_at(const struct ind_run *run, size_t t)
{
    const double p = floor(run->in[PERIODS][t]), least = run->params[MIN_PERIOD];
    const double most = run->params[MAX_PERIOD];

    return isnan(p) ? 0 : p < least ? least : p > most ? most : p;
}

static void reference(const struct ind_run *run)
{
    double *y = run_scratch(run, 5);

    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = NAN;
    for (size_t p = run_int(run, MIN_PERIOD); p <= run_int(run, MAX_PERIOD); p++) {
        named_reference(run, kind_of(run->params), p, y);
        for (size_t t = warmup(run->params, 0); t < run->to; t++)
            if (period_at(run, t) == (double)p)
                run->out[0][t] = y[t];
    }
}

static double window_at(enum named_kind kind, const double *x, size_t t, size_t p)
{
    const double *from = x + t + 1 - p, newest = x[t];
    double sum = 0, weights = 0;

    if (kind == NAMED_SMA)
        return window_sum_direct(x + t, p) / (double)p;
    /* less the newest, so that what is flat is flat to the last bit */
    for (size_t i = 0; i < p; i++) {
        const double weight = (double)(kind == NAMED_WMA ? i + 1 : size_min(i + 1, p - i));
        sum += weight * (from[i] - newest);
        weights += weight;
    }
    return newest + sum / weights;
}

/* Put y where p is asked for. */
static void take(const double *period, double p, const double *y, double *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = period[i] == p ? y[i] : out[i];
}

/* n bars of one period's average; `steps`: of kama. */
static void rank_chunk(const struct ind_run *run, struct rank *rank, size_t p, const double *steps,
                       const double *x, size_t at, size_t n, double *y)
{
    const enum named_kind kind = kind_of(run->params);

    if (kind == NAMED_KAMA) {
        const struct adaptive how = adaptive_kama(p);
        adaptive_of_steps(&how, &rank->kama.path, &rank->kama.y, steps, x, at, n, y);
    } else if (kind == NAMED_T3) {
        const struct smoothing how = smoothing_ema(run, p);
        t3_chunk(&how, &rank->t3, NAMED_VOLUME_FACTOR, x, at, n, y);
    } else { /* exponential ones look at no value but the newest, and need no room */
        const struct averaging how = averaging_make(run, named_ma(kind), p);
        ma_chunk(&how, &rank->ma, NULL, x, y, n);
    }
}

static void ranks_chunk(const struct ind_run *run, struct state *s, const double *period,
                        const double *x, size_t at, size_t n, double *out)
{
    const size_t least = run_int(run, MIN_PERIOD), most = run_int(run, MAX_PERIOD);
    struct rank *ranks = (struct rank *)(s->mem + steps_of(run->params));
    const size_t old = at == 0; /* the first bar is no step */
    const double *steps = NULL;
    double y[CHUNK];

    if (kind_of(run->params) == NAMED_KAMA)
        steps = efficiency_steps(&s->step, s->mem, x + old, n - old, most, y);
    for (size_t p = least; p <= most; p++) {
        rank_chunk(run, &ranks[p - least], p, steps, x, at, n, y);
        take(period, (double)p, y, out, n);
    }
}

static void IND_FN(mavp)(const struct ind_run *run)
{
    const enum named_kind kind = kind_of(run->params);
    const size_t first = warmup(run->params, 0);
    struct state *s = run->state;
    double period[CHUNK], y[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[DATA] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);

        for (size_t i = 0; i < n; i++) {
            period[i] = period_at(run, at + i);
            y[i] = NAN;
        }
        if (ranks_of(run->params) > 0)
            ranks_chunk(run, s, period, x, at, n, y);
        for (size_t i = skip; i < n && is_window(kind); i++)
            if (period[i] > 0)
                y[i] = window_at(kind, run->in[DATA], at + i, (size_t)period[i]);
        if (kind == NAMED_MAMA)
            mama_chunk(&s->mama, x, at, n, NAMED_FAST_LIMIT, NAMED_SLOW_LIMIT, y, NULL);
        for (size_t i = 0; i < n && kind == NAMED_MAMA; i++)
            y[i] = period[i] > 0 ? y[i] : (double)NAN;
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = y[i];
    }
}

IND_INDICATOR(mavp) = {
    .name = "mavp",
    .title = "Moving Average with Variable Period",
    .family = "moving average",
    .source = "TA-Lib, ta-lib.org, whose numbers the choices have",
    .note = "Periods are rounded down and held within min_period and max_period; NaN where one is "
            "NaN. Averages as in ma. State grows with max_period less min_period, except for sma, "
            "wma, trima and mama.",
    .inputs = {{"data", "close"}, {"periods", "volume"}},
    .params = {{"min_period", "bars", 2, 1, 1e6, IND_INTEGER},
               {"max_period", "bars", 30, 1, 1e6, IND_INTEGER},
               NAMED_PARAM},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(mavp),
    .absolute = 1,     /* periods are counts of bars */
    .tolerance = 1e-8, /* mama: ratios of small differences of prices */
};
