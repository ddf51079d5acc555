/* SPDX-License-Identifier: Apache-2.0 */
/* bollinger_bands: a moving average, and bands as many deviations above and below it.
 *
 *   upper = middle + devup * deviation,   lower = middle - devdn * deviation */
#include "average_spread.h"
#include "compat.h"

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
    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        run->out[0][t] = middle[t] + run->params[DEVUP] * spread[t];
        run->out[1][t] = middle[t];
        run->out[2][t] = middle[t] - run->params[DEVDN] * spread[t];
    }
}

static void IND_FN(bollinger_bands)(const struct ind_run *run)
{
    const struct spreading how = how_of(run->params);
    const size_t first = warmup(run->params, 0);
    double middle[CHUNK], spread[CHUNK];

    /* short, so that the roots of one stretch meet the sums of another */
    RUN_CHUNKS_OF(CHUNK_SHORT, run, 0, at, n)
    {
        const double *x = run->in[0] + at;

        average_spread_chunk(run, &how, run->state, x, at, n, middle, spread);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            run->out[0][at + i] = middle[i] + run->params[DEVUP] * spread[i];
            run->out[1][at + i] = middle[i];
            run->out[2][at + i] = middle[i] - run->params[DEVDN] * spread[i];
        }
    }
}

IND_INDICATOR(bollinger_bands) = {
    .name = "bollinger_bands",
    .title = "Bollinger Bands",
    .family = "bands/channel",
    .source = "Bollinger, Bollinger on Bollinger Bands, 2001",
    .note =
        "Deviation of the population around the mean of the window. Bands of a flat window have "
        "no width. A NaN or infinite bar shows while it is in the window of a simple average. "
        "TA-Lib's and Tulip's bands are these: compat is there for callers that ask all "
        "indicators for the same library.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"devup", "ratio", 2, -1e6, 1e6},
               {"devdn", "ratio", 2, -1e6, 1e6},
               MA_PARAM("matype", MA_SMA),
               DEVIATION_PARAM("devtype"),
               COMPAT_PARAM},
    .outputs = {"upper_band", "middle_band", "lower_band"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(bollinger_bands),
    .tolerance = 1e-12,
};
