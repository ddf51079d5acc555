/* SPDX-License-Identifier: Apache-2.0 */
/* apo: absolute price oscillator, the exponential average over short_period less that over
 * long_period, both seeded with the first value. */
#include "smooth.h"

struct state {
    struct smooth quick, slow;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static void reference(const struct ind_run *run)
{
    const long double quick_alpha = 2 / (run->params[0] + 1.0L);
    const long double slow_alpha = 2 / (run->params[1] + 1.0L);
    struct smooth_reference quick = {0}, slow = {0};

    for (size_t t = 0; t < run->to; t++)
        run->out[0][t] = (double)(smooth_reference_push(&quick, run->in[0][t], 1, quick_alpha) -
                                  smooth_reference_push(&slow, run->in[0][t], 1, slow_alpha));
}

static void IND_FN(apo)(const struct ind_run *run)
{
    const struct smoothing quick = smoothing_make(run, 1, ema_alpha(run_int(run, 0)));
    const struct smoothing slow = smoothing_make(run, 1, ema_alpha(run_int(run, 1)));
    struct state *s = run->state;
    double a[CHUNK], b[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        smooth_chunk(&quick, &s->quick, run->in[0] + at, a, n);
        smooth_chunk(&slow, &s->slow, run->in[0] + at, b, n);
        for (size_t i = 0; i < n; i++)
            run->out[0][at + i] = a[i] - b[i];
    }
}

IND_INDICATOR(apo) = {
    .name = "apo",
    .title = "Absolute Price Oscillator",
    .family = "momentum",
    .source = "Appel, Technical Analysis: Power Tools for Active Investors, 2005",
    .note = "0 at the first bar. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"short_period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"long_period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(apo),
    .tolerance = 1e-9, /* the averages cancel */
};
