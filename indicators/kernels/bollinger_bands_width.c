/* SPDX-License-Identifier: Apache-2.0 */
/* bollinger_bands_width: (upper - lower) / middle of the Bollinger bands. */
#include "average_spread.h"

enum { PERIOD, DEVUP, DEVDN, MATYPE, DEVTYPE };

static struct spreading how_of(const double *params)
{
    return spreading_of(params, PERIOD, MATYPE, DEVTYPE);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return ma_warmup((enum ma_kind)params[MATYPE], (size_t)params[PERIOD]);
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
        run->out[0][t] = (run->params[DEVUP] + run->params[DEVDN]) * spread[t] / middle[t];
}

static void IND_FN(bollinger_bands_width)(const struct ind_run *run)
{
    const struct spreading how = how_of(run->params);
    const size_t first = warmup(run->params, 0);
    const double width = run->params[DEVUP] + run->params[DEVDN];
    double middle[CHUNK], spread[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;

        average_spread_chunk(run, &how, run->state, x, at, n, middle, spread);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = width * spread[i] / middle[i];
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
