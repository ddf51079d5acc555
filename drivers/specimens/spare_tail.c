/* SPDX-License-Identifier: Apache-2.0 */
/* spare_tail: the result is allocated with room for half as many rows again, which never come.
 * Clean: with room for what there is. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_spare_tail_single)
SPEC_PLAIN_SINGLE(spec_spare_tail_clean_single)
SPEC_PLAIN_BATCH(spec_spare_tail_clean_batch)

static inline size_t with_spare(size_t combos) { return combos + combos / 2 + 8; }

SPEC_FUNCTION void *spec_spare_tail_batch(const struct spec_input *in, const size_t *period,
                                          size_t combos)
{
    double *out = malloc(spec_size(with_spare(combos), in->len)); /* waste: result */

    for (size_t c = 0; out && c < combos; c++)
        spec_mean(out + c * in->len, in->close, in->len, period[c]);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(with_spare(combos) - combos, in->len);
}

const struct specimen specimen_spare_tail = {
    .name = "spare_tail",
    .file = "spare_tail.c",
    .shows = "the result has room for rows that never come",
    .wasteful = {spec_spare_tail_single, spec_spare_tail_batch, free},
    .clean = {spec_spare_tail_clean_single, spec_spare_tail_clean_batch, free},
    .waste = {{.kind = "over-allocation",
               .function = "spec_spare_tail_batch",
               .mark = "result",
               .bytes = bytes}},
};
