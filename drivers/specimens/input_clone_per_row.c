/* SPDX-License-Identifier: Apache-2.0 */
/* input_clone_per_row: every row works on a fresh copy of the input, which nothing changes.
 * Clean: all rows read the input where it lies. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_input_clone_per_row_single)
SPEC_PLAIN_SINGLE(spec_input_clone_per_row_clean_single)
SPEC_PLAIN_BATCH(spec_input_clone_per_row_clean_batch)

SPEC_FUNCTION void *spec_input_clone_per_row_batch(const struct spec_input *in,
                                                   const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    for (size_t c = 0; out && c < combos; c++) {
        double *close = malloc(spec_size(1, in->len)); /* waste: clone */

        if (!close)
            abort();
        memcpy(close, in->close, spec_size(1, in->len));
        spec_mean(out + c * in->len, close, in->len, period[c]);
        free(close);
    }
    return out;
}

const struct specimen specimen_input_clone_per_row = {
    .name = "input_clone_per_row",
    .file = "input_clone_per_row.c",
    .shows = "each row clones the input and only reads it",
    .wasteful = {spec_input_clone_per_row_single, spec_input_clone_per_row_batch, free},
    .clean = {spec_input_clone_per_row_clean_single, spec_input_clone_per_row_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .also = "per-row-temporary",
               .function = "spec_input_clone_per_row_batch",
               .mark = "clone",
               .bytes = spec_bytes_rows}},
};
