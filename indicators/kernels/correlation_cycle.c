/* SPDX-License-Identifier: Apache-2.0 */
/* correlation_cycle: Ehlers' correlation cycle.
 *
 *   real, imag = correlation of the period bars before this one, x[t-k], k = 1 .. period, with
 *                cos(2 pi k / period), with -sin(2 pi k / period)
 *   angle = atan(real / imag) + 90 degrees, less 180 where imag > 0
 *   state = sign of angle where it moved by less than threshold, else 0 */
#include "fir.h"
#include "window_sum.h"

enum { PERIOD, THRESHOLD };

#define TURN 6.28318530717958647692528676655900577L

/* A correlation this small is none: its sign would be that of a rounding. */
static const double NONE = 1e-9;

/* A move this close to the threshold has reached it, for the same reason. Degrees. */
static const double SLACK = 1e-6;

struct state {
    struct window_square square;
    double angle;    /* of the bar before */
    double weight[]; /* of cosine, of sine, oldest first */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * (size_t)params[PERIOD] * sizeof(double);
}

static size_t warmup(const double *params, size_t output)
{
    return (size_t)params[PERIOD] + (output == 3);
}

static size_t history(const double *params) { return (size_t)params[PERIOD] + 1; }

static double angle_of(double real, double imag)
{
    const double angle = (atan(real / imag) + (double)TURN / 4) * (double)(360 / TURN);

    return imag == 0 ? 0 : imag > 0 ? angle - 180 : angle;
}

static double state_of(double angle, double before, double threshold)
{
    const double move = fabs(angle - before);

    if (isnan(move))
        return NAN;
    return move >= threshold - SLACK ? 0 : angle >= 0 ? 1 : -1;
}

static double settled(double r) { return fabs(r) < NONE ? 0 : r; }

/* Of x[t-1] .. x[t-p] with a wave; 0 when either is flat. */
static double correlation(const double *x, size_t t, size_t p, long double (*wave)(long double))
{
    const long double n = (long double)p;
    long double mean = 0, wave_mean = 0, xx = 0, ww = 0, xw = 0;

    for (size_t k = 1; k <= p; k++) {
        mean += x[t - k] / n;
        wave_mean += wave(TURN * (long double)k / n) / n;
    }
    for (size_t k = 1; k <= p; k++) {
        const long double d = x[t - k] - mean, w = wave(TURN * (long double)k / n) - wave_mean;
        xx += d * d;
        ww += w * w;
        xw += d * w;
    }
    return ww < 1e-12L || xx <= 1e-30L * mean * mean ? 0 : (double)(xw / sqrtl(xx * ww));
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    double *real = run->out[0], *imag = run->out[1], *angle = run->out[2];

    for (size_t t = p; t < run->to; t++) {
        real[t] = settled(correlation(run->in[0], t, p, cosl));
        imag[t] = settled(-correlation(run->in[0], t, p, sinl));
        angle[t] = angle_of(real[t], imag[t]);
        if (t > p)
            run->out[3][t] = state_of(angle[t], angle[t - 1], run->params[THRESHOLD]);
    }
}

/* Weights less their mean, so that only what moves counts, divided by the root of n times their
 * sum of squares. A wave that is flat on so few bars has weights of 0. */
static void waves_make(double *cosine, double *sine, size_t p)
{
    const long double n = (long double)p, step = TURN / n;
    const long double sine_size = p < 3 ? 0 : 1 / (n * sqrtl(0.5L));
    const long double size = p == 1 ? 0 : p == 2 ? 0.5L : sine_size;

    for (size_t k = 1; k <= p; k++) { /* the mean of either wave is 0 over a turn */
        cosine[p - k] = (double)(size * cosl(step * (long double)k));
        sine[p - k] = (double)(-sine_size * sinl(step * (long double)k));
    }
}

static void IND_FN(correlation_cycle)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const double threshold = run->params[THRESHOLD];
    struct state *s = run->state;
    double real[CHUNK], imag[CHUNK], mean[CHUNK], variance[CHUNK];

    if (run->from == 0)
        waves_make(s->weight, s->weight + p, p);
    RUN_CHUNKS(run, 1, at, n)
    {
        const double *x = run->in[0] + at - 1; /* the window ends one bar before */
        const size_t skip = size_min(chunk_skip(at, p), n);

        window_square_chunk(&s->square, x, n, p, mean, variance);
        fir(x, s->weight, p, real, skip, n);
        fir(x, s->weight + p, p, imag, skip, n);
        for (size_t i = skip; i < n; i++) {
            const double deviation = sqrt(variance[i]);
            real[i] = settled(deviation == 0 ? 0 : real[i] / deviation);
            imag[i] = settled(deviation == 0 ? 0 : imag[i] / deviation);
            const double angle = angle_of(real[i], imag[i]);
            run->out[0][at + i] = real[i];
            run->out[1][at + i] = imag[i];
            run->out[2][at + i] = angle;
            if (at + i > p)
                run->out[3][at + i] = state_of(angle, s->angle, threshold);
            s->angle = angle;
        }
    }
}

IND_INDICATOR(correlation_cycle) = {
    .name = "correlation_cycle",
    .title = "Correlation Cycle",
    .family = "cycle",
    .source = "Ehlers, Correlation as a Cycle Indicator, Stocks & Commodities, 2020",
    .note = "Correlations within 1e-9 of 0 are 0, so is that of a flat window; the angle is 0 "
            "where imag is. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"threshold", "degrees", 9, 0, 360}},
    .outputs = {"real", "imag", "angle", "state"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(correlation_cycle),
    .tolerance = 1e-8, /* the variance of a window that moves little */
    .isa_tolerance = 1e-8,
};
