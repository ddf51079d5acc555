/* SPDX-License-Identifier: Apache-2.0 */
/* push_growth: rows are collected in a list that doubles: a new block, a copy, and the old one
 * freed. Clean: as long as the series at once. */
#include "specimen_math.h"

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

struct list {
    double *values;
    size_t len, capacity;
};

static inline void *exact(const struct spec_input *in, const size_t *period, size_t combos)
{
    struct row_list *list = list_new(combos);

    for (size_t c = 0; c < combos; c++) {
        list->row[c] = malloc(spec_size(1, in->len));
        if (!list->row[c])
            abort();
        spec_mean(list->row[c], in->close, in->len, period[c]);
    }
    return list;
}

SPEC_FUNCTION void *spec_push_growth_single(const struct spec_input *in, size_t period)
{
    return exact(in, &period, 1);
}

SPEC_FUNCTION void *spec_push_growth_clean_single(const struct spec_input *in, size_t period)
{
    return exact(in, &period, 1);
}

SPEC_FUNCTION void *spec_push_growth_clean_batch(const struct spec_input *in, const size_t *period,
                                                 size_t combos)
{
    return exact(in, period, combos);
}

enum { FIRST = 64 };

/* Twice as much room, but no more than the series needs. */
static inline size_t next_capacity(size_t capacity, size_t len)
{
    const size_t next = capacity ? capacity * 2 : FIRST;

    return next < len ? next : len;
}

SPEC_FUNCTION void spec_push_growth_grow(struct list *list, size_t capacity)
{
    double *values = malloc(spec_size(1, capacity)); /* waste: grow */

    if (!values)
        abort();
    memcpy(values, list->values ? list->values : values, spec_size(1, list->len));
    free(list->values);
    list->values = values;
    list->capacity = capacity;
}

SPEC_FUNCTION void *spec_push_growth_batch(const struct spec_input *in, const size_t *period,
                                           size_t combos)
{
    struct row_list *result = list_new(combos);

    for (size_t c = 0; c < combos; c++) {
        struct list list = {0};
        double sum = 0;

        for (size_t t = 0; t < in->len; t++) {
            if (list.len == list.capacity)
                spec_push_growth_grow(&list, next_capacity(list.capacity, in->len));
            sum += in->close[t] - (t >= period[c] ? in->close[t - period[c]] : 0);
            list.values[list.len++] = t + 1 < period[c] ? NAN : sum / (double)period[c];
        }
        result->row[c] = list.values;
    }
    return result;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    uint64_t sum = 0;

    for (size_t capacity = FIRST; capacity < in->len; capacity = next_capacity(capacity, in->len))
        sum += combos * spec_size(1, capacity);
    return sum;
}

const struct specimen specimen_push_growth = {
    .name = "push_growth",
    .file = "push_growth.c",
    .shows = "a list doubles by hand: new block, copy, free",
    .wasteful = {spec_push_growth_single, spec_push_growth_batch, release},
    .clean = {spec_push_growth_clean_single, spec_push_growth_clean_batch, release},
    .waste = {{.kind = "growth",
               .also = "copy-then-free",
               .function = "spec_push_growth_grow",
               .mark = "grow",
               .bytes = bytes}},
};
