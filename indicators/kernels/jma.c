/* SPDX-License-Identifier: Apache-2.0 */
/* jma: a moving average in the manner of Jurik's.
 *
 *   b = 0.45 (p - 1) / (0.45 (p - 1) + 2),   a = b^power
 *   e0 = (1 - a) x + a e0,   e1 = (1 - b) (x - e0) + b e1
 *   e2 = (1 - a)^2 (e0 + share e1 - out') + a^2 e2,   out = out' + e2 */
#include "smooth.h"

enum { PERIOD, PHASE, POWER };

struct state {
    struct smooth e0, e1;
    double e2, y;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

/* How much of the detour e1 is added: 0.5 .. 2.5. */
static double share_of(double phase)
{
    return phase < -100 ? 0.5 : phase > 100 ? 2.5 : phase / 100 + 1.5;
}

static double beta_of(const double *params)
{
    const double way = 0.45 * (params[PERIOD] - 1);

    return way / (way + 2);
}

static void reference(const struct ind_run *run)
{
    const long double way = 0.45L * (run->params[PERIOD] - 1), b = way / (way + 2);
    const long double a = powl(b, run->params[POWER]), share = share_of(run->params[PHASE]);
    long double e0 = run->in[0][0], e1 = 0, e2 = 0, y = e0;

    for (size_t t = 0; t < run->to; t++) {
        const double x = run->in[0][t];
        e0 = (1 - a) * x + a * e0;
        e1 = (x - e0) * (1 - b) + b * e1;
        e2 = (e0 + share * e1 - y) * (1 - a) * (1 - a) + a * a * e2;
        y += e2;
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(jma)(const struct ind_run *run)
{
    const double b = beta_of(run->params), a = pow(b, run->params[POWER]);
    const double share = share_of(run->params[PHASE]), pull = (1 - a) * (1 - a), keep = a * a;
    const struct smoothing fast = smoothing_make(run, 1, 1 - a);
    const struct smoothing slow = smoothing_make(run, 1, 1 - b);
    struct state *s = run->state;
    double e0[CHUNK], e1[CHUNK];

    if (run->from == 0)
        s->y = run->in[0][0];
    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        double y = s->y, e2 = s->e2;

        smooth_chunk(&fast, &s->e0, x, e0, n);
        for (size_t i = 0; i < n; i++)
            e1[i] = x[i] - e0[i];
        smooth_chunk(&slow, &s->e1, e1, e1, n);
        for (size_t i = 0; i < n; i++)
            e0[i] += share * e1[i];
        for (size_t i = 0; i < n; i++) {
            e2 = (e0[i] - y) * pull + keep * e2;
            y += e2;
            run->out[0][at + i] = y;
        }
        s->y = y;
        s->e2 = e2;
    }
}

IND_INDICATOR(jma) = {
    .name = "jma",
    .title = "Jurik-Style Moving Average",
    .family = "moving average",
    .source = "TradingView community scripts after Jurik, 2018",
    .note = "Starts with the first value. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 7, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"phase", "percent", 50, -1000, 1000},
               {"power", "count", 2, 1, 100, IND_INTEGER}},
    .outputs = {"values"},
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(jma),
    .tolerance = 1e-12,
};
