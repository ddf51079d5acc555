/* SPDX-License-Identifier: Apache-2.0 */
/* bollinger_bands_width: (upper - lower) / middle of the Bollinger bands. */
#include "deviation.h"
#include "moving_average.h"

enum { PERIOD, DEVUP, DEVDN, MATYPE, DEVTYPE };

struct state {
    struct ma middle;
    struct window_square square;
    double mem[]; /* of the average, then of the deviation */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return ma_warmup((enum ma_kind)params[MATYPE], (size_t)params[PERIOD]);
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
    ma_reference(middle, 0, run->to, (enum ma_kind)run->params[MATYPE], p);
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = (run->params[DEVUP] + run->params[DEVDN]) *
                         deviation_reference(kind, run->in[0], t, p, scratch) / middle[t];
}

static void IND_FN(bollinger_bands_width)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = warmup(run->params, 0);
    const enum ma_kind ma = (enum ma_kind)run->params[MATYPE];
    const enum deviation_kind kind = (enum deviation_kind)run->params[DEVTYPE];
    const double width = run->params[DEVUP] + run->params[DEVDN];
    struct state *s = run->state;
    double *scratch = s->mem + ma_size(p) / sizeof(double);

    for (size_t t = run->from; t < run->to; t++) {
        const double *at = run->in[0] + t;
        window_square_push(&s->square, at, p);
        const double middle = ma_push(&s->middle, s->mem, ma, p, at[0]);
        if (t >= first)
            run->out[0][t] = width * deviation(&s->square, kind, at, p, scratch) / middle;
    }
}

IND_INDICATOR(bollinger_bands_width) = {
    .name = "bollinger_bands_width",
    .title = "Bollinger Bands Width",
    .family = "volatility",
    .source = "Bollinger, Bollinger on Bollinger Bands, 2001",
    .note = "0 where the window is flat; infinite or NaN where the middle is 0.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"devup", "ratio", 2, -1e6, 1e6},
               {"devdn", "ratio", 2, -1e6, 1e6},
               MA_PARAM("matype", MA_SMA),
               DEVIATION_PARAM("devtype")},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(bollinger_bands_width),
    .tolerance = 1e-10,
};
