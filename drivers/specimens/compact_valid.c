/* SPDX-License-Identifier: Apache-2.0 */
/* compact_valid: bars that are numbers are collected first, and all of them are.
 * Clean: the series is used as it is when no bar is missing. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_compact_valid_single)
SPEC_PLAIN_SINGLE(spec_compact_valid_clean_single)
SPEC_PLAIN_BATCH(spec_compact_valid_clean_batch)

SPEC_FUNCTION void *spec_compact_valid_batch(const struct spec_input *in, const size_t *period,
                                             size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *valid = malloc(spec_size(1, in->len)); /* waste: valid */
    size_t n = 0;

    if (!out || !valid)
        abort();
    for (size_t t = 0; t < in->len; t++)
        if (!isnan(in->close[t]))
            valid[n++] = in->close[t];
    for (size_t c = 0; c < combos; c++)
        spec_mean(out + c * in->len, valid, n, period[c]);
    free(valid);
    return out;
}

const struct specimen specimen_compact_valid = {
    .name = "compact_valid",
    .file = "compact_valid.c",
    .shows = "elements are filtered into a copy though none is dropped",
    .wasteful = {spec_compact_valid_single, spec_compact_valid_batch, free},
    .clean = {spec_compact_valid_clean_single, spec_compact_valid_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_compact_valid_batch",
               .mark = "valid",
               .bytes = spec_bytes_series}},
};
