/* SPDX-License-Identifier: Apache-2.0 */
/* cci: commodity channel index.
 *
 *   out[t] = (x[t] - mean) / (0.015 * mean of |x - mean|), over p bars */
#include "deviation.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct window_sum);
}

static inline double index_of(double above, double spread)
{
    const double value = above / (0.015 * spread);

    return spread == 0 ? 0 : value;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        long double mean = 0, spread = 0;
        for (size_t i = 0; i < p; i++)
            mean += run->in[0][t - i];
        mean /= (long double)p;
        for (size_t i = 0; i < p; i++)
            spread += fabsl(run->in[0][t - i] - mean) / (long double)p;
        run->out[0][t] = index_of((double)(run->in[0][t] - mean), (double)spread);
    }
}

static void IND_FN(cci)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double mean[CHUNK], spread[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = chunk_skip(at, p - 1);
        double *restrict out = run->out[0] + at;

        window_sum_chunk(run->state, x, n, p, mean);
        for (size_t i = 0; i < n; i++)
            mean[i] /= (double)p;
        mean_absolute_chunk(x, p, mean, spread, skip, n);
        for (size_t i = skip; i < n; i++)
            out[i] = index_of(x[i] - mean[i], spread[i]);
    }
}

IND_INDICATOR(cci) = {
    .name = "cci",
    .title = "Commodity Channel Index",
    .family = "momentum",
    .source = "Lambert, Commodity Channel Index, 1980",
    .note = "0 where the window is flat. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "hlc3"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cci),
    .tolerance = 1e-11, /* a quotient of differences of prices */
};
