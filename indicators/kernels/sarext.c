/* SPDX-License-Identifier: Apache-2.0 */
/* sarext: parabolic stop and reverse with a pace for either side.
 *
 * As sar, but: rising and falling trends have shares of their own, the first trend can be given,
 * and a stop that turns can be moved away from price. The stop of a falling trend is negative. */
#include "parabolic.h"

enum { START, OFFSET, UP_INIT, UP_STEP, UP_MOST, DOWN_INIT, DOWN_STEP, DOWN_MOST };

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct parabolic);
}

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return 1;
}

/* Prices are turned upside down while the trend falls: the stop is always below, and what is below
 * is what is handed out. */
static void reference(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], *p = run->params;
    double side = 1, stop = 0, extreme = 0, share = 0;

    for (size_t t = 1; t < run->to; t++) {
        if (t == 1) {
            const double down = low[0] - low[1];
            if (p[START] < 0 || (p[START] == 0 && down > 0 && down > high[1] - high[0]))
                side = -1;
            stop = p[START] != 0 ? p[START] : side > 0 ? low[0] : -high[0];
            extreme = side > 0 ? high[1] : -low[1];
            share = fmin(p[side > 0 ? UP_INIT : DOWN_INIT], p[side > 0 ? UP_MOST : DOWN_MOST]);
        }
        const size_t before = t > 1 ? t - 1 : 1;
        const double *top = side > 0 ? high : low, *bottom = side > 0 ? low : high;
        if (side * bottom[t] <= stop) {
            side = -side;
            stop = nan_min(-extreme, nan_min(side * top[before], side * top[t]));
            stop -= side * stop * p[OFFSET];
            extreme = side * bottom[t];
            share = fmin(p[side > 0 ? UP_INIT : DOWN_INIT], p[side > 0 ? UP_MOST : DOWN_MOST]);
        } else if (side * top[t] > extreme) {
            extreme = side * top[t];
            share =
                fmin(share + p[side > 0 ? UP_STEP : DOWN_STEP], p[side > 0 ? UP_MOST : DOWN_MOST]);
        }
        run->out[0][t] = stop;
        bottom = side > 0 ? low : high;
        stop = nan_min(stop + share * (extreme - stop),
                       nan_min(side * bottom[before], side * bottom[t]));
    }
}

static void IND_FN(sarext)(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], *p = run->params;
    const struct pace up = {p[UP_INIT], p[UP_STEP], p[UP_MOST]};
    const struct pace down = {p[DOWN_INIT], p[DOWN_STEP], p[DOWN_MOST]};
    struct parabolic *s = run->state;

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        if (t == 1) {
            const int rising = p[START] == 0 ? parabolic_rises(high, low) : p[START] > 0;
            parabolic_begin(s, high, low, rising, rising ? &up : &down);
            s->sar = p[START] == 0 ? s->sar : fabs(p[START]);
        }
        const double stop = parabolic_advance(s, high, low, t, &up, &down, p[OFFSET]);
        run->out[0][t] = s->rising ? stop : -stop;
    }
}

IND_INDICATOR(sarext) = {
    .name = "sarext",
    .title = "Parabolic SAR, Extended",
    .family = "trend",
    .source = "Wilder, New Concepts in Technical Trading Systems, 1978",
    .note = "start above 0 begins with a rising trend and its stop there, below 0 with a falling "
            "one; at 0 the first two bars decide. The trend turns when the stop is touched. The "
            "stop of a falling trend is shown as a negative number. A NaN turns nothing.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"start", "price", 0, -1e12, 1e12},
               {"offset_on_reverse", "ratio", 0, 0, 1e6},
               {"af_init_long", "ratio", 0.02, 0, 1e6},
               {"af_step_long", "ratio", 0.02, 0, 1e6},
               {"af_max_long", "ratio", 0.2, 0, 1e6},
               {"af_init_short", "ratio", 0.02, 0, 1e6},
               {"af_step_short", "ratio", 0.02, 0, 1e6},
               {"af_max_short", "ratio", 0.2, 0, 1e6}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(sarext),
    .tolerance = 1e-12,
};
