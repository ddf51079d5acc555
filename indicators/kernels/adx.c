/* SPDX-License-Identifier: Apache-2.0 */
/* adx: average directional index.
 *
 *   plus, minus = Wilder averages of the directional movements
 *   dx = 100 |plus - minus| / (plus + minus)   (the true range of both indicators cancels)
 *   out = Wilder average of dx */
#include "compat.h"
#include "directional_index.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct directional_index);
}

/* TA-Lib and Tulip seed the movements with one bar less, as if the first bar had moved by 0; Tulip
 * takes its first dx a bar earlier too. */
static size_t first_movement(const double *params) { return params[1] == COMPAT_NONE; }

static size_t first_dx(const double *params)
{
    return (size_t)params[0] - (params[1] == COMPAT_TULIP);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return first_dx(params) + (size_t)params[0] - 1;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double alpha = 1.0L / (long double)p;
    struct smooth_reference plus = {0}, minus = {0}, dx = {0};

    for (size_t t = first_movement(run->params); t < run->to; t++) {
        const double up = t ? plus_movement(run->in[0], run->in[1], t) : 0;
        smooth_reference_push(&plus, up, p, alpha);
        const double down = t ? minus_movement(run->in[0], run->in[1], t) : 0;
        smooth_reference_push(&minus, down, p, alpha);
        if (t < first_dx(run->params))
            continue;
        const long double sum = plus.y + minus.y;
        smooth_reference_push(&dx, sum == 0 ? 0 : 100 * fabsl(plus.y - minus.y) / sum, p, alpha);
        if (t >= warmup(run->params, 0))
            run->out[0][t] = (double)dx.y;
    }
}

static void IND_FN(adx)(const struct ind_run *run)
{
    const struct smoothing how = smoothing_wilder(run, run_int(run, 0));
    double line[CHUNK];

    RUN_CHUNKS(run, first_movement(run->params), at, n)
    {
        const size_t skip = size_min(chunk_skip(at, first_dx(run->params)), n);

        directional_index_chunk(&how, run->state, run->in[0], run->in[1], at, n, skip, line);
        for (size_t i = chunk_skip(at, warmup(run->params, 0)); i < n; i++)
            run->out[0][at + i] = line[i];
    }
}

IND_INDICATOR(adx) = {
    .name = "adx",
    .title = "Average Directional Index",
    .family = "trend",
    .source = "Wilder, New Concepts in Technical Trading Systems, 1978",
    .note =
        "Averages are seeded with the mean of their first period values, movements begin with "
        "the second bar. A market that has not moved counts as 0. As TA-Lib and Tulip the seed of "
        "the movements holds one bar less, and as Tulip the result begins a bar earlier. Closes "
        "are "
        "not read, save for where the series begins.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}, COMPAT_PARAM},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(adx),
    .tolerance = 1e-12,
};
