/* SPDX-License-Identifier: Apache-2.0 */
/* ultosc: ultimate oscillator.
 *
 *   pressure = close - min(low, close before);   range = max(high, close before) - the same
 *   out = 100 (4 r1 + 2 r2 + r3) / 7,   ri = sum of pressure / sum of range over period i */
#include "extrema.h"
#include "tail.h"
#include "window_sum.h"

struct state {
    struct tail pressure, range;
    struct window_sum sum[3][2];
    double mem[]; /* of pressure, range */
};

static size_t longest(const double *params)
{
    return (size_t)fmax(params[0], fmax(params[1], params[2]));
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * tail_size(longest(params) + 1);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return longest(params);
}

static void reference(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    static const long double weight[] = {4, 2, 1};

    for (size_t t = longest(run->params); t < run->to; t++) {
        long double out = 0;
        for (size_t i = 0; i < 3; i++) {
            long double pressure = 0, range = 0;
            for (size_t u = t; u > t - run_int(run, i); u--) {
                const long double floor = nan_min(low[u], close[u - 1]);
                pressure += close[u] - floor;
                range += nan_max(high[u], close[u - 1]) - floor;
            }
            out += range == 0 ? 0 : weight[i] * pressure / range;
        }
        run->out[0][t] = (double)(100 * out / 7);
    }
}

static void IND_FN(ultosc)(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    const size_t n = longest(run->params) + 1;
    struct state *s = run->state;

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const double before = close[t - 1], floor = nan_min(low[t], before);
        const double top = nan_max(high[t], before);
        const double *pressure = tail_push(&s->pressure, s->mem, n, close[t] - floor);
        const double *range = tail_push(&s->range, s->mem + 2 * n, n, top - floor);
        double out = 0;

        for (size_t i = 0; i < 3; i++) {
            const double p = window_sum_push(&s->sum[i][0], pressure, run_int(run, i));
            const double r = window_sum_push(&s->sum[i][1], range, run_int(run, i));
            out += r == 0 ? 0 : (i == 0 ? 4 : i == 1 ? 2 : 1) * (p / r);
        }
        if (t + 1 >= n)
            run->out[0][t] = 100 * out / 7;
    }
}

IND_INDICATOR(ultosc) = {
    .name = "ultosc",
    .title = "Ultimate Oscillator",
    .family = "momentum",
    .source = "Williams, The Ultimate Oscillator, Stocks & Commodities, 1985",
    .note = "A window without range counts as 0. A NaN bar shows while it is in a window.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"timeperiod1", "bars", 7, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"timeperiod2", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"timeperiod3", "bars", 28, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ultosc),
    .tolerance = 1e-11,
};
