/* SPDX-License-Identifier: Apache-2.0 */
/* row_helper: the batch calls the single call's helper for each row, which gives a block of its own
 * that is copied into the matrix. Clean: the helper's arithmetic with the row as its output. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_row_helper_single)
SPEC_PLAIN_SINGLE(spec_row_helper_clean_single)
SPEC_PLAIN_BATCH(spec_row_helper_clean_batch)

/* What a library offers as its single call: a fresh block. */
SPEC_FUNCTION double *spec_row_helper_compute(const double *close, size_t len, size_t period)
{
    double *row = malloc(spec_size(1, len)); /* waste: row */

    if (!row)
        abort();
    spec_mean(row, close, len, period);
    return row;
}

SPEC_FUNCTION void *spec_row_helper_batch(const struct spec_input *in, const size_t *period,
                                          size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    for (size_t c = 0; out && c < combos; c++) {
        double *row = spec_row_helper_compute(in->close, in->len, period[c]);

        memcpy(out + c * in->len, row, spec_size(1, in->len));
        free(row);
    }
    return out;
}

const struct specimen specimen_row_helper = {
    .name = "row_helper",
    .file = "row_helper.c",
    .shows = "a helper allocates each row, which is then copied into the result",
    .wasteful = {spec_row_helper_single, spec_row_helper_batch, free},
    .clean = {spec_row_helper_clean_single, spec_row_helper_clean_batch, free},
    .waste = {{.kind = "copy-then-free",
               .also = "per-row-temporary",
               .function = "spec_row_helper_compute",
               .mark = "row",
               .bytes = spec_bytes_rows}},
};
