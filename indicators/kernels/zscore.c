/* SPDX-License-Identifier: Apache-2.0 */
/* zscore: (x - average) / (nbdev * deviation), over p bars. */
#include "average_spread.h"

enum { PERIOD, MA_TYPE, NBDEV, DEVTYPE };

static struct spreading how_of(const double *params)
{
    return spreading_of(params, PERIOD, MA_TYPE, DEVTYPE);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return ma_warmup((enum ma_kind)params[MA_TYPE], (size_t)params[PERIOD]);
}

static size_t state_size(const double *params)
{
    const struct spreading how = how_of(params);

    return average_spread_size(&how);
}

static void reference(const struct ind_run *run)
{
    const struct spreading how = how_of(run->params);
    double *middle = run_scratch(run, 0), *spread = run_scratch(run, 1);

    average_spread_reference(run, &how, warmup(run->params, 0), middle, spread);
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] =
            spread[t] == 0 ? NAN : (run->in[0][t] - middle[t]) / (run->params[NBDEV] * spread[t]);
}

static void IND_FN(zscore)(const struct ind_run *run)
{
    const struct spreading how = how_of(run->params);
    const size_t first = warmup(run->params, 0);
    double middle[CHUNK], spread[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;

        average_spread_chunk(run, &how, run->state, x, at, n, middle, spread);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            const double value = (x[i] - middle[i]) / (run->params[NBDEV] * spread[i]);
            run->out[0][at + i] = spread[i] == 0 ? NAN : value;
        }
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
