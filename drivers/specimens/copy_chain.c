/* SPDX-License-Identifier: Apache-2.0 */
/* copy_chain: the input is staged, and the staged copy is copied once more into an aligned block.
 * Clean: the input is read where it lies. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_copy_chain_single)
SPEC_PLAIN_SINGLE(spec_copy_chain_clean_single)
SPEC_PLAIN_BATCH(spec_copy_chain_clean_batch)

SPEC_FUNCTION void *spec_copy_chain_batch(const struct spec_input *in, const size_t *period,
                                          size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *staged = malloc(spec_size(1, in->len)); /* waste: staged */
    double *aligned =
        aligned_alloc(64, (spec_size(1, in->len) + 63) / 64 * 64); /* waste: aligned */

    if (!out || !staged || !aligned)
        abort();
    memcpy(staged, in->close, spec_size(1, in->len));
    memcpy(aligned, staged, spec_size(1, in->len));
    for (size_t c = 0; c < combos; c++)
        spec_mean(out + c * in->len, aligned, in->len, period[c]);
    free(aligned);
    free(staged);
    return out;
}

const struct specimen specimen_copy_chain = {
    .name = "copy_chain",
    .file = "copy_chain.c",
    .shows = "a copy of a copy of the input is only read",
    .wasteful = {spec_copy_chain_single, spec_copy_chain_batch, free},
    .clean = {spec_copy_chain_clean_single, spec_copy_chain_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_copy_chain_batch",
               .mark = "staged",
               .bytes = spec_bytes_series},
              {.kind = "copy-of-live",
               .function = "spec_copy_chain_batch",
               .mark = "aligned",
               .source = "staged",
               .bytes = spec_bytes_series}},
};
