/* SPDX-License-Identifier: Apache-2.0 */
/* view_copy: the bars after a fixed prefix are copied out, where a pointer into the input would do.
 * Clean: the pointer. */
#include "specimen_math.h"

enum { SKIP = 100 };

static inline size_t rest(size_t len) { return len > SKIP ? len - SKIP : len; }

static inline void *from_view(const double *view, size_t len, const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, len));

    for (size_t c = 0; out && c < combos; c++)
        spec_mean(out + c * len, view, len, period[c]);
    return out;
}

SPEC_FUNCTION void *spec_view_copy_single(const struct spec_input *in, size_t period)
{
    return from_view(in->close + (in->len - rest(in->len)), rest(in->len), &period, 1);
}

SPEC_FUNCTION void *spec_view_copy_clean_single(const struct spec_input *in, size_t period)
{
    return from_view(in->close + (in->len - rest(in->len)), rest(in->len), &period, 1);
}

SPEC_FUNCTION void *spec_view_copy_clean_batch(const struct spec_input *in, const size_t *period,
                                               size_t combos)
{
    return from_view(in->close + (in->len - rest(in->len)), rest(in->len), period, combos);
}

SPEC_FUNCTION void *spec_view_copy_batch(const struct spec_input *in, const size_t *period,
                                         size_t combos)
{
    const size_t len = rest(in->len);
    double *trimmed = malloc(spec_size(1, len)); /* waste: trimmed */

    if (!trimmed)
        abort();
    memcpy(trimmed, in->close + (in->len - len), spec_size(1, len));
    void *out = from_view(trimmed, len, period, combos);
    free(trimmed);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(1, rest(in->len));
}

const struct specimen specimen_view_copy = {
    .name = "view_copy",
    .file = "view_copy.c",
    .shows = "a part of the input is copied out instead of pointed at",
    .wasteful = {spec_view_copy_single, spec_view_copy_batch, free},
    .clean = {spec_view_copy_clean_single, spec_view_copy_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_view_copy_batch",
               .mark = "trimmed",
               .bytes = bytes}},
};
