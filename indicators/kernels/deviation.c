/* SPDX-License-Identifier: Apache-2.0 */
/* deviation: how widely the last p values spread, in one of four ways.
 *
 *   0 standard         root of the mean of (x - mean)^2
 *   1 mean absolute    mean of |x - mean|
 *   2 median absolute  median of |x - median|
 *   3 mode             root of the mean of (x - mode)^2; mode = the value that occurs most often,
 *                      the smallest of several, the mean where none occurs twice */
#include "deviation.h"

enum { PERIOD, DEVTYPE, MODE = DEVIATION_MEDIAN_ABSOLUTE + 1 };

struct state {
    struct window_square square;
    size_t sorted;    /* values in `order` */
    double scratch[]; /* of p; for the mode the window, sorted: `order` */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + deviation_size((size_t)params[PERIOD]);
}

/* The most frequent of n sorted values; false when none occurs twice. */
static bool mode_of(const double *order, size_t n, double *ret)
{
    size_t most = 1, run = 1;

    for (size_t i = 1; i < n; i++) {
        run = order[i] == order[i - 1] ? run + 1 : 1;
        if (run > most) {
            most = run;
            *ret = order[i];
        }
    }
    return most > 1;
}

static void reference_mode(const struct ind_run *run, size_t t, size_t p)
{
    const double *x = run->in[0];
    long double sum = 0, mean = plain_sum(x, t, p) / (long double)p, center = mean;
    size_t most = 1;

    for (size_t i = 0; i < p; i++) {
        size_t count = 0;
        for (size_t k = 0; k < p; k++)
            count += x[t - k] == x[t - i];
        if (count > most || (count == most && count > 1 && x[t - i] < center)) {
            most = count;
            center = x[t - i];
        }
    }
    for (size_t i = 0; i < p; i++)
        sum += (x[t - i] - center) * (x[t - i] - center) / (long double)p;
    run->out[0][t] = isfinite((double)mean) ? (double)sqrtl(sum) : (double)NAN;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);

    for (size_t t = p - 1; t < run->to; t++)
        if (run->params[DEVTYPE] == MODE)
            reference_mode(run, t, p);
        else
            run->out[0][t] = deviation_reference((enum deviation_kind)run->params[DEVTYPE],
                                                 run->in[0], t, p, run_scratch(run, 0));
}

/* Take `value` in, NaN aside. */
static void order_insert(struct state *s, double value)
{
    size_t i = s->sorted;

    if (isnan(value))
        return;
    for (; i > 0 && s->scratch[i - 1] > value; i--)
        s->scratch[i] = s->scratch[i - 1];
    s->scratch[i] = value;
    s->sorted++;
}

static void order_remove(struct state *s, double value)
{
    size_t i = 0;

    if (isnan(value))
        return;
    while (s->scratch[i] != value)
        i++;
    for (s->sorted--; i < s->sorted; i++)
        s->scratch[i] = s->scratch[i + 1];
}

/* Variances become mode deviations: the mode is as far from the mean again. */
static void mode_chunk(struct state *s, const double *x, size_t at, size_t n, size_t p,
                       const double *mean, double *spread)
{
    for (size_t i = 0; i < n; i++) {
        double mode = 0;
        if (at + i >= p)
            order_remove(s, ago(x + i, p));
        order_insert(s, x[i]);
        if (at + i + 1 < p)
            continue;
        const double off = mode_of(s->scratch, s->sorted, &mode) ? mode - mean[i] : 0;
        spread[i] = isnan(spread[i]) ? (double)NAN : sqrt(spread[i] + off * off);
    }
}

static void IND_FN(deviation)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    struct state *s = run->state;
    double mean[CHUNK], spread[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        window_square_chunk(&s->square, x, n, p, mean, spread);
        if (run->params[DEVTYPE] == MODE)
            mode_chunk(s, x, at, n, p, mean, spread);
        else
            deviation_chunk((enum deviation_kind)run->params[DEVTYPE], x, p, mean, spread, skip, n,
                            s->scratch);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = spread[i];
    }
}

IND_INDICATOR(deviation) = {
    .name = "deviation",
    .title = "Deviation",
    .family = "statistics",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "Of the population; 0 where the window is flat. The mode is the value that occurs most "
            "often (the smallest of several), the mean where none occurs twice. A NaN or infinite "
            "bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"devtype", "choice", 0, DEVIATION_STANDARD, MODE, IND_INTEGER,
                (const char *const[]){"standard", "mean_absolute", "median_absolute", "mode",
                                      NULL}}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(deviation),
    .tolerance = 1e-8, /* the root of a running sum that has come close to 0 */
};
