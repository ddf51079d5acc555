/* SPDX-License-Identifier: Apache-2.0 */
/* Candlestick patterns: what a rule may ask of a bar, and the loop that asks it of every bar.
 *
 * What counts as long, short, near or equal is measured against the mean of the bars before the
 * one in question (TA-Lib's default settings):
 *
 *   long body     body above the mean body of 10 bars    doji        body up to 0.1 mean range of
 * 10 short body    below it                               near        0.2 mean range of 5 long
 * shadow   above the bar's own body               far         0.6 mean range of 5 very long above
 * twice the bar's own body         equal       0.05 mean range of 5 short shadow  below half the
 * mean sum of both shadows of 10 very short    below 0.1 mean range of 10
 *
 * Rules use & and | on truth values, not && and ||: without branches the loop over bars
 * vectorizes. */
#ifndef IND_CANDLES_H
#define IND_CANDLES_H

#include "kernel.h"

enum candle_mean { MEAN_BODY_10, MEAN_RANGE_10, MEAN_RANGE_5, MEAN_SHADOWS_10, CANDLE_MEANS };
enum { /* sets of means a rule asks for */
       BODY_10 = 1 << MEAN_BODY_10,
       RANGE_10 = 1 << MEAN_RANGE_10,
       RANGE_5 = 1 << MEAN_RANGE_5,
       SHADOWS_10 = 1 << MEAN_SHADOWS_10
};

enum { CANDLE_BLOCK = 256, CANDLE_REACH = 4, CANDLE_AVERAGED = 10 };

struct candles {
    const double *open, *high, *low, *close;
    double penetration;
    size_t base;                      /* mean[k][0] is that of bar `base` */
    const double *mean[CANDLE_MEANS]; /* null: worked out anew at each question */
};

/* What a rule says of bar t: 0, or the pattern's value. */
typedef double candle_rule(const struct candles *c, size_t t);

#define CANDLE_INLINE static inline __attribute__((always_inline))

CANDLE_INLINE double candle_top(const struct candles *c, size_t t)
{
    return c->open[t] > c->close[t] ? c->open[t] : c->close[t];
}

CANDLE_INLINE double candle_bottom(const struct candles *c, size_t t)
{
    return c->open[t] < c->close[t] ? c->open[t] : c->close[t];
}

CANDLE_INLINE double candle_body(const struct candles *c, size_t t)
{
    return fabs(c->close[t] - c->open[t]);
}

CANDLE_INLINE double candle_range(const struct candles *c, size_t t)
{
    return c->high[t] - c->low[t];
}

CANDLE_INLINE double candle_upper(const struct candles *c, size_t t)
{
    return c->high[t] - candle_top(c, t);
}

CANDLE_INLINE double candle_lower(const struct candles *c, size_t t)
{
    return candle_bottom(c, t) - c->low[t];
}

CANDLE_INLINE double candle_measure(const struct candles *c, enum candle_mean mean, size_t t)
{
    switch (mean) {
    case MEAN_BODY_10:
        return candle_body(c, t);
    case MEAN_SHADOWS_10:
        return candle_upper(c, t) + candle_lower(c, t);
    default:
        return candle_range(c, t);
    }
}

CANDLE_INLINE size_t candle_mean_bars(enum candle_mean mean)
{
    return mean == MEAN_RANGE_5 ? 5 : 10;
}

/* The mean over the bars before bar t. */
CANDLE_INLINE double candle_mean(const struct candles *c, enum candle_mean mean, size_t t)
{
    const size_t n = candle_mean_bars(mean);
    double sum = 0;

    if (c->mean[mean])
        return c->mean[mean][t - c->base];
    for (size_t i = t - n; i < t; i++)
        sum += candle_measure(c, mean, i);
    return sum / (double)n;
}

/* ---- The words that rules are written in --------------------------------------------------- */

CANDLE_INLINE int white(const struct candles *c, size_t t) { return c->close[t] >= c->open[t]; }
CANDLE_INLINE int black(const struct candles *c, size_t t) { return c->close[t] < c->open[t]; }

/* 1 for a white bar, -1 for a black one. */
CANDLE_INLINE double colour(const struct candles *c, size_t t)
{
    return c->close[t] >= c->open[t] ? 1.0 : -1.0;
}

CANDLE_INLINE int same_colour(const struct candles *c, size_t t, size_t u)
{
    return white(c, t) == white(c, u);
}

CANDLE_INLINE int long_body(const struct candles *c, size_t t)
{
    return candle_body(c, t) > candle_mean(c, MEAN_BODY_10, t);
}

CANDLE_INLINE int short_body(const struct candles *c, size_t t)
{
    return candle_body(c, t) < candle_mean(c, MEAN_BODY_10, t);
}

CANDLE_INLINE int not_long_body(const struct candles *c, size_t t)
{
    return candle_body(c, t) <= candle_mean(c, MEAN_BODY_10, t);
}

/* As a doji is measured at bar `at`. */
CANDLE_INLINE int doji_at(const struct candles *c, size_t t, size_t at)
{
    return candle_body(c, t) <= 0.1 * candle_mean(c, MEAN_RANGE_10, at);
}

CANDLE_INLINE int doji(const struct candles *c, size_t t) { return doji_at(c, t, t); }

CANDLE_INLINE double tiny(const struct candles *c, size_t t)
{
    return 0.1 * candle_mean(c, MEAN_RANGE_10, t);
}

CANDLE_INLINE int no_upper(const struct candles *c, size_t t)
{
    return candle_upper(c, t) < tiny(c, t);
}

CANDLE_INLINE int no_lower(const struct candles *c, size_t t)
{
    return candle_lower(c, t) < tiny(c, t);
}

CANDLE_INLINE int some_upper(const struct candles *c, size_t t)
{
    return candle_upper(c, t) > tiny(c, t);
}

CANDLE_INLINE int some_lower(const struct candles *c, size_t t)
{
    return candle_lower(c, t) > tiny(c, t);
}

CANDLE_INLINE double short_shadow(const struct candles *c, size_t t)
{
    return candle_mean(c, MEAN_SHADOWS_10, t) / 2;
}

CANDLE_INLINE int long_upper(const struct candles *c, size_t t)
{
    return candle_upper(c, t) > candle_body(c, t);
}

CANDLE_INLINE int long_lower(const struct candles *c, size_t t)
{
    return candle_lower(c, t) > candle_body(c, t);
}

CANDLE_INLINE double near_by(const struct candles *c, size_t t)
{
    return 0.2 * candle_mean(c, MEAN_RANGE_5, t);
}

CANDLE_INLINE double far_off(const struct candles *c, size_t t)
{
    return 0.6 * candle_mean(c, MEAN_RANGE_5, t);
}

/* Is x the same price as y, as prices are told apart at bar t? */
CANDLE_INLINE int equal(const struct candles *c, double x, double y, size_t t)
{
    const double by = 0.05 * candle_mean(c, MEAN_RANGE_5, t);

    return (x <= y + by) & (x >= y - by);
}

/* A gap between the bodies of bars t and u, or between whole bars. */
CANDLE_INLINE int body_gap_up(const struct candles *c, size_t t, size_t u)
{
    return candle_bottom(c, t) > candle_top(c, u);
}

CANDLE_INLINE int body_gap_down(const struct candles *c, size_t t, size_t u)
{
    return candle_top(c, t) < candle_bottom(c, u);
}

CANDLE_INLINE int gap_up(const struct candles *c, size_t t, size_t u)
{
    return c->low[t] > c->high[u];
}

CANDLE_INLINE int gap_down(const struct candles *c, size_t t, size_t u)
{
    return c->high[t] < c->low[u];
}

/* Bar t opens inside the body of the black bar u, or of the white one. */
CANDLE_INLINE int opens_in_black(const struct candles *c, size_t t, size_t u)
{
    return (c->open[t] < c->open[u]) & (c->open[t] > c->close[u]);
}

CANDLE_INLINE int opens_in_body(const struct candles *c, size_t t, size_t u)
{
    return (c->open[t] < candle_top(c, u)) & (c->open[t] > candle_bottom(c, u));
}

CANDLE_INLINE int marubozu(const struct candles *c, size_t t)
{
    return long_body(c, t) & no_upper(c, t) & no_lower(c, t);
}

/* ---- The loop ------------------------------------------------------------------------------ */

CANDLE_INLINE struct candles candles_of(const struct ind_run *run, int has_penetration)
{
    return (struct candles){.open = run->in[0],
                            .high = run->in[1],
                            .low = run->in[2],
                            .close = run->in[3],
                            .penetration = has_penetration ? run->params[0] : 0};
}

/* mean[i] = mean of measure[i] .. measure[i + n - 1], oldest first. */
CANDLE_INLINE void candle_fill_means(double *restrict mean, const double *restrict measure,
                                     size_t n, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double sum = 0;

        for (size_t k = 0; k < n; k++) /* n is a constant: unrolled, and the bars vectorize */
            sum += measure[i + k];
        mean[i] = sum / (double)n;
    }
}

CANDLE_INLINE void candle_block_mean(const struct candles *c, enum candle_mean kind, double *mean,
                                     size_t to)
{
    double measure[CANDLE_BLOCK + CANDLE_REACH + CANDLE_AVERAGED];
    const size_t n = candle_mean_bars(kind);

    measure[0] = 0; /* gcc 12 does not see that the loop runs */
    for (size_t i = 0; i < to - c->base + n; i++)
        measure[i] = candle_measure(c, kind, c->base - n + i);
    candle_fill_means(mean, measure, n, to - c->base);
}

/* candle_block_KIND: the means of the bars c->base .. to - 1. Functions of their own, called once a
 * block: inlined into each of 61 patterns they would be most of what the library takes to compile.
 */
#define CANDLE_BLOCK_MEAN(KIND)                                                                    \
    static __attribute__((noinline, unused)) void candle_block_##KIND(const struct candles *c,     \
                                                                      double *mean, size_t to)     \
    {                                                                                              \
        candle_block_mean(c, MEAN_##KIND, mean, to);                                               \
    }
CANDLE_BLOCK_MEAN(BODY_10)
CANDLE_BLOCK_MEAN(RANGE_10)
CANDLE_BLOCK_MEAN(RANGE_5)
CANDLE_BLOCK_MEAN(SHADOWS_10)

/* Ask a rule of every bar of a stretch, a block at a time: its means are worked out once a block.
 * `lookback` bars at the start have no answer and are 0. All but `run` are constants, so that what
 * is left after inlining has no branch in its loops. */
CANDLE_INLINE void candle_run(const struct ind_run *run, size_t lookback, size_t reach,
                              unsigned means, int has_penetration, candle_rule *rule)
{
    double mean[CANDLE_MEANS][CANDLE_BLOCK + CANDLE_REACH];
    double *restrict out = run->out[0];
    size_t t = run->from;

    for (; t < size_min(run->to, lookback); t++)
        out[t] = 0;
    while (t < run->to) {
        const size_t to = size_min(run->to, t + CANDLE_BLOCK);
        struct candles plain = candles_of(run, has_penetration), c;

        plain.base = t - reach;
        c = plain; /* whose address no call sees: its members stay in registers */
        if (means & BODY_10) {
            candle_block_BODY_10(&plain, mean[MEAN_BODY_10], to);
            c.mean[MEAN_BODY_10] = mean[MEAN_BODY_10];
        }
        if (means & RANGE_10) {
            candle_block_RANGE_10(&plain, mean[MEAN_RANGE_10], to);
            c.mean[MEAN_RANGE_10] = mean[MEAN_RANGE_10];
        }
        if (means & RANGE_5) {
            candle_block_RANGE_5(&plain, mean[MEAN_RANGE_5], to);
            c.mean[MEAN_RANGE_5] = mean[MEAN_RANGE_5];
        }
        if (means & SHADOWS_10) {
            candle_block_SHADOWS_10(&plain, mean[MEAN_SHADOWS_10], to);
            c.mean[MEAN_SHADOWS_10] = mean[MEAN_SHADOWS_10];
        }
        for (; t < to; t++)
            out[t] = 0.0 + rule(&c, t); /* never -0 */
    }
}

/* The definition: every bar on its own. */
CANDLE_INLINE void candle_reference(const struct ind_run *run, size_t lookback, int has_penetration,
                                    candle_rule *rule)
{
    const struct candles c = candles_of(run, has_penetration);

    for (size_t t = run->from; t < run->to; t++)
        run->out[0][t] = t < lookback ? 0 : 0.0 + rule(&c, t);
}

/* History a stream keeps: the farthest bar asked for. */
static inline size_t candle_history(const double *params)
{
    (void)params;
    return CANDLE_REACH + CANDLE_AVERAGED;
}

#define CANDLE_NOTE                                                                                \
    " 0 elsewhere and before there are bars enough. A bar with a NaN matches nothing."
#define CANDLE_INPUTS                                                                              \
    {                                                                                              \
        {"open", "open"}, {"high", "high"}, {"low", "low"}, { "close", "close" }                   \
    }
#define CANDLE_SOURCE "Nison, Japanese Candlestick Charting Techniques, 1991; settings of TA-Lib"

/* One pattern, cdlNAME, from its rule: how many bars it spans, the means it asks for, how many
 * bars the longest of them takes, and the default penetration (0: it has none). */
#define CANDLE_PATTERN(NAME, RULE, BARS, MEANS, AVERAGED, PENETRATION, TITLE, NOTE)                \
    static void cdl##NAME##_reference(const struct ind_run *run)                                   \
    {                                                                                              \
        candle_reference(run, (AVERAGED) + (BARS)-1, (PENETRATION) > 0, RULE);                     \
    }                                                                                              \
    static void IND_FN(cdl##NAME)(const struct ind_run *run)                                       \
    {                                                                                              \
        candle_run(run, (AVERAGED) + (BARS)-1, (BARS)-1, MEANS, (PENETRATION) > 0, RULE);          \
    }                                                                                              \
    IND_INDICATOR(cdl##NAME) = {                                                                   \
        .name = "cdl" #NAME,                                                                       \
        .title = TITLE,                                                                            \
        .family = "pattern",                                                                       \
        .source = CANDLE_SOURCE,                                                                   \
        .note = NOTE CANDLE_NOTE,                                                                  \
        .inputs = CANDLE_INPUTS,                                                                   \
        .params = {{(PENETRATION) > 0 ? "penetration" : NULL, "ratio", PENETRATION, 0, 1e6}},      \
        .outputs = {"values"},                                                                     \
        .history = candle_history,                                                                 \
        .reference = cdl##NAME##_reference,                                                        \
        .run = IND_FN(cdl##NAME),                                                                  \
    }

#endif
