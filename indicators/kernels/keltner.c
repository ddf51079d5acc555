/* SPDX-License-Identifier: Apache-2.0 */
/* keltner: Keltner channels.
 *
 *   middle = average of data;   bands = middle +- multiplier * average true range */
#include "moving_average.h"
#include "price.h"

enum { PERIOD, MULTIPLIER, MA_TYPE };

struct state {
    struct smooth range;
    struct ma middle;
    double mem[];
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return ma_warmup((enum ma_kind)params[MA_TYPE], (size_t)params[PERIOD]);
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[PERIOD]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    double *middle = run_scratch(run, 0);
    struct smooth_reference range = {0};

    for (size_t t = 0; t < run->to; t++)
        middle[t] = run->in[0][t];
    ma_reference(middle, 0, run->to, (enum ma_kind)run->params[MA_TYPE], p);
    for (size_t t = 0; t < run->to; t++) {
        const double tr = true_range_at(run->in[1], run->in[2], run->in[3], t);
        const long double y = smooth_reference_push(&range, tr, p, 1.0L / (long double)p);
        if (t < warmup(run->params, 0))
            continue;
        run->out[0][t] = (double)(middle[t] + run->params[MULTIPLIER] * y);
        run->out[1][t] = middle[t];
        run->out[2][t] = (double)(middle[t] - run->params[MULTIPLIER] * y);
    }
}

static void IND_FN(keltner)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = warmup(run->params, 0);
    const enum ma_kind kind = (enum ma_kind)run->params[MA_TYPE];
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        const double tr = true_range_at(run->in[1], run->in[2], run->in[3], t);
        const double width =
            run->params[MULTIPLIER] * smooth_push(&s->range, tr, p, wilder_alpha(p));
        const double middle = ma_push(&s->middle, s->mem, kind, p, run->in[0][t]);
        if (t < first)
            continue;
        run->out[0][t] = middle + width;
        run->out[1][t] = middle;
        run->out[2][t] = middle - width;
    }
}

IND_INDICATOR(keltner) = {
    .name = "keltner",
    .title = "Keltner Channels",
    .family = "bands/channel",
    .source = "Keltner, How to Make Money in Commodities, 1960; with the true range as by Raschke",
    .note = "The true range of the first bar is high - low; both averages are seeded with the mean "
            "of their first period values.",
    .inputs = {{"data", "close"}, {"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"multiplier", "ratio", 2, -1e6, 1e6},
               MA_PARAM("ma_type", MA_EMA)},
    .outputs = {"upper_band", "middle_band", "lower_band"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(keltner),
    .tolerance = 1e-11,
};
