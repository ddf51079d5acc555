/* SPDX-License-Identifier: Apache-2.0 */
/* adxr: average directional index rating, (adx[t] + adx[t-p]) / 2. */
#include "directional_index.h"
#include "tail.h"

struct state {
    struct directional_index index;
    struct tail adx;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size((size_t)params[0]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return 3 * (size_t)params[0] - 1;
}

/* adx into the output, then halved with the one p bars before, from the newest back. */
static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double alpha = 1.0L / (long double)p;
    struct smooth_reference plus = {0}, minus = {0}, dx = {0};
    double *out = run->out[0];

    for (size_t t = 1; t < run->to; t++) {
        smooth_reference_push(&plus, plus_movement(run->in[0], run->in[1], t), p, alpha);
        smooth_reference_push(&minus, minus_movement(run->in[0], run->in[1], t), p, alpha);
        const long double sum = plus.y + minus.y;
        if (t >= p)
            smooth_reference_push(&dx, sum == 0 ? 0 : 100 * fabsl(plus.y - minus.y) / sum, p,
                                  alpha);
        out[t] = (double)dx.y;
    }
    for (size_t t = run->to; t-- > 3 * p - 1;)
        out[t] = (out[t] + out[t - p]) / 2;
    for (size_t t = 0; t < size_min(run->to, 3 * p - 1); t++)
        out[t] = NAN;
}

static void IND_FN(adxr)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_wilder(run, p);
    struct state *s = run->state;
    double line[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, p), n);

        directional_index_chunk(&how, &s->index, run->in[0], run->in[1], at, n, skip, line);
        const double *adx = tail_append(&s->adx, s->mem, p, line, n);
        for (size_t i = chunk_skip(at, 3 * p - 1); i < n; i++)
            run->out[0][at + i] = (adx[i] + *(adx + i - p)) / 2;
    }
}

IND_INDICATOR(adxr) = {
    .name = "adxr",
    .title = "Average Directional Index Rating",
    .family = "trend",
    .source = "Wilder, New Concepts in Technical Trading Systems, 1978",
    .note = "Mean of adx and of adx period bars ago. A NaN or infinite bar makes all later values "
            "NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(adxr),
    .tolerance = 1e-12,
};
