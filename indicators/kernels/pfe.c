/* SPDX-License-Identifier: Apache-2.0 */
/* pfe: polarized fractal efficiency, the straight line over the way, signed by the direction.
 *
 *   raw = +-100 sqrt((x[t] - x[t-p])^2 + p^2) / sum of sqrt((x[i] - x[i-1])^2 + 1) over p steps
 *   out = exponential average of raw, which starts with the first */
#include "smooth.h"
#include "tail.h"
#include "window_sum.h"

enum { PERIOD, SMOOTHING };

struct state {
    struct tail step;
    struct window_sum way;
    struct smooth smooth;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size((size_t)params[PERIOD]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const double *x = run->in[0];
    struct smooth_reference smooth = {0};

    for (size_t t = p; t < run->to; t++) {
        const long double gone = (long double)x[t] - x[t - p];
        long double way = 0;
        for (size_t i = 0; i < p; i++)
            way += hypotl((long double)x[t - i] - x[t - i - 1], 1);
        const long double raw = 100 * hypotl(gone, (long double)p) / way;
        run->out[0][t] = (double)smooth_reference_push(&smooth, gone > 0 ? raw : -raw, 1,
                                                       2 / (run->params[SMOOTHING] + 1.0L));
    }
}

static void IND_FN(pfe)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const double square = (double)p * (double)p;
    const struct smoothing how = smoothing_make(run, 1, ema_alpha(run_int(run, SMOOTHING)));
    struct state *s = run->state;
    double way[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, p), n);

        for (size_t i = 0; i < n; i++) {
            const double step = x[i] - *(x + i - 1);
            way[i] = sqrt(step * step + 1);
        }
        window_sum_chunk(&s->way, tail_append(&s->step, s->mem, p, way, n), n, p, way);
        for (size_t i = skip; i < n; i++) {
            const double gone = x[i] - *(x + i - p);
            const double raw = 100 * sqrt(gone * gone + square) / way[i];
            way[i] = gone > 0 ? raw : -raw;
        }
        smooth_chunk(&how, &s->smooth, way + skip, run->out[0] + at + skip, n - skip);
    }
}

IND_INDICATOR(pfe) = {
    .name = "pfe",
    .title = "Polarized Fractal Efficiency",
    .family = "momentum",
    .source = "Hannula, Polarized Fractal Efficiency, Stocks & Commodities, 1994",
    .note = "Negative where the price is not above that of period bars ago. A NaN or infinite bar "
            "makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 10, 1, 1e6, IND_INTEGER},
               {"smoothing", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(pfe),
    .tolerance = 1e-11,
    .absolute = 1, /* bars and prices meet in one root */
};
