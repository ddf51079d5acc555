/* SPDX-License-Identifier: Apache-2.0 */
/* sorted_copy: every row takes a fresh block for the copy that it sorts.
 * Clean: one block for all; the copies are needed, since the rows keep their order. */
#include "specimen_math.h"

/* Heap sort: libc's qsort takes memory of its own, which would be counted. */
static inline void sift(double *x, size_t at, size_t n)
{
    for (size_t child; (child = 2 * at + 1) < n; at = child) {
        child += child + 1 < n && x[child + 1] > x[child];
        if (x[at] >= x[child])
            return;
        const double swap = x[at];
        x[at] = x[child];
        x[child] = swap;
    }
}

static inline void sort(double *x, size_t n)
{
    for (size_t i = n / 2; i-- > 0;)
        sift(x, i, n);
    for (size_t end = n; end-- > 1;) {
        const double swap = x[0];
        x[0] = x[end];
        x[end] = swap;
        sift(x, 0, end);
    }
}

/* The row against its own median: the copy that is sorted is needed, the row keeps its order. */
static inline void against_median(double *row, double *scratch, const struct spec_input *in,
                                  size_t period)
{
    const size_t valid = in->len - (period - 1);

    spec_mean(row, in->close, in->len, period);
    memcpy(scratch, row + period - 1, spec_size(1, valid));
    sort(scratch, valid);
    for (size_t t = period - 1; t < in->len; t++)
        row[t] /= scratch[valid / 2];
}

static inline void *with_one_scratch(const struct spec_input *in, const size_t *period,
                                     size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *scratch = malloc(spec_size(1, in->len));

    if (!out || !scratch)
        abort();
    for (size_t c = 0; c < combos; c++)
        against_median(out + c * in->len, scratch, in, period[c]);
    free(scratch);
    return out;
}

SPEC_FUNCTION void *spec_sorted_copy_single(const struct spec_input *in, size_t period)
{
    return with_one_scratch(in, &period, 1);
}

SPEC_FUNCTION void *spec_sorted_copy_clean_single(const struct spec_input *in, size_t period)
{
    return with_one_scratch(in, &period, 1);
}

SPEC_FUNCTION void *spec_sorted_copy_clean_batch(const struct spec_input *in, const size_t *period,
                                                 size_t combos)
{
    return with_one_scratch(in, period, combos);
}

SPEC_FUNCTION void *spec_sorted_copy_batch(const struct spec_input *in, const size_t *period,
                                           size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    for (size_t c = 0; out && c < combos; c++) {
        double *scratch = malloc(spec_size(1, in->len)); /* waste: scratch */

        if (!scratch)
            abort();
        against_median(out + c * in->len, scratch, in, period[c]);
        free(scratch);
    }
    return out;
}

const struct specimen specimen_sorted_copy = {
    .name = "sorted_copy",
    .file = "sorted_copy.c",
    .shows = "a fresh block for each sort; the sorted copies themselves are needed",
    .wasteful = {spec_sorted_copy_single, spec_sorted_copy_batch, free},
    .clean = {spec_sorted_copy_clean_single, spec_sorted_copy_clean_batch, free},
    .waste = {{.kind = "per-row-temporary",
               .function = "spec_sorted_copy_batch",
               .mark = "scratch",
               .bytes = spec_bytes_rows}},
};
