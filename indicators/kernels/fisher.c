/* SPDX-License-Identifier: Apache-2.0 */
/* fisher: Fisher transform of where the middle of the bar stands in its range over p bars.
 *
 *   v = 0.66 ((mid - lowest) / range - 0.5) + 0.67 v, held within 0.999 when beyond 0.99
 *   fisher = ln((1 + v) / (1 - v)) / 2 + fisher / 2;   signal = fisher of the bar before */
#include "elementary.h"
#include "extrema.h"
#include "tail.h"

struct state {
    struct extreme high, low;
    struct tail mid;
    double v, fisher;
    double mem[]; /* of high, low, mid */
};

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[0];

    return sizeof(struct state) + 2 * extreme_size(p) + series_size(p);
}

static double held(double v) { return v > 0.99 ? 0.999 : v < -0.99 ? -0.999 : v; }

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double *mid = run_scratch(run, 0), v = 0, fisher = 0;

    for (size_t t = 0; t < run->to; t++) {
        mid[t] = (run->in[0][t] + run->in[1][t]) / 2;
        if (t + 1 < p)
            continue;
        const double low = window_min(mid, t, p), range = window_max(mid, t, p) - low;
        v = held(0.66 * ((mid[t] - low) / (range < 0.001 ? 0.001 : range) - 0.5) + 0.67 * v);
        run->out[1][t] = fisher;
        run->out[0][t] = fisher = atanh(v) + 0.5 * fisher;
    }
}

static void IND_FN(fisher)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double *low_mem = s->mem + p, *mid_mem = low_mem + p;
    double mid[CHUNK], high[CHUNK], low[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        for (size_t i = 0; i < n; i++)
            mid[i] = (run->in[0][at + i] + run->in[1][at + i]) / 2;
        const double *mids = tail_append(&s->mid, mid_mem, p, mid, n);
        extreme_chunk_max(run, &s->high, s->mem, mids, n, p, high);
        extreme_chunk_min(run, &s->low, low_mem, mids, n, p, low);
        for (size_t i = 0; i < n; i++) {
            const double range = high[i] - low[i] < 0.001 ? 0.001 : high[i] - low[i];
            mid[i] = 0.66 * ((mid[i] - low[i]) / range - 0.5);
        }
        for (size_t i = chunk_skip(at, p - 1); i < n; i++) {
            s->v = held(mid[i] + 0.67 * s->v);
            mid[i] = (1 + s->v) / (1 - s->v);
        }
        for (size_t i = 0; i < n; i++)
            high[i] = 0.5 * log_of(mid[i]);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++) {
            run->out[1][at + i] = s->fisher;
            run->out[0][at + i] = s->fisher = high[i] + 0.5 * s->fisher;
        }
    }
}

IND_INDICATOR(fisher) = {
    .name = "fisher",
    .title = "Fisher Transform",
    .family = "momentum",
    .source = "Ehlers, Using the Fisher Transform, Stocks & Commodities, 2002",
    .note = "A range below 0.001 counts as 0.001. A NaN bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"fisher", "signal"},
    .warmup = ind_period_less_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(fisher),
    .tolerance = 1e-9,
    .absolute = 1, /* the least range, 0.001 */
};
