/* SPDX-License-Identifier: Apache-2.0 */
/* series_per_parameter: an intermediate series that no parameter touches (a weighted price that
 * the caller does not have) is cached once a parameter set. Clean: once a call. */
#include "specimen_math.h"

static inline void weighted_price(double *restrict out, const struct spec_input *in)
{
    for (size_t t = 0; t < in->len; t++)
        out[t] = (in->open[t] + in->high[t] + in->low[t] + 2 * in->close[t]) / 5.0;
}

static inline void *with_one_series(const struct spec_input *in, const size_t *period,
                                    size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *weighted = malloc(spec_size(1, in->len));

    if (!out || !weighted)
        abort();
    weighted_price(weighted, in);
    for (size_t c = 0; c < combos; c++)
        spec_mean(out + c * in->len, weighted, in->len, period[c]);
    free(weighted);
    return out;
}

SPEC_FUNCTION void *spec_series_per_parameter_single(const struct spec_input *in, size_t period)
{
    return with_one_series(in, &period, 1);
}

SPEC_FUNCTION void *spec_series_per_parameter_clean_single(const struct spec_input *in,
                                                           size_t period)
{
    return with_one_series(in, &period, 1);
}

SPEC_FUNCTION void *spec_series_per_parameter_clean_batch(const struct spec_input *in,
                                                          const size_t *period, size_t combos)
{
    return with_one_series(in, period, combos);
}

SPEC_FUNCTION void *spec_series_per_parameter_batch(const struct spec_input *in,
                                                    const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double **cache = calloc(combos, sizeof *cache);

    if (!out || !cache)
        abort();
    for (size_t c = 0; c < combos; c++) {
        cache[c] = malloc(spec_size(1, in->len)); /* waste: cached */
        if (!cache[c])
            abort();
        weighted_price(cache[c], in);
        spec_mean(out + c * in->len, cache[c], in->len, period[c]);
    }
    for (size_t c = 0; c < combos; c++)
        free(cache[c]);
    free(cache);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(combos - 1, in->len); /* the first is needed */
}

const struct specimen specimen_series_per_parameter = {
    .name = "series_per_parameter",
    .file = "series_per_parameter.c",
    .shows = "a series that depends on no parameter is kept once a parameter set",
    .wasteful = {spec_series_per_parameter_single, spec_series_per_parameter_batch, free},
    .clean = {spec_series_per_parameter_clean_single, spec_series_per_parameter_clean_batch, free},
    .waste = {{.kind = "duplicate-content",
               .also = "retained-scratch",
               .function = "spec_series_per_parameter_batch",
               .mark = "cached",
               .source = "cached",
               .bytes = bytes}},
};
