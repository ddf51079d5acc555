/* SPDX-License-Identifier: Apache-2.0 */
/* gather_in_order: rows are picked by a list of indices that happens to name all of them in order,
 * as a filter that drops nothing leaves it. Clean: they are counted first, and no list is made. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_gather_in_order_single)
SPEC_PLAIN_SINGLE(spec_gather_in_order_clean_single)

static int is_valid(const struct spec_input *in, size_t t) { return in->volume[t] >= 0; }

SPEC_FUNCTION void *spec_gather_in_order_clean_batch(const struct spec_input *in,
                                                     const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    size_t valid = 0;

    for (size_t t = 0; t < in->len; t++)
        valid += (size_t)is_valid(in, t);
    if (!out || valid != in->len)
        abort();
    for (size_t c = 0; c < combos; c++)
        spec_mean(out + c * in->len, in->close, in->len, period[c]);
    return out;
}

static uint32_t *valid_bars(const struct spec_input *in, size_t *ret_len)
{
    uint32_t *index = malloc(in->len * sizeof *index);
    size_t n = 0;

    if (!index)
        abort();
    for (size_t t = 0; t < in->len; t++)
        if (is_valid(in, t))
            index[n++] = (uint32_t)t;
    *ret_len = n;
    return index;
}

SPEC_FUNCTION void *spec_gather_in_order_batch(const struct spec_input *in, const size_t *period,
                                               size_t combos)
{
    size_t len;
    double *out = malloc(spec_size(combos, in->len));
    uint32_t *index = valid_bars(in, &len);
    double *picked = malloc(spec_size(1, len)); /* waste: picked */

    if (!out || !picked || len != in->len)
        abort();
    for (size_t i = 0; i < len; i++)
        picked[i] = in->close[index[i]];
    for (size_t c = 0; c < combos; c++)
        spec_mean(out + c * in->len, picked, len, period[c]);
    free(picked);
    free(index);
    return out;
}

const struct specimen specimen_gather_in_order = {
    .name = "gather_in_order",
    .file = "gather_in_order.c",
    .shows = "all bars are gathered through a list of indices, in order",
    .wasteful = {spec_gather_in_order_single, spec_gather_in_order_batch, free},
    .clean = {spec_gather_in_order_clean_single, spec_gather_in_order_clean_batch, free},
    .waste = {{.kind = "copy-of-live",
               .function = "spec_gather_in_order_batch",
               .mark = "picked",
               .bytes = spec_bytes_series}},
};
