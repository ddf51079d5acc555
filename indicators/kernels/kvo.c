/* SPDX-License-Identifier: Apache-2.0 */
/* kvo: Klinger volume oscillator.
 *
 *   trend    up or down as high + low + close has changed; unchanged it stays
 *   cm       high - low summed over the trend, and that of the bar before its first
 *   force    volume * |2 (high - low) / cm - 1| * 100, negative in a falling trend
 *   out = exponential average of force over short_period - that over long_period */
#include "smooth.h"

enum { SHORT, LONG };

struct force {
    double trend; /* 1, -1; 0 before the first change */
    double cm;
};

struct state {
    struct force force;
    struct smooth fast, slow;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return 1;
}

static inline double middle(const double *const *in, size_t t)
{
    return in[0][t] + in[1][t] + in[2][t];
}

/* Where price has not moved the trend goes on. Gives the last one. */
static double carry_trend(double before, double *trend, size_t n)
{
    int still = 0;

    for (size_t i = 0; i < n; i++)
        still |= trend[i] == 0;
    for (size_t i = 0; i < n && still; i++)
        trend[i] = before = trend[i] != 0 ? trend[i] : before;
    return trend[n - 1];
}

/* Of bars at .. at + n - 1, each of which has one before it. What turns, and so where the sums
 * begin, follows from prices alone: the sums are a recurrence that keeps all or nothing. */
static void force_chunk(struct force *s, const double *const *in, size_t at, size_t n,
                        double *restrict force)
{
    double room[CHUNK + 1], *trend = room + 1, keep[CHUNK], cm[CHUNK];

    for (size_t i = 0; i < n; i++) {
        const double change = middle(in, at + i) - middle(in, at + i - 1);
        const double down = change < 0 ? -1 : 0;
        trend[i] = change > 0 ? 1 : down;
    }
    trend[-1] = s->trend;
    s->trend = carry_trend(s->trend, trend, n);
    for (size_t i = 0; i < n; i++) {
        const double range = in[0][at + i] - in[1][at + i];
        const double both = range + (in[0][at + i - 1] - in[1][at + i - 1]);
        const bool turns = trend[i] != room[i]; /* against the bar before */
        keep[i] = turns ? 0 : 1;
        cm[i] = turns ? both : range;
    }
    s->cm = fade_chunk(s->cm, keep, cm, cm, n);
    for (size_t i = 0; i < n; i++) {
        const double size = fabs(2 * ((in[0][at + i] - in[1][at + i]) / cm[i]) - 1);
        force[i] = in[3][at + i] * size * (trend[i] > 0 ? 100 : -100);
    }
}

/* Each trend is summed afresh from its first bar. */
static void reference(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    size_t begin = 1;
    double trend = 0;
    struct smooth_reference fast = {0}, slow = {0};

    for (size_t t = 1; t < run->to; t++) {
        const double now = high[t] + low[t] + close[t];
        const double before = high[t - 1] + low[t - 1] + close[t - 1];
        long double cm = 0;
        if ((now > before && trend <= 0) || (now < before && trend >= 0)) {
            trend = now > before ? 1 : -1;
            begin = t;
        }
        for (size_t u = begin; u <= t; u++)
            cm += (long double)high[u] - low[u];
        if (trend != 0)
            cm += (long double)high[begin - 1] - low[begin - 1];
        const long double size = run->in[3][t] * fabsl(2 * (high[t] - low[t]) / cm - 1) * 100;
        const long double force = trend > 0 ? size : -size;
        smooth_reference_push(&fast, force, 1, 2.0L / (run->params[SHORT] + 1));
        smooth_reference_push(&slow, force, 1, 2.0L / (run->params[LONG] + 1));
        run->out[0][t] = (double)(fast.y - slow.y);
    }
}

static void IND_FN(kvo)(const struct ind_run *run)
{
    const struct smoothing fast_how = smoothing_make(run, 1, ema_alpha(run_int(run, SHORT)));
    const struct smoothing slow_how = smoothing_make(run, 1, ema_alpha(run_int(run, LONG)));
    struct state *s = run->state;
    double fast[CHUNK], slow[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        force_chunk(&s->force, run->in, at, n, fast);
        smooth_chunk(&slow_how, &s->slow, fast, slow, n);
        smooth_chunk(&fast_how, &s->fast, fast, fast, n);
        for (size_t i = 0; i < n; i++)
            run->out[0][at + i] = fast[i] - slow[i];
    }
}

IND_INDICATOR(kvo) = {
    .name = "kvo",
    .title = "Klinger Volume Oscillator",
    .family = "volume",
    .source = "Klinger, Identifying Trends with Volume Analysis, Stocks & Commodities, 1997",
    .note =
        "The averages start from the force of the second bar. Until price has moved the trend "
        "counts as falling. A trend none of whose bars has a range yet has no force (0/0): that, "
        "and a NaN or infinite bar, make all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}, {"volume", "volume"}},
    .params = {{"short_period", "bars", 2, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"long_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(kvo),
    .tolerance = 1e-11,
};
