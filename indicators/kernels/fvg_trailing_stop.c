/* SPDX-License-Identifier: Apache-2.0 */
/* fvg_trailing_stop: a stop that trails the mean of the gaps the market has left behind and not
 * come back to.
 *
 * A gap up is a bar whose low is above the high two bars ago, with the close between above it, too;
 * its level is that high, and it is filled by a close below. Gaps down the other way round.
 *
 *   x = mean of the levels of the last gaps still open; without one the mean of the closes since
 *   line = mean of x over smoothing_length, one for gaps up, one for gaps down
 *   the market rises with a close above the line of gaps down, falls with one below that of gaps
 *   up; the stop is the line of its side, which only moves with the market */
#include "tail.h"
#include "window_sum.h"

enum { LOOKBACK, SMOOTHING, RESET_ON_CROSS };
enum { UP, DOWN, SIDES };
enum { UPPER, LOWER, UPPER_STOP, LOWER_STOP };

struct gaps {
    size_t n;     /* open ones, oldest first in their memory */
    size_t since; /* bars since the last one was open; 0: none ever was */
    bool any;
    struct tail tail;
    struct window_sum sum;
};

struct trailing {
    int side;                 /* 1: rises, -1: falls, 0: not known yet */
    double stop, stop_before; /* NaN: none */
};

struct state {
    struct gaps gaps[SIDES];
    struct trailing trailing;
    double mem[]; /* levels of both sides, their tails */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[SMOOTHING] + 1;
}

static size_t history(const double *params) { return size_max(2, (size_t)params[SMOOTHING]); }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + SIDES * ((size_t)params[LOOKBACK] * sizeof(double) +
                                           tail_size((size_t)params[SMOOTHING] + 1));
}

/* The level of the gap that bar t leaves; NaN when it leaves none. */
static double gap_at(const struct ind_run *run, size_t t, int side)
{
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];

    if (t < 2)
        return NAN;
    if (side == UP)
        return low[t] > high[t - 2] && close[t - 1] > high[t - 2] ? high[t - 2] : NAN;
    return high[t] < low[t - 2] && close[t - 1] < low[t - 2] ? low[t - 2] : NAN;
}

static bool is_open(double level, double close, int side)
{
    return side == UP ? close >= level : close <= level;
}

/* A close that is no farther from a line than rounding is at it. */
static bool above(double a, double b) { return a - b > 1e-9 * fabs(b); }

/* Move on by one bar, whose lines are `up` and `down`. */
static void trail(struct trailing *t, double close, double up, double down, bool reset)
{
    const int before = t->side;

    t->stop_before = t->stop;
    if (above(close, down))
        t->side = 1;
    else if (above(up, close))
        t->side = -1;
    if (t->side == 0)
        return;
    const double line = t->side > 0 ? up : down;
    if (before != 0 && before != t->side)
        t->stop = line;
    else if (!isnan(t->stop))
        t->stop = t->side > 0 ? fmax(line, t->stop) : fmin(line, t->stop);
    if (!reset)
        return;
    const bool crossed = t->side > 0 ? above(t->stop, close) : above(close, t->stop);
    if (!isnan(t->stop))
        t->stop = crossed ? NAN : t->stop;
    else if (t->side > 0 ? above(close, down) : above(up, close))
        t->stop = line;
}

static void show(const struct ind_run *run, const struct trailing *s, size_t t, double up,
                 double down)
{
    const double stop = isnan(s->stop) ? s->stop_before : s->stop;

    for (size_t o = UPPER; o <= LOWER_STOP; o++)
        run->out[o][t] = NAN;
    if (s->side == 0 || isnan(stop))
        return;
    run->out[s->side > 0 ? LOWER : UPPER][t] = s->side > 0 ? up : down;
    run->out[s->side > 0 ? LOWER_STOP : UPPER_STOP][t] = stop;
}

/* Gaps are kept by the bar that left them; lines are made in full, then followed. */
static void reference(const struct ind_run *run)
{
    const size_t keep = run_int(run, LOOKBACK), p = run_int(run, SMOOTHING);
    const double *close = run->in[2];
    struct trailing s = {0, NAN, NAN};

    for (int side = UP; side < SIDES; side++) {
        double *open = run_scratch(run, 0), *x = run_scratch(run, 1 + (size_t)side);
        size_t last = SIZE_MAX;
        for (size_t t = 0; t < run->to; t++) {
            size_t n = 0;
            long double sum = 0;
            open[t] = gap_at(run, t, side);
            for (size_t i = t + 1; i-- > 0;) { /* newest first: what is too much is forgotten */
                if (isnan(open[i]))
                    continue;
                n += n <= keep;
                if (n > keep || !is_open(open[i], close[t], side))
                    open[i] = NAN;
            }
            for (size_t i = n = 0; i <= t; i++) {
                n += !isnan(open[i]);
                sum += isnan(open[i]) ? 0 : open[i];
            }
            last = n > 0 ? t : last;
            const size_t back = last == SIZE_MAX ? 1 : size_min(size_max(t - last, 1), p);
            x[t] = n > 0 ? (double)(sum / (long double)n)
                         : (double)(plain_sum(close, t, back) / (long double)back);
        }
    }
    for (size_t t = p - 1; t < run->to; t++) {
        const double up = (double)(plain_sum(run_scratch(run, 1), t, p) / (long double)p);
        const double down = (double)(plain_sum(run_scratch(run, 2), t, p) / (long double)p);
        trail(&s, close[t], up, down, run->params[RESET_ON_CROSS] != 0);
        if (t >= warmup(run->params, 0))
            show(run, &s, t, up, down);
    }
}

/* What is averaged at bar t. The levels still open close up in front. */
static double gaps_push(const struct ind_run *run, struct gaps *g, double *level, size_t t,
                        int side)
{
    const size_t keep = run_int(run, LOOKBACK), p = run_int(run, SMOOTHING);
    const double *close = run->in[2], made = gap_at(run, t, side);
    const size_t drop = !isnan(made) && g->n == keep;
    double sum = 0;
    size_t n = 0;

    for (size_t i = drop; i < g->n; i++)
        if (is_open(level[i], close[t], side))
            sum += level[n++] = level[i];
    if (!isnan(made) && is_open(made, close[t], side))
        sum += level[n++] = made;
    g->n = n;
    g->since = n > 0 ? 0 : g->since + 1;
    g->any |= n > 0;
    if (n > 0)
        return sum / (double)n;
    const size_t back = g->any ? size_min(g->since, p) : 1;
    return window_sum_direct(close + t, back) / (double)back;
}

static void IND_FN(fvg_trailing_stop)(const struct ind_run *run)
{
    const size_t keep = run_int(run, LOOKBACK), p = run_int(run, SMOOTHING);
    struct state *s = run->state;
    double *tails = s->mem + SIDES * keep;

    if (run->from == 0)
        s->trailing.stop = NAN;
    for (size_t t = run->from; t < run->to; t++) {
        double line[SIDES];
        for (int side = UP; side < SIDES; side++) {
            struct gaps *g = &s->gaps[side];
            const size_t at = (size_t)side;
            const double x = gaps_push(run, g, s->mem + at * keep, t, side);
            const double *y = tail_push(&g->tail, tails + 2 * at * (p + 1), p + 1, x);
            line[side] = window_sum_push(&g->sum, y, p) / (double)p;
        }
        if (t + 1 < p)
            continue;
        trail(&s->trailing, run->in[2][t], line[UP], line[DOWN], run->params[RESET_ON_CROSS] != 0);
        if (t >= warmup(run->params, 0))
            show(run, &s->trailing, t, line[UP], line[DOWN]);
    }
}

IND_INDICATOR(fvg_trailing_stop) = {
    .name = "fvg_trailing_stop",
    .title = "FVG Trailing Stop",
    .family = "trend",
    .source = "LuxAlgo, Fair Value Gap Trailing Stop, TradingView, 2025",
    .note = "Of open gaps the last unmitigated_fvg_lookback count. Before the first gap x is the "
            "close, after a gap is filled the mean of the closes since, of smoothing_length at "
            "most. There is no stop before the market first changes side, and the outputs of the "
            "other side are NaN. With reset_on_cross a close beyond the stop ends it, until the "
            "close is beyond the other line. A close within a billionth of a line is at it. A NaN "
            "close fills all gaps and shows in the lines "
            "while it is in their window.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"unmitigated_fvg_lookback", "gaps", 5, 1, 1e6, IND_INTEGER},
               {"smoothing_length", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"reset_on_cross", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}}},
    .outputs = {"upper", "lower", "upper_ts", "lower_ts"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(fvg_trailing_stop),
    .tolerance = 1e-12,
};
