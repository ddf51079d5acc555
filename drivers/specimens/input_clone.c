/* SPDX-License-Identifier: Apache-2.0 */
/* input_clone: the batch call works on a copy of its input, which it never changes.
 * Clean: it reads the input where it lies. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_input_clone_single)
SPEC_PLAIN_SINGLE(spec_input_clone_clean_single)
SPEC_PLAIN_BATCH(spec_input_clone_clean_batch)

SPEC_FUNCTION void *spec_input_clone_batch(const struct spec_input *in, const size_t *period,
                                           size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *close = malloc(spec_size(1, in->len)); /* waste: clone */

    if (!out || !close)
        abort();
    memcpy(close, in->close, spec_size(1, in->len));
    for (size_t c = 0; c < combos; c++)
        spec_mean(out + c * in->len, close, in->len, period[c]);
    free(close);
    return out;
}

const struct specimen specimen_input_clone = {
    .name = "input_clone",
    .file = "input_clone.c",
    .shows = "the input is cloned and only read",
    .wasteful = {spec_input_clone_single, spec_input_clone_batch, free},
    .clean = {spec_input_clone_clean_single, spec_input_clone_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_input_clone_batch",
               .mark = "clone",
               .bytes = spec_bytes_series}},
};
