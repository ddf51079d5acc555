/* SPDX-License-Identifier: Apache-2.0 */
/* sar: parabolic stop and reverse.
 *
 * The stop moves towards the extreme of the trend by a share that grows with
 * each new extreme; when a bar reaches it, the trend turns and the stop jumps
 * to the extreme that was. */
#include "compat.h"
#include "parabolic.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct parabolic);
}

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return 1;
}

static void begin(struct parabolic *s, const double *high, const double *low, double step)
{
    s->rising = high[1] > high[0];
    s->sar = s->rising ? low[0] : high[0];
    s->extreme = s->rising ? high[1] : low[1];
    s->share = step;
}

static inline double not_above(double value, double most) { return value < most ? value : most; }

/* Bars of one trend, from bar t of the chunk on, up to and with the one that turns it; gives the
 * bar after. clear[i] is what the stop of bar i must not pass. `rising` is a constant wherever this
 * is called. What is seldom so is a branch, and no bar waits for it; what is often so, a new
 * extreme, is a choice. */
static inline __attribute__((always_inline)) size_t
follow_trend(struct parabolic *s, const struct pace *pace, const double *high, const double *low,
             const double *clear, size_t t, size_t n, double *restrict out, bool rising)
{
    const double *top = rising ? high : low, *bottom = rising ? low : high;
    double sar = s->sar, extreme = s->extreme, share = s->share;
    bool on = true;

    for (; t < n && on; t++) {
        const double next = sar + share * (extreme - sar);

        if (rising ? bottom[t] < next : bottom[t] > next) {
            sar = extreme;
            extreme = bottom[t];
            share = pace->init;
            s->rising = !rising;
            on = false;
        } else {
            const bool further = rising ? top[t] > extreme : top[t] < extreme;
            const double grown = not_above(share + pace->step, pace->most);

            extreme = further ? top[t] : extreme;
            share = further ? grown : share;
            sar = next;
            if (__builtin_expect(!(rising ? next <= clear[t] : next >= clear[t]), 0))
                sar = isnan(next) ? next : clear[t];
        }
        out[t] = sar;
    }
    s->sar = sar;
    s->extreme = extreme;
    s->share = share;
    return t;
}

static void advance_chunk(struct parabolic *s, const struct pace *pace, const double *high,
                          const double *low, size_t n, double *restrict out)
{
    double lowest[CHUNK], highest[CHUNK];

    for (size_t i = 0; i < n; i++) {
        lowest[i] = nan_min(*(low + i - 1), *(low + i - 2));
        highest[i] = nan_max(*(high + i - 1), *(high + i - 2));
    }
    for (size_t t = 0; t < n;) {
        if (s->rising)
            t = follow_trend(s, pace, high, low, lowest, t, n, out, true);
        else
            t = follow_trend(s, pace, high, low, highest, t, n, out, false);
    }
}

/* Tulip goes by the middles of the first two bars and by the first bar's
 * extreme, and moves stop and extreme before it looks whether the bar has
 * reached the stop. */
static void begin_tulip(struct parabolic *s, const double *high, const double *low, double step)
{
    s->rising = high[0] + low[0] <= high[1] + low[1];
    s->sar = s->rising ? low[0] : high[0];
    s->extreme = s->rising ? high[0] : low[0];
    s->share = step;
}

static double advance_tulip(struct parabolic *s, const double *high, const double *low, size_t t,
                            double step, double most)
{
    const size_t two = t >= 2 ? t - 2 : t - 1;
    const double next = s->sar + s->share * (s->extreme - s->sar);

    s->sar = s->rising ? nan_min(next, nan_min(low[t - 1], low[two]))
                       : nan_max(next, nan_max(high[t - 1], high[two]));
    if (s->rising ? high[t] > s->extreme : low[t] < s->extreme) {
        s->extreme = s->rising ? high[t] : low[t];
        s->share = not_above(s->share + step, most);
    }
    if (s->rising ? low[t] < s->sar : high[t] > s->sar) {
        s->rising = !s->rising;
        s->sar = s->extreme;
        s->extreme = s->rising ? high[t] : low[t];
        s->share = step;
    }
    return s->sar;
}

/* The definition for a rising trend alone: prices are turned upside down while
 * it falls. */
static void reference_own(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], step = run->params[0];
    double side = run->to > 1 && high[1] > high[0] ? 1 : -1;
    double sar = 0, extreme = 0, share = step;

    for (size_t t = 1; t < run->to; t++) {
        const double *top = side > 0 ? high : low, *bottom = side > 0 ? low : high;
        const double next = sar + share * (extreme - sar);

        if (t == 1) {
            sar = bottom[0];
            extreme = top[1];
        } else if (side * bottom[t] < side * next) {
            sar = extreme;
            extreme = bottom[t];
            share = step;
            side = -side;
        } else {
            if (side * top[t] > side * extreme) {
                extreme = top[t];
                share = fmin(share + step, run->params[1]);
            }
            sar = side * nan_min(side * next, nan_min(side * bottom[t - 1], side * bottom[t - 2]));
        }
        run->out[0][t] = sar;
    }
}

static void begin_as(enum compat compat, struct parabolic *s, const double *high, const double *low,
                     const struct pace *pace)
{
    if (compat == COMPAT_TALIB)
        parabolic_begin(s, high, low, parabolic_rises(high, low), pace);
    else if (compat == COMPAT_TULIP)
        begin_tulip(s, high, low, pace->step);
    else
        begin(s, high, low, pace->step);
}

static void IND_FN(sar)(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], step = run->params[0];
    const double most = run->params[1];
    const struct pace pace = {step, step, most};
    const enum compat compat = (enum compat)run->params[2];
    struct parabolic s = *(struct parabolic *)run->state;
    double *restrict out = run->out[0];
    size_t t = run_start(run, 1);

    if (t == 1 && t < run->to)
        begin_as(compat, &s, high, low, &pace);
    if (t == 1 && t < run->to && compat == COMPAT_NONE)
        out[t++] = s.sar;
    for (size_t n; t < run->to && compat == COMPAT_NONE; t += n) {
        n = size_min(CHUNK, run->to - t);
        advance_chunk(&s, &pace, high + t, low + t, n, out + t);
    }
    for (; t < run->to; t++)
        out[t] = compat == COMPAT_TALIB ? parabolic_advance(&s, high, low, t, &pace, &pace, 0)
                                        : advance_tulip(&s, high, low, t, step, most);
    *(struct parabolic *)run->state = s;
}

/* The other libraries' rules have no second wording: what holds them is their
 * own values. */
static void reference(const struct ind_run *run)
{
    if (run->params[2] == COMPAT_NONE)
        reference_own(run);
    else
        IND_FN(sar)(run);
}

static size_t history(const double *params)
{
    (void)params;
    return 2;
}

IND_INDICATOR(sar) = {
    .name = "sar",
    .title = "Parabolic SAR",
    .family = "trend",
    .source = "Wilder, New Concepts in Technical Trading Systems, 1978",
    .note = "Rises first when the second high is above the first. The share of "
            "the way to the "
            "extreme grows by acceleration up to maximum. TA-Lib and Tulip "
            "differ in the first trend "
            "and in when it turns.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"acceleration", "ratio", 0.02, 0, 1},
               {"maximum", "ratio", 0.2, 0, 10},
               COMPAT_PARAM},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(sar),
    .tolerance = 1e-12,
};
