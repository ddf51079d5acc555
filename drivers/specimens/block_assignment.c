/* SPDX-License-Identifier: Apache-2.0 */
/* block_assignment: rows are computed aside and moved into the matrix as structs of 128 values,
 * which the compiler does without a call. Clean: the row of the matrix is the output. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_block_assignment_single)
SPEC_PLAIN_SINGLE(spec_block_assignment_clean_single)
SPEC_PLAIN_BATCH(spec_block_assignment_clean_batch)

enum { BLOCK = 128 };
struct values {
    double at[BLOCK];
};

SPEC_FUNCTION void *spec_block_assignment_batch(const struct spec_input *in, const size_t *period,
                                                size_t combos)
{
    const size_t blocks = in->len / BLOCK;
    double *out = malloc(spec_size(combos, in->len));

    for (size_t c = 0; out && c < combos; c++) {
        double *row = malloc(spec_size(1, in->len)), *to = out + c * in->len; /* waste: row */

        if (!row)
            abort();
        spec_mean(row, in->close, in->len, period[c]);
        for (size_t b = 0; b < blocks; b++)
            ((struct values *)to)[b] = ((const struct values *)row)[b];
        for (size_t t = blocks * BLOCK; t < in->len; t++)
            to[t] = row[t];
        free(row);
    }
    return out;
}

const struct specimen specimen_block_assignment = {
    .name = "block_assignment",
    .file = "block_assignment.c",
    .shows = "a row is computed into a temporary and assigned block by block to the result",
    .wasteful = {spec_block_assignment_single, spec_block_assignment_batch, free},
    .clean = {spec_block_assignment_clean_single, spec_block_assignment_clean_batch, free},
    .waste = {{.kind = "copy-then-free",
               .also = "per-row-temporary",
               .function = "spec_block_assignment_batch",
               .mark = "row",
               .bytes = spec_bytes_rows}},
};
