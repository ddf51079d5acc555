/* SPDX-License-Identifier: Apache-2.0 */
/* hwma: Holt-Winters moving average, which follows level, slope and curve.
 *
 *   F = (1 - na) (F' + V' + A' / 2) + na x
 *   V = (1 - nb) (V' + A') + nb (F - F'),   A = (1 - nc) A' + nc (V - V')
 *   out = F + V + A / 2 */
#include "kernel.h"

enum { NA, NB, NC };

struct state {
    double level, slope, curve;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void reference(const struct ind_run *run)
{
    const long double na = run->params[NA], nb = run->params[NB], nc = run->params[NC];
    long double f = run->in[0][0], v = 0, a = 0;

    for (size_t t = 0; t < run->to; t++) {
        const long double f0 = f, v0 = v;
        f = (1 - na) * (f0 + v0 + a / 2) + na * run->in[0][t];
        v = (1 - nb) * (v0 + a) + nb * (f - f0);
        a = (1 - nc) * a + nc * (v - v0);
        run->out[0][t] = (double)(f + v + a / 2);
    }
}

static void IND_FN(hwma)(const struct ind_run *run)
{
    const double na = run->params[NA], nb = run->params[NB], nc = run->params[NC];
    struct state s = *(struct state *)run->state;

    if (run->from == 0)
        s.level = run->in[0][0];
    for (size_t t = run->from; t < run->to; t++) {
        /* the three as steps from where they were: what does not move stays as it is */
        const double ahead = s.slope + 0.5 * s.curve;
        const double step = ahead + na * ((run->in[0][t] - s.level) - ahead);
        const double turn = s.curve + nb * ((step - s.slope) - s.curve);

        s.level += step;
        s.slope += turn;
        s.curve += nc * (turn - s.curve);
        run->out[0][t] = s.level + s.slope + 0.5 * s.curve;
    }
    *(struct state *)run->state = s;
}

IND_INDICATOR(hwma) = {
    .name = "hwma",
    .title = "Holt-Winters Moving Average",
    .family = "moving average",
    .source = "Holt, Forecasting Seasonals and Trends by Exponentially Weighted Moving Averages, "
              "1957; Winters, 1960",
    .note = "Level, slope and curve start with the first value, 0 and 0. A NaN or infinite bar "
            "makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"na", "ratio", 0.2, 0, 1}, {"nb", "ratio", 0.1, 0, 1}, {"nc", "ratio", 0.1, 0, 1}},
    .outputs = {"values"},
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(hwma),
    .tolerance = 1e-12,
};
