/* SPDX-License-Identifier: Apache-2.0 */
/* zscore: (x - average) / (nbdev * deviation), over p bars. */
#include "deviation.h"
#include "moving_average.h"

enum { PERIOD, MA_TYPE, NBDEV, DEVTYPE };

struct state {
    struct ma middle;
    struct window_square square;
    double mem[]; /* of the average, then of the deviation */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return ma_warmup((enum ma_kind)params[MA_TYPE], (size_t)params[PERIOD]);
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return sizeof(struct state) + ma_size(p) + deviation_size(p);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const enum deviation_kind kind = (enum deviation_kind)run->params[DEVTYPE];
    double *middle = run_scratch(run, 0), *scratch = run_scratch(run, 1);

    for (size_t t = 0; t < run->to; t++)
        middle[t] = run->in[0][t];
    ma_reference(middle, 0, run->to, (enum ma_kind)run->params[MA_TYPE], p);
    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        const double spread = deviation_reference(kind, run->in[0], t, p, scratch);
        run->out[0][t] =
            spread == 0 ? NAN : (run->in[0][t] - middle[t]) / (run->params[NBDEV] * spread);
    }
}

static void IND_FN(zscore)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = warmup(run->params, 0);
    const enum ma_kind ma = (enum ma_kind)run->params[MA_TYPE];
    const enum deviation_kind kind = (enum deviation_kind)run->params[DEVTYPE];
    struct state *s = run->state;
    double *scratch = s->mem + ma_size(p) / sizeof(double);

    for (size_t t = run->from; t < run->to; t++) {
        const double *at = run->in[0] + t;
        window_square_push(&s->square, at, p);
        const double middle = ma_push(&s->middle, s->mem, ma, p, at[0]);
        if (t < first)
            continue;
        const double spread = deviation(&s->square, kind, at, p, scratch);
        run->out[0][t] = spread == 0 ? NAN : (at[0] - middle) / (run->params[NBDEV] * spread);
    }
}

IND_INDICATOR(zscore) = {
    .name = "zscore",
    .title = "Z-Score",
    .family = "statistics",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "Deviation of the population around the mean of the window. NaN where that is 0.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("ma_type", MA_SMA),
               {"nbdev", "ratio", 1, 1e-9, 1e6},
               DEVIATION_PARAM("devtype")},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(zscore),
    .tolerance = 1e-8, /* price and average cancel */
};
