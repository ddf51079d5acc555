/* SPDX-License-Identifier: Apache-2.0 */
/* coppock: Coppock curve.
 *
 *   out = average over ma_period of the changes over short_roc_period and long_roc_period bars, in
 *         percent */
#include "moving_average.h"
#include "price.h"

enum { SHORT, LONG, PERIOD, MA_TYPE };

static size_t history(const double *params)
{
    return size_max((size_t)params[SHORT], (size_t)params[LONG]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return history(params) + ma_warmup((enum ma_kind)params[MA_TYPE], (size_t)params[PERIOD]);
}

static size_t state_size(const double *params)
{
    return sizeof(struct ma) + ma_size((size_t)params[PERIOD]);
}

static void reference(const struct ind_run *run)
{
    const size_t first = size_min(history(run->params), run->to);
    double *out = run->out[0];

    for (size_t t = first; t < run->to; t++)
        out[t] = percent_change(run->in[0], t, run_int(run, SHORT)) +
                 percent_change(run->in[0], t, run_int(run, LONG));
    ma_reference(out, first, run->to, (enum ma_kind)run->params[MA_TYPE], run_int(run, PERIOD));
}

static void IND_FN(coppock)(const struct ind_run *run)
{
    const struct averaging how =
        averaging_make(run, (enum ma_kind)run->params[MA_TYPE], run_int(run, PERIOD));
    const size_t near = run_int(run, SHORT), far = run_int(run, LONG);
    const size_t first = warmup(run->params, 0);
    struct ma *ma = run->state;
    double sum[CHUNK];

    RUN_CHUNKS(run, history(run->params), at, n)
    {
        for (size_t i = 0; i < n; i++)
            sum[i] =
                percent_change(run->in[0], at + i, near) + percent_change(run->in[0], at + i, far);
        ma_chunk(&how, ma, (double *)(ma + 1), sum, sum, n);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = sum[i];
    }
}

IND_INDICATOR(coppock) = {
    .name = "coppock",
    .title = "Coppock Curve",
    .family = "momentum",
    .source = "Coppock, Practical Relative Strength Charting, Barron's, 1965",
    .note = "An old value of 0 gives an infinite change. With window averages a NaN or infinite "
            "bar shows while it is in one, with exponential ones all later values are NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"short_roc_period", "bars", 11, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"long_roc_period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"ma_period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("ma_type", MA_WMA)},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(coppock),
    .tolerance = 1e-11, /* changes are differences of prices */
};
