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

/* Of bar t, which has one before it. */
static double force_push(struct force *s, const double *const *in, size_t t)
{
    const double *high = in[0], *low = in[1], *close = in[2];
    const double range = high[t] - low[t];
    const double change = high[t] + low[t] + close[t] - (high[t - 1] + low[t - 1] + close[t - 1]);

    if (change * s->trend < 0 || (s->trend == 0 && change != 0)) {
        s->trend = change > 0 ? 1 : -1;
        s->cm = high[t - 1] - low[t - 1];
    }
    s->cm += range;
    return in[3][t] * fabs(2 * (range / s->cm) - 1) * (s->trend > 0 ? 100 : -100);
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
        for (size_t i = 0; i < n; i++)
            fast[i] = force_push(&s->force, run->in, at + i);
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
