/* SPDX-License-Identifier: Apache-2.0 */
/* mean_per_output: the lower band of every row computes the mean again that the upper band has at
 * hand. Clean: both bands read one mean. */
#include "specimen_math.h"

/* Both bands of a row out of the mean, or of the same mean computed twice. */
static inline void bands(double *out, const double *upper, const double *lower, size_t len)
{
    for (size_t t = 0; t < len; t++)
        out[t] = upper[t] * 1.02;
    for (size_t t = 0; t < len; t++)
        out[len + t] = lower[t] * 0.98;
}

static inline void *with_one_mean(const struct spec_input *in, const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(2 * combos, in->len));
    double *mean = malloc(spec_size(1, in->len));

    if (!out || !mean)
        abort();
    for (size_t c = 0; c < combos; c++) {
        spec_mean(mean, in->close, in->len, period[c]);
        bands(out + 2 * c * in->len, mean, mean, in->len);
    }
    free(mean);
    return out;
}

SPEC_FUNCTION void *spec_mean_per_output_single(const struct spec_input *in, size_t period)
{
    return with_one_mean(in, &period, 1);
}

SPEC_FUNCTION void *spec_mean_per_output_clean_single(const struct spec_input *in, size_t period)
{
    return with_one_mean(in, &period, 1);
}

SPEC_FUNCTION void *spec_mean_per_output_clean_batch(const struct spec_input *in,
                                                     const size_t *period, size_t combos)
{
    return with_one_mean(in, period, combos);
}

SPEC_FUNCTION void *spec_mean_per_output_batch(const struct spec_input *in, const size_t *period,
                                               size_t combos)
{
    double *out = malloc(spec_size(2 * combos, in->len));
    double *mean = malloc(spec_size(1, in->len)); /* source: mean */

    if (!out || !mean)
        abort();
    for (size_t c = 0; c < combos; c++) {
        double *again = malloc(spec_size(1, in->len)); /* waste: again */

        if (!again)
            abort();
        spec_mean(mean, in->close, in->len, period[c]);
        spec_mean(again, in->close, in->len, period[c]);
        bands(out + 2 * c * in->len, mean, again, in->len);
        free(again);
    }
    free(mean);
    return out;
}

const struct specimen specimen_mean_per_output = {
    .name = "mean_per_output",
    .file = "mean_per_output.c",
    .shows = "each row computes the same mean twice",
    .wasteful = {spec_mean_per_output_single, spec_mean_per_output_batch, free},
    .clean = {spec_mean_per_output_clean_single, spec_mean_per_output_clean_batch, free},
    .waste = {{.kind = "duplicate-content",
               .also = "per-row-temporary",
               .function = "spec_mean_per_output_batch",
               .mark = "again",
               .source = "mean",
               .bytes = spec_bytes_rows}},
};
