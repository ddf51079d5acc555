/* SPDX-License-Identifier: Apache-2.0 */
/* avsl: anti-volume stop loss, a stop below the lows that volume confirms less the farther off.
 *
 *   vpc = slow weighted mean - slow mean;   vpr = fast weighted mean / fast mean
 *   vm = fast mean volume / slow one;       vpci = vpc vpr vm
 *   length = round(|vpci - 3|) where vpc < 0, else round(vpci + 3); from 1 to 200
 *   price = mean over length of low / (vpc vpr), a vpc within -1 .. 1 taken for its sign; / 100
 *   out = mean over slow_period of low - price + multiplier vpci vm */
#include "moving_average.h"
#include "volume_mean.h"

enum { FAST, SLOW, MULTIPLIER };
enum { LENGTH_MAX = 200 };

/* A difference below this part of the mean is rounding: the means are the same. */
#define NO_DIFFERENCE 1e-10

struct state {
    struct volume_mean fast, slow;
    struct tail products, lows, stops;
    struct window_sum sum;
    double mem[]; /* of products, lows, stops */
};

static size_t longest(const double *params)
{
    return size_max((size_t)params[FAST], (size_t)params[SLOW]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return longest(params) + (size_t)params[SLOW] - 2;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size(longest(params)) + series_size(LENGTH_MAX) +
           series_size((size_t)params[SLOW]);
}

/* What a bar says. */
struct view {
    double vpc, vpr, vm, vpci;
};

static inline struct view view_of(double slow_plain, double slow_weighted, double fast_plain,
                                  double fast_weighted, double fast_volume, double slow_volume)
{
    const double difference = slow_weighted - slow_plain;
    struct view v;

    /* without volume the weighted mean is the plain one */
    v.vpc =
        slow_volume == 0 || fabs(difference) <= NO_DIFFERENCE * fabs(slow_plain) ? 0 : difference;
    v.vpr = fast_volume == 0 || fast_plain == 0 ? 1 : fast_weighted / fast_plain;
    v.vm = slow_volume == 0 ? 1 : fast_volume / slow_volume;
    v.vpci = v.vpc * v.vpr * v.vm;
    return v;
}

static inline double scaled_low(double low, const struct view *v)
{
    const double vpc = fabs(v->vpc) < 1 ? (v->vpc < 0 ? -1 : 1) : v->vpc;

    return v->vpr == 0 ? 0 : low / (vpc * v->vpr);
}

/* Bars that price is the mean of; 0 when that is not to be known. */
static inline size_t length_of(const struct view *v)
{
    const double length = v->vpc < 0 ? fabs(v->vpci - 3) : v->vpci + 3;

    return isnan(length) ? 0 : (size_t)fmin(fmax(round(length), 1), LENGTH_MAX);
}

static void reference(const struct ind_run *run)
{
    const size_t fast_p = run_int(run, FAST), slow_p = run_int(run, SLOW);
    const double *close = run->in[0], *low = run->in[1], *volume = run->in[2];
    double *scaled = run_scratch(run, 0), *stop = run_scratch(run, 1);

    for (size_t t = 0; t < run->to; t++) {
        scaled[t] = low[t];
        if (t + 1 < longest(run->params))
            continue;
        const struct volume_mean_reference fast = volume_mean_reference(close, volume, t, fast_p);
        const struct volume_mean_reference slow = volume_mean_reference(close, volume, t, slow_p);
        struct view v = view_of((double)slow.plain, (double)slow.weighted, (double)fast.plain,
                                (double)fast.weighted, (double)fast.volume, (double)slow.volume);
        if (v.vpc != 0) /* what rounding to double would take from a small difference */
            v.vpc = (double)(slow.weighted - slow.plain);
        v.vpci = v.vpc * v.vpr * v.vm;
        scaled[t] = scaled_low(low[t], &v);
        const size_t length = length_of(&v);
        stop[t] = length == 0 ? (double)NAN
                              : low[t] -
                                    (double)(plain_sum(scaled, t, size_min(length, t + 1)) /
                                             (long double)length) /
                                        100 +
                                    run->params[MULTIPLIER] * v.vpci * v.vm;
        if (t >= warmup(run->params, 0))
            run->out[0][t] = (double)sma_plain(stop, t, slow_p);
    }
}

/* The bars from `at` + skip on: scaled lows go to `lows`, stops to stop. */
static void stops_chunk(const struct ind_run *run, const struct volume_means *fast,
                        const struct volume_means *slow, struct state *s, double *lows, size_t at,
                        size_t skip, size_t n, double *stop)
{
    const double *low = run->in[1] + at;
    double scaled[CHUNK];
    struct view view[CHUNK];

    for (size_t i = 0; i < skip; i++)
        scaled[i] = low[i];
    for (size_t i = skip; i < n; i++) {
        view[i] = view_of(slow->plain[i], slow->weighted[i], fast->plain[i], fast->weighted[i],
                          fast->volume[i], slow->volume[i]);
        scaled[i] = scaled_low(low[i], &view[i]);
    }
    const double *y = tail_append(&s->lows, lows, LENGTH_MAX, scaled, n);
    for (size_t i = skip; i < n; i++) {
        const size_t length = length_of(&view[i]);
        const double sum = window_sum_direct(y + i, size_min(length, at + i + 1));
        const double price = sum / (double)length / 100;
        const double deviation = run->params[MULTIPLIER] * view[i].vpci * view[i].vm;
        stop[i] = length == 0 ? NAN : low[i] - price + deviation;
    }
}

static void IND_FN(avsl)(const struct ind_run *run)
{
    const size_t fast_p = run_int(run, FAST), slow_p = run_int(run, SLOW);
    const size_t span = longest(run->params), first = warmup(run->params, 0);
    struct state *s = run->state;
    double *lows = s->mem + series_doubles(span), *stops = lows + series_doubles(LENGTH_MAX);
    struct volume_means fast, slow;
    double stop[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[0] + at, *volume = run->in[2] + at;
        const size_t skip = size_min(chunk_skip(at, span - 1), n), m = n - skip;

        for (size_t i = 0; i < n; i++)
            stop[i] = close[i] * volume[i];
        const double *products = tail_append(&s->products, s->mem, span, stop, n);
        volume_mean_chunk(&s->fast, close, volume, products, n, fast_p, &fast);
        volume_mean_chunk(&s->slow, close, volume, products, n, slow_p, &slow);
        stops_chunk(run, &fast, &slow, s, lows, at, skip, n, stop);
        ma_chunk_sum(&s->stops, stops, &s->sum, slow_p, stop + skip, stop + skip, m);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = stop[i];
    }
}

IND_INDICATOR(avsl) = {
    .name = "avsl",
    .title = "Anti-Volume Stop Loss",
    .family = "volume",
    .source = "Dormeier, Investing with Volume Analysis, 2011",
    .note = "Without volume the weighted mean is the plain one, and without volume in the slow "
            "window vm is 1; a vpc below 1e-10 of the mean counts as 0. Lows before the first vpc "
            "count as they are, and those before the first bar as 0. A NaN or infinite bar shows "
            "while it is in a window, of up to 200 lows.",
    .inputs = {{"close", "close"}, {"low", "low"}, {"volume", "volume"}},
    .params = {{"fast_period", "bars", 12, 1, IND_PERIOD_MAX / 2, IND_INTEGER},
               {"slow_period", "bars", 26, 1, IND_PERIOD_MAX / 2, IND_INTEGER},
               {"multiplier", "ratio", 2, -1e6, 1e6}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = longest,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(avsl),
    .tolerance = 1e-11,
    .absolute = 1, /* a vpc of 1, the 3 bars and more that it adds */
};
