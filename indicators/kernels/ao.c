/* SPDX-License-Identifier: Apache-2.0 */
/* ao, acosc: the awesome oscillator and its acceleration.
 *
 *   ao = mean of (high + low) / 2 over short_period - the same over long_period
 *   osc = ao - mean of ao over 5;   change = osc[t] - osc[t-1] */
#include "made_sum.h"

enum { ACOSC_SHORT = 5, ACOSC_LONG = 34, ACOSC_MEAN = 5 };

struct ao_state {
    struct window_sum quick, slow;
};

static size_t ao_state(const double *params)
{
    (void)params;
    return sizeof(struct ao_state);
}

static size_t ao_first(const double *params, size_t output)
{
    (void)output;
    return size_max((size_t)params[0], (size_t)params[1]) - 1;
}

static size_t ao_history(const double *params) { return ao_first(params, 0) + 1; }

static void ao_reference(const struct ind_run *run)
{
    const size_t quick = run_int(run, 0), slow = run_int(run, 1);

    for (size_t t = ao_first(run->params, 0); t < run->to; t++)
        run->out[0][t] = (double)(plain_sum(run->in[0], t, quick) / (long double)quick -
                                  plain_sum(run->in[0], t, slow) / (long double)slow);
}

static void IND_FN(ao)(const struct ind_run *run)
{
    const size_t quick_p = run_int(run, 0), slow_p = run_int(run, 1);
    struct ao_state *s = run->state;
    double quick[CHUNK], slow[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        window_sum_chunk_scaled(&s->quick, run->in[0] + at, n, quick_p, 1 / (double)quick_p, quick);
        window_sum_chunk_scaled(&s->slow, run->in[0] + at, n, slow_p, 1 / (double)slow_p, slow);
        for (size_t i = chunk_skip(at, ao_first(run->params, 0)); i < n; i++)
            run->out[0][at + i] = quick[i] - slow[i];
    }
}

IND_INDICATOR(ao) = {
    .name = "ao",
    .title = "Awesome Oscillator",
    .family = "momentum",
    .source = "Williams, Trading Chaos, 1995",
    .note = "A NaN or infinite bar shows while it is in a window.",
    .inputs = {{"data", "hl2"}},
    .params = {{"short_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"long_period", "bars", 34, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ao_first,
    .history = ao_history,
    .state_size = ao_state,
    .reference = ao_reference,
    .run = IND_FN(ao),
    .tolerance = 1e-9, /* the means cancel */
};

struct acosc_state {
    struct window_sum quick, slow;
    struct tail mid;
    struct made_sum mean;
    double last;
    double mem[2 * ACOSC_LONG + CHUNK + 2 * ACOSC_MEAN + CHUNK]; /* of mid, mean */
};

static size_t acosc_state(const double *params)
{
    (void)params;
    return sizeof(struct acosc_state);
}

static size_t acosc_first(const double *params, size_t output)
{
    (void)params, (void)output;
    return ACOSC_LONG - 1 + ACOSC_MEAN;
}

static void acosc_reference(const struct ind_run *run)
{
    double *mid = run_scratch(run, 0), *ao = run_scratch(run, 1), *osc = run_scratch(run, 2);

    for (size_t t = 0; t < run->to; t++) {
        mid[t] = (run->in[0][t] + run->in[1][t]) / 2;
        if (t + 1 >= ACOSC_LONG)
            ao[t] = (double)(plain_sum(mid, t, ACOSC_SHORT) / ACOSC_SHORT -
                             plain_sum(mid, t, ACOSC_LONG) / ACOSC_LONG);
        if (t + 2 >= ACOSC_LONG + ACOSC_MEAN)
            osc[t] = (double)(ao[t] - plain_sum(ao, t, ACOSC_MEAN) / ACOSC_MEAN);
        if (t < acosc_first(NULL, 0))
            continue;
        run->out[0][t] = osc[t];
        run->out[1][t] = osc[t] - osc[t - 1];
    }
}

static void IND_FN(acosc)(const struct ind_run *run)
{
    struct acosc_state *s = run->state;
    double mid[CHUNK], quick[CHUNK], slow[CHUNK], room[CHUNK + 1], *osc = room + 1;

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, ACOSC_LONG - 1), n);

        for (size_t i = 0; i < n; i++)
            mid[i] = (run->in[0][at + i] + run->in[1][at + i]) / 2;
        const double *mids = tail_append(&s->mid, s->mem, ACOSC_LONG, mid, n);
        window_sum_chunk_scaled(&s->quick, mids, n, ACOSC_SHORT, 1.0 / ACOSC_SHORT, quick);
        window_sum_chunk_scaled(&s->slow, mids, n, ACOSC_LONG, 1.0 / ACOSC_LONG, slow);
        for (size_t i = skip; i < n; i++)
            mid[i] = quick[i] - slow[i];
        made_sum_chunk(&s->mean, s->mem + series_doubles(ACOSC_LONG), ACOSC_MEAN, mid + skip,
                       slow + skip, n - skip);
        osc[-1] = s->last;
        for (size_t i = skip; i < n; i++)
            osc[i] = mid[i] - slow[i] / ACOSC_MEAN;
        for (size_t i = chunk_skip(at, acosc_first(NULL, 0)); i < n; i++) {
            run->out[0][at + i] = osc[i];
            run->out[1][at + i] = osc[i] - room[i]; /* less that of the bar before */
        }
        if (skip < n)
            s->last = osc[n - 1];
    }
}

IND_INDICATOR(acosc) = {
    .name = "acosc",
    .title = "Accelerator Oscillator",
    .family = "momentum",
    .source = "Williams, Trading Chaos, 1995",
    .note = "Of ao over 5 and 34 bars. A NaN or infinite bar shows while it is in a window.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .outputs = {"osc", "change"},
    .warmup = acosc_first,
    .state_size = acosc_state,
    .reference = acosc_reference,
    .run = IND_FN(acosc),
    .tolerance = 1e-8, /* the means cancel */
};
