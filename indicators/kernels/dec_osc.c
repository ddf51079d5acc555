/* SPDX-License-Identifier: Apache-2.0 */
/* dec_osc: Ehlers' decycler oscillator.
 *
 *   d = x - high-pass of x at hp_period;   y = high-pass of d at hp_period / 2
 *   out = 100 k y / x
 *
 * Both filters have two poles:
 *   hp[t] = (1 - a/2)^2 (x[t] - 2 x[t-1] + x[t-2]) + 2 (1 - a) hp[t-1] - (1 - a)^2 hp[t-2] */
#include "kernel.h"

#define TURN (2 * 3.14159265358979323846264338327950288L)

struct highpass {
    long double in, one, two;
};

struct state {
    double d[2], hp[2], y[2]; /* the last two, newest first */
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return 2;
}

static struct highpass highpass_make(long double period)
{
    const long double angle = TURN * 0.707L / period;
    const long double keep = (1 - sinl(angle)) / cosl(angle);

    return (struct highpass){(1 + keep) * (1 + keep) / 4, 2 * keep, -keep * keep};
}

static void reference(const struct ind_run *run)
{
    const struct highpass slow = highpass_make(run->params[0]);
    const struct highpass fast = highpass_make(run->params[0] / 2);
    const double *x = run->in[0];
    long double hp[3] = {0, run->to > 1 ? x[1] : 0, x[0]}, d[3] = {0}, y[3] = {0};

    for (size_t t = 2; t < run->to; t++) {
        const long double bend = (long double)x[t] - 2.0L * x[t - 1] + x[t - 2];
        hp[0] = slow.in * bend + slow.one * hp[1] + slow.two * hp[2];
        d[0] = x[t] - hp[0];
        y[0] = fast.in * (d[0] - 2 * d[1] + d[2]) + fast.one * y[1] + fast.two * y[2];
        run->out[0][t] = (double)(100 * run->params[1] * y[0] / x[t]);
        for (size_t i = 2; i > 0; i--)
            hp[i] = hp[i - 1], d[i] = d[i - 1], y[i] = y[i - 1];
    }
}

static void IND_FN(dec_osc)(const struct ind_run *run)
{
    const struct highpass slow = highpass_make(run->params[0]);
    const struct highpass fast = highpass_make(run->params[0] / 2);
    const double in = (double)slow.in, one = (double)slow.one, two = (double)slow.two;
    const double in2 = (double)fast.in, one2 = (double)fast.one, two2 = (double)fast.two;
    const double *x = run->in[0], scale = 100 * run->params[1];
    struct state s = *(struct state *)run->state;

    for (size_t t = run->from; t < run->to; t++) {
        if (t < 2) { /* the filter puts out the first two values themselves */
            s.hp[1] = s.hp[0];
            s.hp[0] = x[t];
            continue;
        }
        const double bend = x[t] - x[t - 1] - (x[t - 1] - x[t - 2]);
        const double hp = in * bend + two * s.hp[1] + one * s.hp[0], d = x[t] - hp;
        const double y = in2 * (d - 2 * s.d[0] + s.d[1]) + two2 * s.y[1] + one2 * s.y[0];
        run->out[0][t] = scale * y / x[t];
        s = (struct state){{d, s.d[0]}, {hp, s.hp[0]}, {y, s.y[0]}};
    }
    *(struct state *)run->state = s;
}

static size_t history(const double *params)
{
    (void)params;
    return 2;
}

IND_INDICATOR(dec_osc) = {
    .name = "dec_osc",
    .title = "Decycler Oscillator",
    .family = "cycle",
    .source = "Ehlers, Decyclers, Stocks & Commodities, 2015",
    .note = "The first filter puts out the first two values, the second starts from 0. A NaN or "
            "infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"hp_period", "bars", 125, 3, IND_PERIOD_MAX, IND_INTEGER},
               {"k", "ratio", 1, 1e-6, 1e6}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(dec_osc),
    .tolerance = 1e-9, /* what is left of a price after two filters */
};
