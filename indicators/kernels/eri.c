/* SPDX-License-Identifier: Apache-2.0 */
/* eri: Elder ray index.
 *
 *   bull = high - average of source over period;   bear = low - that average */
#include "moving_average.h"

enum { PERIOD, MA_TYPE };

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return ma_warmup((enum ma_kind)params[MA_TYPE], (size_t)params[PERIOD]);
}

static size_t state_size(const double *params)
{
    return sizeof(struct ma) + ma_size((size_t)params[PERIOD]);
}

static void reference(const struct ind_run *run)
{
    double *bull = run->out[0];

    for (size_t t = 0; t < run->to; t++)
        bull[t] = run->in[2][t];
    ma_reference(bull, 0, run->to, (enum ma_kind)run->params[MA_TYPE], run_int(run, PERIOD));
    for (size_t t = 0; t < run->to; t++) {
        const double mean = bull[t];
        bull[t] = run->in[0][t] - mean;
        run->out[1][t] = run->in[1][t] - mean;
    }
}

static void IND_FN(eri)(const struct ind_run *run)
{
    const struct averaging how =
        averaging_make(run, (enum ma_kind)run->params[MA_TYPE], run_int(run, PERIOD));
    const size_t first = warmup(run->params, 0);
    struct ma *ma = run->state;
    double mean[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        ma_chunk(&how, ma, (double *)(ma + 1), run->in[2] + at, mean, n);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            run->out[0][at + i] = run->in[0][at + i] - mean[i];
            run->out[1][at + i] = run->in[1][at + i] - mean[i];
        }
    }
}

IND_INDICATOR(eri) = {
    .name = "eri",
    .title = "Elder Ray Index",
    .family = "momentum",
    .source = "Elder, Trading for a Living, 1993",
    .note = "The exponential average is seeded with the mean of the first period values. With it "
            "a NaN or infinite source makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"source", "close"}},
    .params = {{"period", "bars", 13, 1, IND_PERIOD_MAX, IND_INTEGER}, MA_PARAM("ma_type", MA_EMA)},
    .outputs = {"bull", "bear"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(eri),
    .tolerance = 1e-9, /* small differences of large prices */
};
