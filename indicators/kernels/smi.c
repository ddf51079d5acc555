/* SPDX-License-Identifier: Apache-2.0 */
/* smi: stochastic momentum index.
 *
 *   above = close - middle of the range of the last q_period bars;   range = its width
 *   out = 100 * above / (range / 2), both averaged twice: over r_period, then over s_period */
#include "extrema.h"
#include "smooth.h"

enum { Q, R, S };

struct state {
    struct extreme high, low;
    struct smooth above[2], range[2];
    double mem[]; /* of high, low */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size((size_t)params[Q]);
}

static void reference(const struct ind_run *run)
{
    const size_t q = run_int(run, Q);
    const long double r = 2.0L / (run->params[R] + 1), s = 2.0L / (run->params[S] + 1);
    struct smooth_reference above[2] = {{0}}, range[2] = {{0}};

    for (size_t t = q - 1; t < run->to; t++) {
        const long double high = window_max(run->in[0], t, q), low = window_min(run->in[1], t, q);
        smooth_reference_push(&above[0], run->in[2][t] - (high + low) / 2, 1, r);
        smooth_reference_push(&above[1], above[0].y, 1, s);
        smooth_reference_push(&range[0], high - low, 1, r);
        smooth_reference_push(&range[1], range[0].y, 1, s);
        run->out[0][t] = range[1].y == 0 ? 0 : (double)(200 * above[1].y / range[1].y);
    }
}

static void IND_FN(smi)(const struct ind_run *run)
{
    const size_t q = run_int(run, Q);
    const struct smoothing r_how = smoothing_make(run, 1, ema_alpha(run_int(run, R)));
    const struct smoothing s_how = smoothing_make(run, 1, ema_alpha(run_int(run, S)));
    struct state *s = run->state;
    double high[CHUNK], low[CHUNK], *above = high, *range = low;

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[2] + at;
        const size_t skip = size_min(chunk_skip(at, q - 1), n), m = n - skip;

        extreme_chunk_max(run, &s->high, s->mem, run->in[0] + at, n, q, high);
        extreme_chunk_min(run, &s->low, s->mem + q, run->in[1] + at, n, q, low);
        for (size_t i = skip; i < n; i++) {
            const double top = high[i], bottom = low[i];
            above[i] = close[i] - 0.5 * (top + bottom);
            range[i] = top - bottom;
        }
        smooth_chunk(&r_how, &s->above[0], above + skip, above + skip, m);
        smooth_chunk(&s_how, &s->above[1], above + skip, above + skip, m);
        smooth_chunk(&r_how, &s->range[0], range + skip, range + skip, m);
        smooth_chunk(&s_how, &s->range[1], range + skip, range + skip, m);
        for (size_t i = skip; i < n; i++) {
            const double value = 200 * above[i] / range[i];
            run->out[0][at + i] = range[i] == 0 ? 0 : value;
        }
    }
}

IND_INDICATOR(smi) = {
    .name = "smi",
    .title = "Stochastic Momentum Index",
    .family = "momentum",
    .source = "Blau, Stochastic Momentum, Stocks & Commodities, 1993",
    .note = "The averages start from their first values. 0 while there has been no range. A NaN "
            "or infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"q_period", "bars", 13, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"r_period", "bars", 25, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"s_period", "bars", 2, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(smi),
    .tolerance = 1e-10, /* a quotient of differences of prices */
};
