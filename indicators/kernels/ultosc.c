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
    return sizeof(struct state) + 2 * series_size(longest(params));
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
    static const double weight[] = {4, 2, 1};
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    const size_t most = longest(run->params);
    struct state *s = run->state;
    double pressure[CHUNK], range[CHUNK], out[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        for (size_t i = 0; i < n; i++) {
            const double before = close[at + i - 1], floor = nan_min(low[at + i], before);
            pressure[i] = close[at + i] - floor;
            range[i] = nan_max(high[at + i], before) - floor;
            out[i] = 0;
        }
        const double *pressures = tail_append(&s->pressure, s->mem, most, pressure, n);
        const double *ranges =
            tail_append(&s->range, s->mem + series_doubles(most), most, range, n);
        for (size_t k = 0; k < 3; k++) {
            window_sum_chunk(&s->sum[k][0], pressures, n, run_int(run, k), pressure);
            window_sum_chunk(&s->sum[k][1], ranges, n, run_int(run, k), range);
            for (size_t i = 0; i < n; i++) {
                const double part = weight[k] * (pressure[i] / range[i]);
                out[i] += range[i] == 0 ? 0 : part;
            }
        }
        for (size_t i = chunk_skip(at, most); i < n; i++)
            run->out[0][at + i] = 100 * out[i] / 7;
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
