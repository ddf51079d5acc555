/* SPDX-License-Identifier: Apache-2.0 */
/* lpc: low pass channel, a filter whose cutoff is fixed or follows the dominant cycle.
 *
 *   filter y = (1 - a) (x + x') / 2 + a y',   a = (1 - sin w) / cos w,   w = 2 pi / period
 *   bands = y +- tr_mult * the same filter of the true range */
#include "cycle.h"

enum { CUTOFF, FIXED_PERIOD, MAX_CYCLE, CYCLE_MULT, TR_MULT };
enum { HIGH, LOW, CLOSE, SRC };
enum { FILTER, HIGH_BAND, LOW_BAND };
enum { CYCLE_FIRST = 7, BACK = 11 }; /* the first bar with a cycle; how far that looks back */

struct state {
    double in_phase[3], quadrature[2]; /* newest first */
    double re, im, measured, cycle;
    double period, a; /* of the filter as it stands */
    double y, range, range_y;
    size_t pos;
    double turn[]; /* of the phase, in a ring of max_cycle_limit + 1 */
};

static size_t ring_of(const double *params) { return (size_t)params[MAX_CYCLE] + 1; }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ring_of(params) * sizeof(double);
}

static size_t history(const double *params)
{
    (void)params;
    return BACK;
}

/* The published script's range: to the extremes of the bar before. */
static double range_at(const struct ind_run *run, size_t t)
{
    const double *high = run->in[HIGH], *low = run->in[LOW], close = run->in[CLOSE][t];

    if (t == 0)
        return high[0] - low[0];
    const double up = fabs(close - low[t - 1]), down = fabs(close - high[t - 1]);
    const double wide = up > down || up != up ? up : down, range = high[t] - low[t];
    return range > wide || range != range ? range : wide;
}

/* How much x has changed over 7 bars, `bars` ago; as far as there are. */
static double change_ago(const double *x, size_t t, size_t bars)
{
    return x[t - bars] - x[t > bars + 7 ? t - bars - 7 : 0];
}

static double whole_period(double cycle, double mult) { return fmax(round(cycle * mult), 3); }

/* The definition, with all series in full. */
static void reference(const struct ind_run *run)
{
    const double *x = run->in[SRC];
    double *in_phase = run_scratch(run, 0), *quadrature = run_scratch(run, 1);
    double *turn = run_scratch(run, 2), *measured = run_scratch(run, 3);
    long double re = 0, im = 0, cycle = NAN, y = 0, range_y = 0;

    for (size_t t = 0; t < run->to; t++) {
        double period = run->params[FIXED_PERIOD];
        if (t >= CYCLE_FIRST) {
            const long double c0 = change_ago(x, t, 0), c2 = change_ago(x, t, 2);
            const long double c4 = change_ago(x, t, 4);
            in_phase[t] = (double)(1.25L * (c4 - 0.635L * c2) + 0.635L * in_phase[t - 3]);
            quadrature[t] = (double)(c2 - 0.338L * c0 + 0.338L * quadrature[t - 2]);
            const long double i0 = in_phase[t], i1 = in_phase[t - 1];
            const long double q0 = quadrature[t], q1 = quadrature[t - 1];
            re = 0.2L * (i0 * i1 + q0 * q1) + 0.8L * re;
            im = 0.2L * (i0 * q1 - i1 * q0) + 0.8L * im;
            turn[t] = re == 0 ? 0 : (double)atanl(im / re);
            long double sum = 0;
            size_t j = 0;
            for (; j <= run_int(run, MAX_CYCLE) && j <= t; j++)
                if ((sum += turn[t - j]) > 2 * CYCLE_PI)
                    break;
            measured[t] = sum > 2 * CYCLE_PI ? (double)j : measured[t - 1];
            cycle = isnan(cycle) ? measured[t] : 0.25L * measured[t] + 0.75L * cycle;
            if (run->params[CUTOFF] == 0)
                period = fmax((double)roundl(cycle * run->params[CYCLE_MULT]), 3);
        }
        const long double w = 2 * CYCLE_PI / period, a = (1 - sinl(w)) / cosl(w);
        const double range = range_at(run, t);
        y = t == 0 ? x[0] : (1 - a) * ((long double)x[t] + x[t - 1]) / 2 + a * y;
        range_y = t == 0 ? range
                         : (1 - a) * ((long double)range + range_at(run, t - 1)) / 2 + a * range_y;
        run->out[FILTER][t] = (double)y;
        run->out[HIGH_BAND][t] = (double)(y + run->params[TR_MULT] * range_y);
        run->out[LOW_BAND][t] = (double)(y - run->params[TR_MULT] * range_y);
    }
}

/* Bars since the phase was where it is now; what it was before where it has not come round. */
static double bars_round(const struct state *s, size_t ring, size_t t)
{
    const size_t most = size_min(ring - 1, t);
    double sum = 0;
    size_t at = s->pos;

    for (size_t j = 0; j <= most; j++) {
        sum += s->turn[at];
        if (sum > (double)(2 * CYCLE_PI))
            return (double)j;
        at = at == 0 ? ring - 1 : at - 1;
    }
    return s->measured;
}

static void measure_cycle(struct state *s, const double *x, size_t t, size_t ring)
{
    const double c2 = change_ago(x, t, 2);
    const double i0 = 1.25 * (change_ago(x, t, 4) - 0.635 * c2) + 0.635 * s->in_phase[2];
    const double q0 = c2 - 0.338 * change_ago(x, t, 0) + 0.338 * s->quadrature[1];
    const double i1 = s->in_phase[0], q1 = s->quadrature[0];

    s->re = 0.2 * (i0 * i1 + q0 * q1) + 0.8 * s->re;
    s->im = 0.2 * (i0 * q1 - i1 * q0) + 0.8 * s->im;
    s->in_phase[2] = s->in_phase[1];
    s->in_phase[1] = i1;
    s->in_phase[0] = i0;
    s->quadrature[1] = q1;
    s->quadrature[0] = q0;
    s->pos = s->pos + 1 == ring ? 0 : s->pos + 1;
    s->turn[s->pos] = s->re == 0 ? 0 : atan(s->im / s->re);
    s->measured = bars_round(s, ring, t);
    s->cycle = t == CYCLE_FIRST ? s->measured : 0.25 * s->measured + 0.75 * s->cycle;
}

/* (1 - sin w) / cos w = tan(pi / 4 - w / 2) */
static void set_period(struct state *s, double period)
{
    if (period == s->period)
        return;
    s->period = period;
    s->a = tan((double)CYCLE_PI * (0.25 - 1 / period));
}

static void IND_FN(lpc)(const struct ind_run *run)
{
    const double *x = run->in[SRC], mult = run->params[TR_MULT];
    const bool adaptive = run->params[CUTOFF] == 0;
    const size_t ring = ring_of(run->params);
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        const double range = range_at(run, t);

        if (adaptive && t >= CYCLE_FIRST) {
            measure_cycle(s, x, t, ring);
            set_period(s, whole_period(s->cycle, run->params[CYCLE_MULT]));
        } else {
            set_period(s, run->params[FIXED_PERIOD]);
        }
        if (t == 0) {
            s->y = x[0];
            s->range_y = range;
        } else {
            const double half = 0.5 * (1 - s->a);
            s->y = half * (x[t] + x[t - 1]) + s->a * s->y;
            s->range_y = half * (range + s->range) + s->a * s->range_y;
        }
        s->range = range;
        run->out[FILTER][t] = s->y;
        run->out[HIGH_BAND][t] = s->y + mult * s->range_y;
        run->out[LOW_BAND][t] = s->y - mult * s->range_y;
    }
}

IND_INDICATOR(lpc) = {
    .name = "lpc",
    .title = "Low Pass Channel",
    .family = "bands/channel",
    .source = "Ehlers, Cybernetic Analysis for Stocks and Futures, 2004; TradingView, 2021",
    .note = "Starts with the first value. The true range is the largest of high - low and the "
            "distances from close to the low and to the high of the bar before. Before bar 7 "
            "there is no cycle and fixed_period counts; a period is at least 3. A NaN or infinite "
            "bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}, {"src", "close"}},
    .params = {{"cutoff_type", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"adaptive", "fixed", NULL}},
               {"fixed_period", "bars", 20, 3, IND_PERIOD_MAX, IND_INTEGER},
               {"max_cycle_limit", "bars", 60, 1, 1e6, IND_INTEGER},
               {"cycle_mult", "ratio", 1, 1e-6, 1e6},
               {"tr_mult", "ratio", 1, 0, 1e6}},
    .outputs = {"filter", "high_band", "low_band"},
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(lpc),
    .tolerance = 1e-11,
};
