/* SPDX-License-Identifier: Apache-2.0 */
/* ad, adosc: where in its range each bar closed, times its volume, added up.
 *
 *   ad[t] = ad[t-1] + volume ((close - low) - (high - close)) / (high - low)
 *   adosc = average of ad over short_period - over long_period, both seeded with the first ad */
#include "smooth.h"

struct state {
    double ad;
    struct smooth quick, slow;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static inline double flow(const struct ind_run *run, size_t t)
{
    const double high = run->in[0][t], low = run->in[1][t], close = run->in[2][t];

    const double value = (close - low - (high - close)) / (high - low) * run->in[3][t];

    return high == low ? 0 * close : value;
}

static void ad_reference(const struct ind_run *run)
{
    long double ad = 0;

    for (size_t t = 0; t < run->to; t++)
        run->out[0][t] = (double)(ad += flow(run, t));
}

static void adosc_reference(const struct ind_run *run)
{
    const long double quick_alpha = 2 / (run->params[0] + 1.0L);
    const long double slow_alpha = 2 / (run->params[1] + 1.0L);
    struct smooth_reference quick = {0}, slow = {0};
    long double ad = 0;

    for (size_t t = 0; t < run->to; t++) {
        ad += flow(run, t);
        run->out[0][t] = (double)(smooth_reference_push(&quick, ad, 1, quick_alpha) -
                                  smooth_reference_push(&slow, ad, 1, slow_alpha));
    }
}

static inline void flow_chunk(const struct ind_run *run, size_t at, size_t n, double *ret)
{
    for (size_t i = 0; i < n; i++)
        ret[i] = flow(run, at + i);
}

static void IND_FN(ad)(const struct ind_run *run)
{
    struct state *s = run->state;
    double flows[CHUNK];

    /* short, so that the divisions of one stretch meet the sums of another */
    RUN_CHUNKS_OF(CHUNK_SHORT, run, 0, at, n)
    {
        flow_chunk(run, at, n, flows);
        s->ad = running_sum_chunk(s->ad, flows, run->out[0] + at, n);
    }
}

static void IND_FN(adosc)(const struct ind_run *run)
{
    const struct smoothing quick = smoothing_make(run, 1, ema_alpha(run_int(run, 0)));
    const struct smoothing slow = smoothing_make(run, 1, ema_alpha(run_int(run, 1)));
    struct state *s = run->state;
    double ad[CHUNK], a[CHUNK];

    RUN_CHUNKS_OF(CHUNK_SHORT, run, 0, at, n)
    {
        flow_chunk(run, at, n, ad);
        s->ad = running_sum_chunk(s->ad, ad, ad, n);
        smooth_chunk(&quick, &s->quick, ad, a, n);
        smooth_chunk(&slow, &s->slow, ad, ad, n);
        for (size_t i = 0; i < n; i++)
            run->out[0][at + i] = a[i] - ad[i];
    }
}

#define FLOW_INPUTS                                                                                \
    {                                                                                              \
        {"high", "high"}, {"low", "low"}, {"close", "close"}, { "volume", "volume" }               \
    }

IND_INDICATOR(ad) = {
    .name = "ad",
    .title = "Accumulation/Distribution Line",
    .family = "volume",
    .source = "Achelis, Technical Analysis from A to Z, 2000",
    .note = "A bar whose high equals its low adds nothing. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = FLOW_INPUTS,
    .outputs = {"values"},
    .state_size = state_size,
    .reference = ad_reference,
    .run = IND_FN(ad),
    .tolerance = 1e-11, /* a sum without end, of both signs */
};

IND_INDICATOR(adosc) = {
    .name = "adosc",
    .title = "Chaikin A/D Oscillator",
    .family = "volume",
    .source = "Achelis, Technical Analysis from A to Z, 2000",
    .note = "0 at the first bar. A NaN or infinite bar makes all later values NaN.",
    .inputs = FLOW_INPUTS,
    .params = {{"short_period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"long_period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .state_size = state_size,
    .reference = adosc_reference,
    .run = IND_FN(adosc),
    .tolerance = 1e-8, /* the averages cancel */
};
