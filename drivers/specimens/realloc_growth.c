/* SPDX-License-Identifier: Apache-2.0 */
/* realloc_growth: bands are collected value by value in lists that realloc makes longer by a
 * little, again and again; two lists grow in turns, so that neither has room behind it. Clean: as
 * long as the series at once. */
#include "specimen_math.h"

#include <stdint.h>

/* Rows that are lists of their own. */
struct row_list {
    size_t rows;
    double *row[];
};

static void release(void *of)
{
    struct row_list *list = of;

    for (size_t c = 0; c < list->rows; c++)
        free(list->row[c]);
    free(list);
}

static inline struct row_list *list_new(size_t rows)
{
    struct row_list *list = malloc(sizeof *list + rows * sizeof *list->row);

    if (!list)
        abort();
    list->rows = rows;
    return list;
}

enum { STEP = 512 };

/* Bytes that realloc moved in the last batch call of one set, and of several. */
static uint64_t moved[2];

static inline double band(const double *x, size_t t, size_t period, double *sum, double factor)
{
    *sum += x[t] - (t >= period ? x[t - period] : 0);
    return t + 1 < period ? NAN : *sum / (double)period * factor;
}

static inline void *exact(const struct spec_input *in, const size_t *period, size_t combos)
{
    struct row_list *list = list_new(2 * combos);

    for (size_t c = 0; c < combos; c++) {
        double *upper = list->row[2 * c] = malloc(spec_size(1, in->len));
        double *lower = list->row[2 * c + 1] = malloc(spec_size(1, in->len));
        double sum_upper = 0, sum_lower = 0;

        if (!upper || !lower)
            abort();
        for (size_t t = 0; t < in->len; t++) {
            upper[t] = band(in->close, t, period[c], &sum_upper, 1.01);
            lower[t] = band(in->close, t, period[c], &sum_lower, 0.99);
        }
    }
    return list;
}

SPEC_FUNCTION void *spec_realloc_growth_single(const struct spec_input *in, size_t period)
{
    return exact(in, &period, 1);
}

SPEC_FUNCTION void *spec_realloc_growth_clean_single(const struct spec_input *in, size_t period)
{
    return exact(in, &period, 1);
}

SPEC_FUNCTION void *spec_realloc_growth_clean_batch(const struct spec_input *in,
                                                    const size_t *period, size_t combos)
{
    return exact(in, period, combos);
}

/* Room for one more step; notes when the list had to move. */
SPEC_FUNCTION double *spec_realloc_growth_grow(double *list, size_t len, size_t add,
                                               uint64_t *ret_moved)
{
    const uintptr_t was = (uintptr_t)list;
    double *grown = realloc(list, spec_size(1, len + add)); /* waste: grow */

    if (!grown)
        abort();
    if (was && (uintptr_t)grown != was)
        *ret_moved += spec_size(1, len);
    return grown;
}

SPEC_FUNCTION void *spec_realloc_growth_batch(const struct spec_input *in, const size_t *period,
                                              size_t combos)
{
    struct row_list *list = list_new(2 * combos);
    uint64_t bytes_moved = 0;

    for (size_t c = 0; c < combos; c++) {
        double *upper = NULL, *lower = NULL, sum_upper = 0, sum_lower = 0;

        for (size_t t = 0; t < in->len; t++) {
            if (t % STEP == 0) {
                const size_t add = in->len - t < STEP ? in->len - t : STEP;

                upper = spec_realloc_growth_grow(upper, t, add, &bytes_moved);
                lower = spec_realloc_growth_grow(lower, t, add, &bytes_moved);
            }
            upper[t] = band(in->close, t, period[c], &sum_upper, 1.01);
            lower[t] = band(in->close, t, period[c], &sum_lower, 0.99);
        }
        list->row[2 * c] = upper;
        list->row[2 * c + 1] = lower;
    }
    moved[combos > 1] = bytes_moved;
    return list;
}

/* Before any run: as if every step moved, which is all but so. */
static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    uint64_t sum = 0;

    for (size_t t = STEP; t < in->len; t += STEP)
        sum += 2 * combos * spec_size(1, t);
    return moved[combos > 1] ? moved[combos > 1] : sum;
}

const struct specimen specimen_realloc_growth = {
    .name = "realloc_growth",
    .file = "realloc_growth.c",
    .shows = "lists grow by realloc in small steps",
    .wasteful = {spec_realloc_growth_single, spec_realloc_growth_batch, release},
    .clean = {spec_realloc_growth_clean_single, spec_realloc_growth_clean_batch, release},
    .waste = {{.kind = "growth",
               .function = "spec_realloc_growth_grow",
               .mark = "grow",
               .bytes = bytes}},
};
