/* SPDX-License-Identifier: Apache-2.0 */
/* padded_weights: every parameter set has a row of weights as long as the series, of which only
 * `period` are ever written. Clean: rows as long as the longest window. */
#include "specimen_math.h"

/* Linear weights 1..period, scaled to sum 1, then the weighted mean. */
static inline void weighted(double *restrict out, double *restrict weight, const double *restrict x,
                            size_t len, size_t period)
{
    const double sum = (double)period * (double)(period + 1) / 2;

    for (size_t i = 0; i < period; i++)
        weight[i] = (double)(i + 1) / sum;
    for (size_t t = 0; t < len; t++) {
        double mean = 0;

        if (t + 1 < period) {
            out[t] = NAN;
            continue;
        }
        for (size_t i = 0; i < period; i++)
            mean += weight[i] * x[t + 1 - period + i];
        out[t] = mean;
    }
}

static inline void *run(const struct spec_input *in, const size_t *period, size_t combos,
                        double *weights, size_t stride)
{
    double *out = malloc(spec_size(combos, in->len));

    if (!weights || !out)
        abort();
    for (size_t c = 0; c < combos; c++)
        weighted(out + c * in->len, weights + c * stride, in->close, in->len, period[c]);
    free(weights);
    return out;
}

static inline size_t longest(const size_t *period, size_t combos)
{
    size_t max = 0;

    for (size_t c = 0; c < combos; c++)
        max = period[c] > max ? period[c] : max;
    return max;
}

SPEC_FUNCTION void *spec_padded_weights_single(const struct spec_input *in, size_t period)
{
    return run(in, &period, 1, malloc(spec_size(1, period)), period);
}

SPEC_FUNCTION void *spec_padded_weights_clean_single(const struct spec_input *in, size_t period)
{
    return run(in, &period, 1, malloc(spec_size(1, period)), period);
}

SPEC_FUNCTION void *spec_padded_weights_clean_batch(const struct spec_input *in,
                                                    const size_t *period, size_t combos)
{
    const size_t stride = longest(period, combos);

    return run(in, period, combos, malloc(spec_size(combos, stride)), stride);
}

SPEC_FUNCTION void *spec_padded_weights_batch(const struct spec_input *in, const size_t *period,
                                              size_t combos)
{
    double *weights = malloc(spec_size(combos, in->len)); /* waste: weights */

    return run(in, period, combos, weights, in->len);
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    uint64_t sum = 0;

    for (size_t c = 0; c < combos; c++)
        sum += spec_size(1, in->len - period[c]);
    return sum;
}

const struct specimen specimen_padded_weights = {
    .name = "padded_weights",
    .file = "padded_weights.c",
    .shows = "rows of weights are padded to the length of the series",
    .wasteful = {spec_padded_weights_single, spec_padded_weights_batch, free},
    .clean = {spec_padded_weights_clean_single, spec_padded_weights_clean_batch, free},
    .waste = {{.kind = "over-allocation",
               .function = "spec_padded_weights_batch",
               .mark = "weights",
               .exact = 1,
               .bytes = bytes}},
};
