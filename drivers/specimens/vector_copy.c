/* SPDX-License-Identifier: Apache-2.0 */
/* vector_copy: the input is taken over by a loop over vectors, as SIMD code does to have it
 * aligned: no call copies. Clean: unaligned loads read it where it lies. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_vector_copy_single)
SPEC_PLAIN_SINGLE(spec_vector_copy_clean_single)
SPEC_PLAIN_BATCH(spec_vector_copy_clean_batch)

typedef double vector __attribute__((vector_size(32)));
typedef double unaligned __attribute__((vector_size(32), aligned(8)));

SPEC_FUNCTION void *spec_vector_copy_batch(const struct spec_input *in, const size_t *period,
                                           size_t combos)
{
    const size_t vectors = in->len / 4;
    double *out = malloc(spec_size(combos, in->len));
    vector *aligned = aligned_alloc(64, (spec_size(1, in->len) / 64 + 1) * 64); /* waste: aligned */

    if (!out || !aligned)
        abort();
    for (size_t i = 0; i < vectors; i++)
        aligned[i] = ((const unaligned *)in->close)[i];
    for (size_t t = vectors * 4; t < in->len; t++)
        ((double *)aligned)[t] = in->close[t];
    for (size_t c = 0; c < combos; c++)
        spec_mean(out + c * in->len, (const double *)aligned, in->len, period[c]);
    free(aligned);
    return out;
}

const struct specimen specimen_vector_copy = {
    .name = "vector_copy",
    .file = "vector_copy.c",
    .shows = "the input is copied by vector loads and stores to have it aligned",
    .wasteful = {spec_vector_copy_single, spec_vector_copy_batch, free},
    .clean = {spec_vector_copy_clean_single, spec_vector_copy_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_vector_copy_batch",
               .mark = "aligned",
               .bytes = spec_bytes_series}},
};
