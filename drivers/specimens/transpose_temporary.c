/* SPDX-License-Identifier: Apache-2.0 */
/* transpose_temporary: the matrix is computed bar by bar, and turned into rows at the end.
 * Clean: bar by bar straight into the rows. */
#include "specimen_math.h"

/* Sums of all rows move on by one bar; means go out `step` apart. */
static inline void advance(double *out, size_t step, double *sum, const double *x, size_t t,
                           const size_t *period, size_t combos)
{
    for (size_t c = 0; c < combos; c++) {
        sum[c] += x[t] - (t >= period[c] ? x[t - period[c]] : 0);
        out[c * step] = t + 1 < period[c] ? NAN : sum[c] / (double)period[c];
    }
}

static inline void *into_rows(const struct spec_input *in, const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *sum = calloc(combos, sizeof *sum);

    if (!out || !sum)
        abort();
    for (size_t t = 0; t < in->len; t++)
        advance(out + t, in->len, sum, in->close, t, period, combos);
    free(sum);
    return out;
}

SPEC_FUNCTION void *spec_transpose_temporary_single(const struct spec_input *in, size_t period)
{
    return into_rows(in, &period, 1);
}

SPEC_FUNCTION void *spec_transpose_temporary_clean_single(const struct spec_input *in,
                                                          size_t period)
{
    return into_rows(in, &period, 1);
}

SPEC_FUNCTION void *spec_transpose_temporary_clean_batch(const struct spec_input *in,
                                                         const size_t *period, size_t combos)
{
    return into_rows(in, period, combos);
}

SPEC_FUNCTION void *spec_transpose_temporary_batch(const struct spec_input *in,
                                                   const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *sum = calloc(combos, sizeof *sum);
    double *by_bar = malloc(spec_size(in->len, combos)); /* waste: by_bar */

    if (!out || !sum || !by_bar)
        abort();
    for (size_t t = 0; t < in->len; t++)
        advance(by_bar + t * combos, 1, sum, in->close, t, period, combos);
    for (size_t c = 0; c < combos; c++)
        for (size_t t = 0; t < in->len; t++)
            out[c * in->len + t] = by_bar[t * combos + c];
    free(by_bar);
    free(sum);
    return out;
}

const struct specimen specimen_transpose_temporary = {
    .name = "transpose_temporary",
    .file = "transpose_temporary.c",
    .shows = "a matrix is computed the other way round and transposed",
    .wasteful = {spec_transpose_temporary_single, spec_transpose_temporary_batch, free},
    .clean = {spec_transpose_temporary_clean_single, spec_transpose_temporary_clean_batch, free},
    .waste = {{.kind = "copy-then-free",
               .function = "spec_transpose_temporary_batch",
               .mark = "by_bar",
               .bytes = spec_bytes_rows}},
};
