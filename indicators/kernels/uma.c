/* SPDX-License-Identifier: Apache-2.0 */
/* uma: ultimate moving average, whose length and weights follow the market.
 *
 *   length: 1 more while x is within 0.25 deviations of its mean over max_length, 1 less beyond
 *   1.75, min_length .. max_length
 *   mf = money flow index over that length (without volume the relative strength index)
 *   raw = mean of the last `length` values, weighted (bars ago + 1)^power,
 *   power = accelerator + |2 mf - 100| / 25;   out = weighted average of raw over smooth_length */
#include "moving_average.h"
#include "varying_length.h"

enum { ACCELERATOR, MIN_LENGTH, MAX_LENGTH, SMOOTH_LENGTH };
enum { DATA, VOLUME, TYPICAL };

struct state {
    struct window_square window;
    struct ma smooth;
    double length;
    double mem[]; /* of smooth; logarithms of 1 .. max_length; their smallest factors; weights */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[SMOOTH_LENGTH]) +
           3 * ((size_t)params[MAX_LENGTH] + 1) * sizeof(double);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[MAX_LENGTH] - 1 + (size_t)params[SMOOTH_LENGTH] - 1;
}

static size_t history(const double *params) { return 2 * (size_t)params[MAX_LENGTH]; }

static int check(const double *params)
{
    return params[MIN_LENGTH] > params[MAX_LENGTH] ? IND_EPARAM : IND_OK;
}

/* Share of the money that flowed up, of the n - 1 changes in the window. */
static double money_flow(const double *price, const double *volume, size_t t, size_t n)
{
    double up = 0, down = 0;

    for (size_t i = t + 2 - n; i <= t; i++) {
        const double flow = price[i] * volume[i];
        up += price[i] > price[i - 1] ? flow : 0;
        down += price[i] < price[i - 1] ? flow : 0;
    }
    return up + down > 0 ? 100 * up / (up + down) : 50;
}

/* Wilder's index at bar t over n bars, begun 2 n bars before; 50 where there are too few. */
static double strength(const double *x, size_t t, size_t n)
{
    const size_t from = t + 1 >= 2 * n ? t + 1 - 2 * n : 0;
    double up = 0, down = 0;
    size_t i = from + 1;

    if (t - from < n)
        return 50;
    for (; i <= from + n; i++) {
        const double change = x[i] - x[i - 1];
        up += change > 0 ? change : 0;
        down += change < 0 ? -change : 0;
    }
    up /= (double)n;
    down /= (double)n;
    for (; i <= t; i++) {
        const double change = x[i] - x[i - 1];
        up += ((change > 0 ? change : 0) - up) / (double)n;
        down += ((change < 0 ? -change : 0) - down) / (double)n;
    }
    return up + down == 0 ? 50 : 100 * up / (up + down);
}

static long double strength_plain(const double *x, size_t t, size_t n)
{
    const size_t from = t + 1 >= 2 * n ? t + 1 - 2 * n : 0;
    const long double alpha = 1 / (long double)n;
    struct smooth_reference up = {0}, down = {0};

    for (size_t i = from + 1; i <= t; i++) {
        const long double change = (long double)x[i] - x[i - 1];
        smooth_reference_push(&up, fmaxl(change, 0), n, alpha);
        smooth_reference_push(&down, fmaxl(-change, 0), n, alpha);
    }
    return t - from < n || up.y + down.y == 0 ? 50 : 100 * up.y / (up.y + down.y);
}

static void reference(const struct ind_run *run)
{
    const double *x = run->in[DATA], *volume = run->in[VOLUME], *price = run->in[TYPICAL];
    const size_t most = run_int(run, MAX_LENGTH), first = warmup(run->params, 0);
    double *raw = run_scratch(run, 0), length = run->params[MAX_LENGTH];

    for (size_t t = most - 1; t < run->to; t++) {
        const long double mean = sma_plain(x, t, most);
        long double square = 0, up = 0, down = 0, sum = 0, total = 0, mf = 50;
        for (size_t i = 0; i < most; i++)
            square += powl(x[t - i] - mean, 2);
        const long double d = sqrtl(square / (long double)most), away = fabsl(x[t] - mean);
        length += away <= d / 4 ? 1 : away > 1.75L * d ? -1 : 0;
        length = fmin(fmax(length, run->params[MIN_LENGTH]), run->params[MAX_LENGTH]);
        const size_t n = (size_t)length;
        if (volume[t] == 0 || isnan(volume[t])) {
            mf = strength_plain(x, t, n);
        } else {
            for (size_t i = t + 2 - n; i <= t; i++) {
                up += price[i] > price[i - 1] ? price[i] * volume[i] : 0;
                down += price[i] < price[i - 1] ? price[i] * volume[i] : 0;
            }
            mf = up + down > 0 ? 100 * up / (up + down) : 50;
        }
        const long double power = run->params[ACCELERATOR] + fabsl(2 * mf - 100) / 25;
        for (size_t i = 0; i < n; i++) {
            const long double w = powl((long double)(i + 1) / (long double)n, power);
            sum += w * x[t - i];
            total += w;
        }
        raw[t] = isnan(mean) ? NAN : (double)(sum / total);
    }
    ma_reference(raw, size_min(most - 1, run->to), run->to, MA_WMA, run_int(run, SMOOTH_LENGTH));
    for (size_t t = first; t < run->to; t++)
        run->out[0][t] = raw[t];
}

/* Logarithms, and the smallest prime factor of each number: the power of a product is that of its
 * factors. */
static void prepare(double *logs, double *factor, size_t most)
{
    for (size_t k = 1; k <= most; k++) {
        logs[k] = log((double)k);
        factor[k] = (double)k;
    }
    for (size_t k = 2; k * k <= most; k++)
        for (size_t m = k * k; m <= most; m += k)
            if (factor[m] == (double)m)
                factor[m] = (double)k;
}

static double weighted(const double *x, size_t t, size_t n, double power, const double *logs,
                       const double *factor, double *weight)
{
    double sum = 0, total = 0;

    for (size_t k = 1; k <= n; k++) {
        const size_t f = (size_t)factor[k];
        weight[k] = f == k ? exp(power * logs[k]) : weight[f] * weight[k / f];
    }
    for (size_t k = 1; k <= n; k++) {
        sum += weight[k] * (x[t + 1 - k] - x[t]);
        total += weight[k];
    }
    return x[t] + sum / total;
}

static void IND_FN(uma)(const struct ind_run *run)
{
    const struct averaging how = averaging_make(run, MA_WMA, run_int(run, SMOOTH_LENGTH));
    const double *x = run->in[DATA], *volume = run->in[VOLUME];
    const double least = run->params[MIN_LENGTH], most = run->params[MAX_LENGTH];
    const size_t p = run_int(run, MAX_LENGTH), first = warmup(run->params, 0);
    struct state *s = run->state;
    double *logs = s->mem + ma_doubles(how.p), *factor = logs + p + 1, *weight = factor + p + 1;
    double mean[CHUNK], spread[CHUNK];

    if (run->from == 0) {
        s->length = most;
        prepare(logs, factor, p);
    }
    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        window_square_chunk(&s->window, x + at, n, p, mean, spread);
        for (size_t i = skip; i < n; i++) {
            const size_t t = at + i;
            const double change = length_change(x[t], mean[i], sqrt(spread[i]));
            const size_t len = (size_t)(s->length = length_held(s->length + change, least, most));
            const bool idle = volume[t] == 0 || isnan(volume[t]);
            const double mf =
                idle ? strength(x, t, len) : money_flow(run->in[TYPICAL], volume, t, len);
            const double power = run->params[ACCELERATOR] + fabs(2 * mf - 100) / 25;
            mean[i] = isnan(mean[i]) ? NAN : weighted(x, t, len, power, logs, factor, weight);
        }
        ma_chunk(&how, &s->smooth, s->mem, mean + skip, mean + skip, n - skip);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = mean[i];
    }
}

IND_INDICATOR(uma) = {
    .name = "uma",
    .title = "Ultimate Moving Average",
    .family = "moving average",
    .source = "TradingView community scripts, 2021",
    .note = "The oldest value weighs most. Without volume at a bar the index is Wilder's relative "
            "strength over as many bars, begun 2 lengths before; 50 where nothing moves. "
            "min_length must not exceed max_length. NaN while a NaN or infinite value is among "
            "the last max_length + smooth_length - 1.",
    .inputs = {{"data", "close"}, {"volume", "volume"}, {"typical_price", "hlc3"}},
    .params = {{"accelerator", "ratio", 1, 1, 1000},
               {"min_length", "bars", 5, 1, 1e6, IND_INTEGER},
               {"max_length", "bars", 50, 1, 1e6, IND_INTEGER},
               {"smooth_length", "bars", 4, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(uma),
    .tolerance = 1e-11,
};
