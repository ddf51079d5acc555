/* SPDX-License-Identifier: Apache-2.0 */
/* trendflex, reflex: how far a smoothed price is from where it has been, in terms of how far it
 * usually is.
 *
 *   s = SuperSmoother of half the period, which starts with the first two values
 *   trendflex: d = mean of s[t] - s[t-k], k = 1 .. p
 *   reflex:    d = mean of s[t] + k slope - s[t-k],   slope = (s[t-p] - s[t]) / p
 *   power = 0.04 d^2 + 0.96 power,   out = d / sqrt(power) */
#include "cycle.h"
#include "smooth.h"
#include "tail.h"
#include "window_sum.h"

struct state {
    double y[2];   /* of the smoother, newest first */
    double before; /* the window's sum at the last bar */
    struct tail smoothed;
    struct window_sum window;
    struct smooth power;
    double mem[]; /* of smoothed */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size((size_t)params[0]);
}

/* The SuperSmoother as steps, so that what stands still does so to the last bit:
 * s = s' + c ((x - s') + (x' - s')) + a2 (s' - s''). */
struct supersmoother {
    long double c, a2;
};

static struct supersmoother supersmoother_make(double period)
{
    const long double f = 1.414L * CYCLE_PI / period, a = expl(-f);

    return (struct supersmoother){(1 + a * a - 2 * a * cosl(f)) / 2, a * a};
}

static double trendflex_half(double period) { return round(period / 2); }
static double reflex_half(double period) { return floor(period / 2); }

static void define(const struct ind_run *run, double half, bool reflex)
{
    const struct supersmoother how = supersmoother_make(half);
    const size_t p = run_int(run, 0);
    double *s = run_scratch(run, 0);
    long double y[3] = {0}, power = 0;

    for (size_t t = 0; t < run->to; t++) {
        const double *x = run->in[0];
        y[2] = y[1], y[1] = y[0], y[0] = x[t];
        if (t >= 2)
            y[0] = y[1] + how.c * (x[t] - y[1] + (x[t - 1] - y[1])) + how.a2 * (y[1] - y[2]);
        s[t] = (double)y[0];
        if (reflex && t < p)
            run->out[0][t] = 0;
        if (t < p)
            continue;
        const long double slope = reflex ? ((long double)s[t - p] - s[t]) / (long double)p : 0;
        long double d = 0;
        for (size_t k = 1; k <= p; k++)
            d += s[t] + (long double)k * slope - s[t - k];
        d /= (long double)p;
        power = 0.04L * d * d + 0.96L * power;
        run->out[0][t] = power == 0 ? 0 : (double)(d / sqrtl(power));
    }
}

static void smooth_bars(const struct supersmoother *how, struct state *s, const double *x,
                        size_t at, size_t n, double *out)
{
    const double c = (double)how->c, a2 = (double)how->a2;
    double a = s->y[0], b = s->y[1];

    for (size_t i = 0; i < n; i++) {
        double y = x[i];
        if (at + i >= 2)
            y = a + (c * ((x[i] - a) + (*(x + i - 1) - a)) + a2 * (a - b));
        b = a;
        out[i] = a = y;
    }
    s->y[0] = a;
    s->y[1] = b;
}

static inline __attribute__((always_inline)) void flex_run(const struct ind_run *run, double half,
                                                           bool reflex)
{
    const struct supersmoother how = supersmoother_make(half);
    const struct smoothing power_how = smoothing_make(run, 1, 0.04);
    const size_t p = run_int(run, 0);
    const double inverse = 1 / (double)p, middle = reflex ? 0.5 * (1 + inverse) : 0;
    struct state *s = run->state;
    double smoothed[CHUNK], sum[CHUNK + 1], power[CHUNK];

    if (run->from == 0)
        s->power = smooth_from_0();
    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, p), n);

        smooth_bars(&how, s, run->in[0] + at, at, n, smoothed);
        const double *made = tail_append(&s->smoothed, s->mem, p, smoothed, n);
        sum[0] = s->before;
        window_sum_chunk(&s->window, made, n, p, sum + 1);
        s->before = sum[n];
        for (size_t i = skip; i < n; i++) {
            const double now = made[i], back = middle * (*(made + i - p) - now);
            smoothed[i] = now + back - sum[i] * inverse;
            power[i] = smoothed[i] * smoothed[i];
        }
        smooth_chunk(&power_how, &s->power, power + skip, power + skip, n - skip);
        for (size_t i = 0; i < skip && reflex; i++)
            run->out[0][at + i] = 0;
        for (size_t i = skip; i < n; i++) {
            const double value = smoothed[i] / sqrt(power[i]);
            run->out[0][at + i] = power[i] == 0 ? 0 : value;
        }
    }
}

static void trendflex_reference(const struct ind_run *run)
{
    define(run, trendflex_half(run->params[0]), false);
}

static void IND_FN(trendflex)(const struct ind_run *run)
{
    flex_run(run, trendflex_half(run->params[0]), false);
}

static void reflex_reference(const struct ind_run *run)
{
    define(run, reflex_half(run->params[0]), true);
}

static void IND_FN(reflex)(const struct ind_run *run)
{
    flex_run(run, reflex_half(run->params[0]), true);
}

/* Deviations are small differences of prices, and are divided by ever smaller ones while a market
 * stands still. */
#define FLEX(NAME, TITLE, WARMUP, NOTE)                                                            \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "cycle",                                                                         \
        .source = "Ehlers, Reflex: A New Zero-Lag Indicator, Stocks & Commodities, 2020",          \
        .note = NOTE " 0 where nothing has moved. A NaN or infinite bar makes all later values "   \
                     "NaN.",                                                                       \
        .inputs = {{"data", "close"}},                                                             \
        .params = {{"period", "bars", 20, 2, IND_PERIOD_MAX, IND_INTEGER}},                        \
        .outputs = {"values"},                                                                     \
        .warmup = WARMUP,                                                                          \
        .history = ind_history_1,                                                                  \
        .state_size = state_size,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = 1e-9,                                                                         \
    }

FLEX(trendflex, "TrendFlex", ind_period, "The smoother has length period / 2, rounded.");
FLEX(reflex, "Reflex", NULL,
     "The smoother has length period / 2, rounded down. The first period values are 0.");
