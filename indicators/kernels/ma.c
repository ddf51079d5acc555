/* SPDX-License-Identifier: Apache-2.0 */
/* ma: the average of choice. */
#include "named_average.h"

enum { PERIOD, TYPE };

/* One of the four is used. */
struct state {
    union {
        struct ma ma;
        struct adaptive_state kama;
        struct mama mama;
        struct t3 t3;
    };
    double mem[];
};

static enum named_kind kind_of(const double *params) { return (enum named_kind)params[TYPE]; }

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return named_warmup(kind_of(params), (size_t)params[PERIOD]);
}

static size_t history(const double *params)
{
    return size_max((size_t)params[PERIOD], MAMA_HISTORY);
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return sizeof(struct state) + size_max(ma_size(p), efficiency_size(p));
}

static void reference(const struct ind_run *run)
{
    double *y = run_scratch(run, 5);

    named_reference(run, kind_of(run->params), run_int(run, PERIOD), y);
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = y[t];
}

static void IND_FN(ma)(const struct ind_run *run)
{
    const enum named_kind kind = kind_of(run->params);
    const struct averaging how = averaging_make(run, named_ma(kind), run_int(run, PERIOD));
    const struct adaptive kama = adaptive_kama(how.p);
    const struct smoothing t3 = smoothing_ema(run, how.p);
    const size_t first = warmup(run->params, 0);
    struct state *s = run->state;
    double y[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;

        if (kind == NAMED_KAMA)
            adaptive_chunk(&kama, &s->kama, s->mem, x, at, n, y);
        else if (kind == NAMED_T3)
            t3_chunk(&t3, &s->t3, NAMED_VOLUME_FACTOR, x, at, n, y);
        else if (kind == NAMED_MAMA)
            mama_chunk(&s->mama, x, at, n, NAMED_FAST_LIMIT, NAMED_SLOW_LIMIT, y, NULL);
        else
            ma_chunk(&how, &s->ma, s->mem, x, y, n);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = y[i];
    }
}

IND_INDICATOR(ma) = {
    .name = "ma",
    .title = "Moving Average of Choice",
    .family = "moving average",
    .source = "TA-Lib, ta-lib.org, whose numbers the choices have",
    .note = "As the indicators of those names; t3 is tilson with volume factor 0.7; mama has "
            "limits 0.5 and 0.05 and no period. In sma, wma and trima a NaN or infinite bar shows "
            "while it is in the window, in the others it makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER}, NAMED_PARAM},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ma),
    .tolerance = 1e-8, /* mama: ratios of small differences of prices */
};
