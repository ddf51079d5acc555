/* SPDX-License-Identifier: Apache-2.0 */
/* row_temporary: each row is computed into a block of its own and then copied into the matrix.
 * Clean: the row of the matrix is the output. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_row_temporary_single)
SPEC_PLAIN_SINGLE(spec_row_temporary_clean_single)
SPEC_PLAIN_BATCH(spec_row_temporary_clean_batch)

SPEC_FUNCTION void *spec_row_temporary_batch(const struct spec_input *in, const size_t *period,
                                             size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    for (size_t c = 0; out && c < combos; c++) {
        double *row = malloc(spec_size(1, in->len)); /* waste: row */

        if (!row)
            abort();
        spec_mean(row, in->close, in->len, period[c]);
        memcpy(out + c * in->len, row, spec_size(1, in->len));
        free(row);
    }
    return out;
}

const struct specimen specimen_row_temporary = {
    .name = "row_temporary",
    .file = "row_temporary.c",
    .shows = "a row is computed into a temporary and copied into the result",
    .wasteful = {spec_row_temporary_single, spec_row_temporary_batch, free},
    .clean = {spec_row_temporary_clean_single, spec_row_temporary_clean_batch, free},
    .waste = {{.kind = "copy-then-free",
               .also = "per-row-temporary",
               .function = "spec_row_temporary_batch",
               .mark = "row",
               .bytes = spec_bytes_rows}},
};
