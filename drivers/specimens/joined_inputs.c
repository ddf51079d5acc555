/* SPDX-License-Identifier: Apache-2.0 */
/* joined_inputs: highs and lows are joined in one block for a helper that takes one pointer.
 * Clean: two pointers. */
#include "specimen_math.h"

static inline void *mean_range(const double *high, const double *low, size_t len,
                               const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, len));

    for (size_t c = 0; out && c < combos; c++) {
        double *row = out + c * len, sum = 0;

        for (size_t t = 0; t < len; t++) {
            sum += high[t] - low[t];
            if (t >= period[c])
                sum -= high[t - period[c]] - low[t - period[c]];
            row[t] = t + 1 < period[c] ? NAN : sum / (double)period[c];
        }
    }
    return out;
}

SPEC_FUNCTION void *spec_joined_inputs_single(const struct spec_input *in, size_t period)
{
    return mean_range(in->high, in->low, in->len, &period, 1);
}

SPEC_FUNCTION void *spec_joined_inputs_clean_single(const struct spec_input *in, size_t period)
{
    return mean_range(in->high, in->low, in->len, &period, 1);
}

SPEC_FUNCTION void *spec_joined_inputs_clean_batch(const struct spec_input *in,
                                                   const size_t *period, size_t combos)
{
    return mean_range(in->high, in->low, in->len, period, combos);
}

SPEC_FUNCTION void *spec_joined_inputs_batch(const struct spec_input *in, const size_t *period,
                                             size_t combos)
{
    double *joined = malloc(spec_size(2, in->len)); /* waste: joined */

    if (!joined)
        abort();
    memcpy(joined, in->high, spec_size(1, in->len));
    memcpy(joined + in->len, in->low, spec_size(1, in->len));
    void *out = mean_range(joined, joined + in->len, in->len, period, combos);
    free(joined);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(2, in->len);
}

const struct specimen specimen_joined_inputs = {
    .name = "joined_inputs",
    .file = "joined_inputs.c",
    .shows = "two inputs are joined in one block",
    .wasteful = {spec_joined_inputs_single, spec_joined_inputs_batch, free},
    .clean = {spec_joined_inputs_clean_single, spec_joined_inputs_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_joined_inputs_batch",
               .mark = "joined",
               .bytes = bytes}},
};
