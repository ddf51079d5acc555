/* SPDX-License-Identifier: Apache-2.0 */
/* adxr: average directional index rating, (adx[t] + adx[t-p]) / 2. */
#include "price.h"
#include "smooth.h"
#include "tail.h"

struct state {
    struct smooth plus, minus, dx;
    struct tail adx;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + tail_size((size_t)params[0] + 1);
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
    const double *high = run->in[0], *low = run->in[1], alpha = wilder_alpha(p);
    struct state *s = run->state;

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const double plus = smooth_push(&s->plus, plus_movement(high, low, t), p, alpha);
        const double minus = smooth_push(&s->minus, minus_movement(high, low, t), p, alpha);
        if (t < p)
            continue;
        const double sum = plus + minus, dx = sum == 0 ? 0 : 100 * fabs(plus - minus) / sum;
        const double *adx = tail_push(&s->adx, s->mem, p + 1, smooth_push(&s->dx, dx, p, alpha));
        if (t >= 3 * p - 1)
            run->out[0][t] = (adx[0] + *(adx - p)) / 2;
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
