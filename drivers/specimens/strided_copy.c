/* SPDX-License-Identifier: Apache-2.0 */
/* strided_copy: every second bar is copied out for a coarser frame.
 * Clean: it is read two apart. */
#include "specimen_math.h"

enum { STEP = 2 };

static inline void *strided(const double *x, ptrdiff_t step, size_t len, const size_t *period,
                            size_t combos)
{
    double *out = malloc(spec_size(combos, len));

    for (size_t c = 0; out && c < combos; c++)
        spec_mean_strided(out + c * len, x, step, len, period[c]);
    return out;
}

SPEC_FUNCTION void *spec_strided_copy_single(const struct spec_input *in, size_t period)
{
    return strided(in->close, STEP, in->len / STEP, &period, 1);
}

SPEC_FUNCTION void *spec_strided_copy_clean_single(const struct spec_input *in, size_t period)
{
    return strided(in->close, STEP, in->len / STEP, &period, 1);
}

SPEC_FUNCTION void *spec_strided_copy_clean_batch(const struct spec_input *in, const size_t *period,
                                                  size_t combos)
{
    return strided(in->close, STEP, in->len / STEP, period, combos);
}

SPEC_FUNCTION void *spec_strided_copy_batch(const struct spec_input *in, const size_t *period,
                                            size_t combos)
{
    const size_t len = in->len / STEP;
    double *coarse = malloc(spec_size(1, len)); /* waste: coarse */

    if (!coarse)
        abort();
    for (size_t t = 0; t < len; t++)
        coarse[t] = in->close[t * STEP];
    void *out = strided(coarse, 1, len, period, combos);
    free(coarse);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(1, in->len / STEP);
}

const struct specimen specimen_strided_copy = {
    .name = "strided_copy",
    .file = "strided_copy.c",
    .shows = "every second element is copied out instead of read with a stride",
    .wasteful = {spec_strided_copy_single, spec_strided_copy_batch, free},
    .clean = {spec_strided_copy_clean_single, spec_strided_copy_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_strided_copy_batch",
               .mark = "coarse",
               .bytes = bytes}},
};
