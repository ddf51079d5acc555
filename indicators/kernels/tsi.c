/* SPDX-License-Identifier: Apache-2.0 */
/* tsi: true strength index.
 *
 *   out = 100 * (change, averaged over long_period, then over short_period) / (the same of
 * |change|)
 *
 * held within -100 .. 100; averages are seeded with the first change. */
#include "smooth.h"

struct state {
    struct smooth change[2], size[2];
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)(params[0] + params[1]);
}

static void reference(const struct ind_run *run)
{
    const long double slow = 2 / (run->params[0] + 1.0L), quick = 2 / (run->params[1] + 1.0L);
    struct smooth_reference c[2] = {{0}, {0}}, s[2] = {{0}, {0}};

    for (size_t t = 1; t < run->to; t++) {
        const long double change = (long double)run->in[0][t] - run->in[0][t - 1];
        const long double up =
            smooth_reference_push(&c[1], smooth_reference_push(&c[0], change, 1, slow), 1, quick);
        const long double all = smooth_reference_push(
            &s[1], smooth_reference_push(&s[0], fabsl(change), 1, slow), 1, quick);
        if (t >= warmup(run->params, 0))
            run->out[0][t] = all == 0 ? NAN : (double)(100 * up / all);
    }
}

static void IND_FN(tsi)(const struct ind_run *run)
{
    const double *x = run->in[0];
    const double slow = ema_alpha(run_int(run, 0)), quick = ema_alpha(run_int(run, 1));
    const size_t first = warmup(run->params, 0);
    struct state *s = run->state;

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const double change = x[t] - x[t - 1];
        const double up =
            smooth_push(&s->change[1], smooth_push(&s->change[0], change, 1, slow), 1, quick);
        const double all =
            smooth_push(&s->size[1], smooth_push(&s->size[0], fabs(change), 1, slow), 1, quick);
        if (t >= first)
            run->out[0][t] = all == 0 ? NAN : fmax(-100, fmin(100, 100 * up / all)) + 0 * all;
    }
}

IND_INDICATOR(tsi) = {
    .name = "tsi",
    .title = "True Strength Index",
    .family = "momentum",
    .source = "Blau, True Strength Index, Stocks & Commodities, 1991",
    .note = "NaN while nothing has moved. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"long_period", "bars", 25, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"short_period", "bars", 13, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(tsi),
    .tolerance = 1e-9,
};
