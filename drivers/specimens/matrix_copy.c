/* SPDX-License-Identifier: Apache-2.0 */
/* matrix_copy: the whole matrix is computed in scratch, then copied into the result in one go.
 * Clean: computed in the result. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_matrix_copy_single)
SPEC_PLAIN_SINGLE(spec_matrix_copy_clean_single)
SPEC_PLAIN_BATCH(spec_matrix_copy_clean_batch)

SPEC_FUNCTION void *spec_matrix_copy_batch(const struct spec_input *in, const size_t *period,
                                           size_t combos)
{
    double *scratch = malloc(spec_size(combos, in->len)); /* waste: scratch */
    double *out = malloc(spec_size(combos, in->len));

    if (!scratch || !out)
        abort();
    for (size_t c = 0; c < combos; c++)
        spec_mean(scratch + c * in->len, in->close, in->len, period[c]);
    memcpy(out, scratch, spec_size(combos, in->len));
    free(scratch);
    return out;
}

const struct specimen specimen_matrix_copy = {
    .name = "matrix_copy",
    .file = "matrix_copy.c",
    .shows = "the whole result is computed in scratch and copied",
    .wasteful = {spec_matrix_copy_single, spec_matrix_copy_batch, free},
    .clean = {spec_matrix_copy_clean_single, spec_matrix_copy_clean_batch, free},
    .waste = {{.kind = "copy-then-free",
               .function = "spec_matrix_copy_batch",
               .mark = "scratch",
               .bytes = spec_bytes_rows}},
};
