/* SPDX-License-Identifier: Apache-2.0 */
/* double_buffer: every pass over every row allocates the buffer that it writes.
 * Clean: two buffers a call take turns. */
#include "specimen_math.h"

static inline void pass(double *restrict to, const double *restrict from, size_t len)
{
    to[0] = from[0];
    for (size_t t = 1; t < len; t++)
        to[t] = 0.25 * from[t - 1] + 0.75 * from[t];
}

static inline void *with_two_buffers(const struct spec_input *in, const size_t *period,
                                     size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *now = malloc(spec_size(1, in->len)), *next = malloc(spec_size(1, in->len));

    if (!out || !now || !next)
        abort();
    for (size_t c = 0; c < combos; c++) {
        spec_mean(now, in->close, in->len, period[c]);
        pass(next, now, in->len);
        pass(now, next, in->len);
        pass(out + c * in->len, now, in->len);
    }
    free(now);
    free(next);
    return out;
}

SPEC_FUNCTION void *spec_double_buffer_single(const struct spec_input *in, size_t period)
{
    return with_two_buffers(in, &period, 1);
}

SPEC_FUNCTION void *spec_double_buffer_clean_single(const struct spec_input *in, size_t period)
{
    return with_two_buffers(in, &period, 1);
}

SPEC_FUNCTION void *spec_double_buffer_clean_batch(const struct spec_input *in,
                                                   const size_t *period, size_t combos)
{
    return with_two_buffers(in, period, combos);
}

enum { PASSES = 2 };

SPEC_FUNCTION void *spec_double_buffer_batch(const struct spec_input *in, const size_t *period,
                                             size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *now = malloc(spec_size(1, in->len));

    if (!out || !now)
        abort();
    for (size_t c = 0; c < combos; c++) {
        spec_mean(now, in->close, in->len, period[c]);
        for (int k = 0; k < PASSES; k++) {
            double *next = malloc(spec_size(1, in->len)); /* waste: next */

            if (!next)
                abort();
            pass(next, now, in->len);
            free(now);
            now = next;
        }
        pass(out + c * in->len, now, in->len);
    }
    free(now);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(PASSES * combos, in->len);
}

const struct specimen specimen_double_buffer = {
    .name = "double_buffer",
    .file = "double_buffer.c",
    .shows = "each pass allocates what it writes instead of taking turns in two buffers",
    .wasteful = {spec_double_buffer_single, spec_double_buffer_batch, free},
    .clean = {spec_double_buffer_clean_single, spec_double_buffer_clean_batch, free},
    .waste = {{.kind = "per-row-temporary",
               .function = "spec_double_buffer_batch",
               .mark = "next",
               .bytes = bytes}},
};
