/* SPDX-License-Identifier: Apache-2.0 */
/* volume_adjusted_ma: Arms' average over bars until enough volume has gone by.
 *
 *   v = volume / (average volume vi_factor);   n = the least with v[t] + ... + v[t-n+1] >= length,
 *   at most 10 length (not strict: length)
 *   out = (sum of x v over n bars - (sum of v - length) x[t-n]) / length */
#include "window_sum.h"

enum { LENGTH, VI_FACTOR, STRICT, SAMPLE };

struct state {
    double all; /* the volume so far */
    struct window_sum window;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)fmax(params[LENGTH], params[SAMPLE]) - 1;
}

/* The most bars that are looked at. */
static size_t most_bars(const double *params)
{
    return (params[STRICT] ? 10 : 1) * (size_t)params[LENGTH];
}

static size_t history(const double *params)
{
    return size_max(most_bars(params), (size_t)params[SAMPLE]);
}

static void reference(const struct ind_run *run)
{
    const double *x = run->in[0], *volume = run->in[1];
    const size_t sample = run_int(run, SAMPLE);
    const long double length = run->params[LENGTH];
    long double all = 0;

    for (size_t t = 0; t < run->to; t++) {
        all += finite_part(volume[t]);
        if (t < warmup(run->params, 0))
            continue;
        long double average = all / (long double)(t + 1), sum = 0, weighted = 0;
        if (sample > 0) {
            average = 0;
            for (size_t i = 0; i < sample; i++)
                average += finite_part(volume[t - i]) / (long double)sample;
        }
        const long double unit = average * run->params[VI_FACTOR];
        const size_t most = size_min(most_bars(run->params), t + 1);
        size_t n = unit > 0 ? 0 : most;
        while (n < most && !(run->params[STRICT] && n > 0 && sum >= length)) {
            const long double v = finite_part(volume[t - n]) / unit;
            sum += v;
            weighted += v * x[t - n];
            n++;
        }
        if (n > t)
            run->out[0][t] = NAN;
        else
            run->out[0][t] =
                (double)(unit > 0 ? (weighted + (length - sum) * x[t - n]) / length : x[t - n]);
    }
}

/* Walk back from bar t; volumes are times `scale`. */
static double walk(const double *x, const double *volume, size_t t, size_t most, double length,
                   bool strict, double scale)
{
    double sum = 0, weighted = 0;
    size_t n = 0;

    do {
        const double v = finite_part(volume[t - n]) * scale;
        sum += v;
        weighted += v * x[t - n];
        n++;
    } while (n < most && !(strict && sum >= length));
    return n > t ? NAN : (weighted + (length - sum) * x[t - n]) / length;
}

static void IND_FN(volume_adjusted_ma)(const struct ind_run *run)
{
    const double *x = run->in[0], *volume = run->in[1], length = run->params[LENGTH];
    const size_t sample = run_int(run, SAMPLE), first = warmup(run->params, 0);
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        const size_t most = size_min(most_bars(run->params), t + 1);

        s->all += finite_part(volume[t]);
        if (sample > 0)
            window_sum_push(&s->window, volume + t, sample);
        if (t < first)
            continue;
        const double average =
            sample > 0 ? s->window.sum / (double)sample : s->all / (double)(t + 1);
        const double unit = average * run->params[VI_FACTOR];
        if (unit > 0)
            run->out[0][t] = walk(x, volume, t, most, length, run->params[STRICT] != 0, 1 / unit);
        else
            run->out[0][t] = most > t ? NAN : x[t - most];
    }
}

IND_INDICATOR(volume_adjusted_ma) = {
    .name = "volume_adjusted_ma",
    .title = "Volume Adjusted Moving Average",
    .family = "moving average",
    .source = "Arms, Volume Cycles in the Stock Market, 1983",
    .note = "The average volume is that of all bars so far, or of sample_period. NaN until there "
            "is a bar before those that are summed; without volume the value as far back as one "
            "looks. A volume that is no finite number counts as 0; a NaN or infinite value shows "
            "while it is among those summed.",
    .inputs = {{"data", "close"}, {"volume", "volume"}},
    .params = {{"length", "bars", 13, 1, 1e6, IND_INTEGER},
               {"vi_factor", "ratio", 0.67, 1e-9, 1e9},
               {"strict", "choice", 1, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}},
               {"sample_period", "bars", 0, 0, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(volume_adjusted_ma),
    .tolerance = 1e-11,
};
