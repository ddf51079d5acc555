/* SPDX-License-Identifier: Apache-2.0 */
/* tilson: Tilson's T3, six exponential averages in a row. */
#include "t3.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct t3);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return t3_warmup((size_t)params[0]);
}

static void reference(const struct ind_run *run)
{
    t3_reference(run->in[0], run->to, run_int(run, 0), run->params[1], run->out[0]);
}

static void IND_FN(tilson)(const struct ind_run *run)
{
    const struct smoothing how = smoothing_ema(run, run_int(run, 0));

    RUN_CHUNKS(run, 0, at, n)
    {
        t3_chunk(&how, run->state, run->params[1], run->in[0] + at, at, n, run->out[0] + at);
    }
}

IND_INDICATOR(tilson) = {
    .name = "tilson",
    .title = "Tilson T3 Moving Average",
    .family = "moving average",
    .source = "Tilson, Smoothing Techniques for More Accurate Signals, Stocks & Commodities, 1998",
    .note =
        "Each average is seeded with the mean of its first period inputs. Volume factor 0 gives "
        "the third average; TA-Lib's default is 0.7. A NaN or infinite bar makes all later "
        "values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"volume_factor", "ratio", 0, -10, 10}},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(tilson),
    .tolerance = 1e-9, /* weights of both signs cancel */
};
