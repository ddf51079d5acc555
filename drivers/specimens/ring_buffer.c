/* SPDX-License-Identifier: Apache-2.0 */
/* ring_buffer: the ring that holds a window is as long as the series.
 * Clean: as long as the longest window. */
#include "specimen_math.h"

static inline void mean_by_ring(double *restrict out, double *restrict ring,
                                const double *restrict x, size_t len, size_t period)
{
    double sum = 0;

    for (size_t t = 0; t < len; t++) {
        double *slot = &ring[t % period];

        sum += x[t] - (t >= period ? *slot : 0);
        *slot = x[t];
        out[t] = t + 1 < period ? NAN : sum / (double)period;
    }
}

static inline size_t longest(const size_t *period, size_t combos)
{
    size_t max = 0;

    for (size_t c = 0; c < combos; c++)
        max = period[c] > max ? period[c] : max;
    return max;
}

static inline void *with_ring(const struct spec_input *in, const size_t *period, size_t combos,
                              double *ring)
{
    double *out = malloc(spec_size(combos, in->len));

    if (!out || !ring)
        abort();
    for (size_t c = 0; c < combos; c++)
        mean_by_ring(out + c * in->len, ring, in->close, in->len, period[c]);
    free(ring);
    return out;
}

SPEC_FUNCTION void *spec_ring_buffer_single(const struct spec_input *in, size_t period)
{
    return with_ring(in, &period, 1, malloc(spec_size(1, longest(&period, 1))));
}

SPEC_FUNCTION void *spec_ring_buffer_clean_single(const struct spec_input *in, size_t period)
{
    return with_ring(in, &period, 1, malloc(spec_size(1, longest(&period, 1))));
}

SPEC_FUNCTION void *spec_ring_buffer_clean_batch(const struct spec_input *in, const size_t *period,
                                                 size_t combos)
{
    return with_ring(in, period, combos, malloc(spec_size(1, longest(period, combos))));
}

SPEC_FUNCTION void *spec_ring_buffer_batch(const struct spec_input *in, const size_t *period,
                                           size_t combos)
{
    double *ring = malloc(spec_size(1, in->len)); /* waste: ring */

    return with_ring(in, period, combos, ring);
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(1, in->len - longest(period, combos));
}

const struct specimen specimen_ring_buffer = {
    .name = "ring_buffer",
    .file = "ring_buffer.c",
    .shows = "a ring buffer is as long as the series instead of the window",
    .wasteful = {spec_ring_buffer_single, spec_ring_buffer_batch, free},
    .clean = {spec_ring_buffer_clean_single, spec_ring_buffer_clean_batch, free},
    .waste = {{.kind = "over-allocation",
               .function = "spec_ring_buffer_batch",
               .mark = "ring",
               .exact = 1,
               .bytes = bytes}},
};
