/* SPDX-License-Identifier: Apache-2.0 */
/* reversed_copy: the series is turned round into a copy, newest bar first.
 * Clean: it is read backwards. */
#include "specimen_math.h"

static inline void *strided(const double *x, ptrdiff_t step, size_t len, const size_t *period,
                            size_t combos)
{
    double *out = malloc(spec_size(combos, len));

    for (size_t c = 0; out && c < combos; c++)
        spec_mean_strided(out + c * len, x, step, len, period[c]);
    return out;
}

SPEC_FUNCTION void *spec_reversed_copy_single(const struct spec_input *in, size_t period)
{
    return strided(in->close + in->len - 1, -1, in->len, &period, 1);
}

SPEC_FUNCTION void *spec_reversed_copy_clean_single(const struct spec_input *in, size_t period)
{
    return strided(in->close + in->len - 1, -1, in->len, &period, 1);
}

SPEC_FUNCTION void *spec_reversed_copy_clean_batch(const struct spec_input *in,
                                                   const size_t *period, size_t combos)
{
    return strided(in->close + in->len - 1, -1, in->len, period, combos);
}

SPEC_FUNCTION void *spec_reversed_copy_batch(const struct spec_input *in, const size_t *period,
                                             size_t combos)
{
    double *newest_first = malloc(spec_size(1, in->len)); /* waste: reversed */

    if (!newest_first)
        abort();
    for (size_t t = 0; t < in->len; t++)
        newest_first[t] = in->close[in->len - 1 - t];
    void *out = strided(newest_first, 1, in->len, period, combos);
    free(newest_first);
    return out;
}

const struct specimen specimen_reversed_copy = {
    .name = "reversed_copy",
    .file = "reversed_copy.c",
    .shows = "the input is copied backwards instead of read backwards",
    .wasteful = {spec_reversed_copy_single, spec_reversed_copy_batch, free},
    .clean = {spec_reversed_copy_clean_single, spec_reversed_copy_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_reversed_copy_batch",
               .mark = "reversed",
               .bytes = spec_bytes_series}},
};
