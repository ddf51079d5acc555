/* SPDX-License-Identifier: Apache-2.0 */
/* sar: parabolic stop and reverse.
 *
 * The stop moves towards the extreme of the trend by a share that grows with each new extreme; when
 * a bar reaches it, the trend turns and the stop jumps to the extreme that was. */
#include "extrema.h"

struct state {
    double sar, extreme, share;
    int rising;
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

static void begin(struct state *s, const double *high, const double *low, double step)
{
    s->rising = high[1] > high[0];
    s->sar = s->rising ? low[0] : high[0];
    s->extreme = s->rising ? high[1] : low[1];
    s->share = step;
}

static void advance(struct state *s, const double *high, const double *low, size_t t, double step,
                    double most)
{
    double next = s->sar + s->share * (s->extreme - s->sar);

    if (s->rising ? low[t] < next : high[t] > next) {
        s->rising = !s->rising;
        s->sar = s->extreme;
        s->extreme = s->rising ? high[t] : low[t];
        s->share = step;
        return;
    }
    if (s->rising ? high[t] > s->extreme : low[t] < s->extreme) {
        s->extreme = s->rising ? high[t] : low[t];
        s->share = fmin(s->share + step, most);
    }
    s->sar = s->rising ? nan_min(next, nan_min(low[t - 1], low[t - 2]))
                       : nan_max(next, nan_max(high[t - 1], high[t - 2]));
}

/* The definition for a rising trend alone: prices are turned upside down while it falls. */
static void reference(const struct ind_run *run)
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

static void IND_FN(sar)(const struct ind_run *run)
{
    struct state *s = run->state;

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        if (t == 1)
            begin(s, run->in[0], run->in[1], run->params[0]);
        else
            advance(s, run->in[0], run->in[1], t, run->params[0], run->params[1]);
        run->out[0][t] = s->sar;
    }
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
    .note = "Rises first when the second high is above the first. The share of the way to the "
            "extreme grows by acceleration up to maximum.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"acceleration", "ratio", 0.02, 0, 1}, {"maximum", "ratio", 0.2, 0, 1}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(sar),
    .tolerance = 1e-12,
};
