/* SPDX-License-Identifier: Apache-2.0 */
/* arena_rows: rows are computed in an arena that also holds a table, and copied out of it.
 * Clean: the arena holds the table alone. */
#include "specimen_math.h"

static inline void *with_table(const struct spec_input *in, const size_t *period, size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *prefix = malloc(spec_size(1, in->len + 1));

    if (!out || !prefix)
        abort();
    spec_prefix(prefix, in->close, in->len);
    for (size_t c = 0; c < combos; c++)
        spec_mean_of_prefix(out + c * in->len, prefix, in->len, period[c]);
    free(prefix);
    return out;
}

SPEC_FUNCTION void *spec_arena_rows_single(const struct spec_input *in, size_t period)
{
    return with_table(in, &period, 1);
}

SPEC_FUNCTION void *spec_arena_rows_clean_single(const struct spec_input *in, size_t period)
{
    return with_table(in, &period, 1);
}

SPEC_FUNCTION void *spec_arena_rows_clean_batch(const struct spec_input *in, const size_t *period,
                                                size_t combos)
{
    return with_table(in, period, combos);
}

SPEC_FUNCTION void *spec_arena_rows_batch(const struct spec_input *in, const size_t *period,
                                          size_t combos)
{
    const size_t table = in->len + 1;
    double *out = malloc(spec_size(combos, in->len));
    double *arena = malloc(spec_size(1, table + combos * in->len)); /* waste: arena */

    if (!out || !arena)
        abort();
    spec_prefix(arena, in->close, in->len);
    for (size_t c = 0; c < combos; c++) {
        double *row = arena + table + c * in->len;

        spec_mean_of_prefix(row, arena, in->len, period[c]);
        memcpy(out + c * in->len, row, spec_size(1, in->len));
    }
    free(arena);
    return out;
}

const struct specimen specimen_arena_rows = {
    .name = "arena_rows",
    .file = "arena_rows.c",
    .shows = "rows are computed in an arena and copied out of it",
    .wasteful = {spec_arena_rows_single, spec_arena_rows_batch, free},
    .clean = {spec_arena_rows_clean_single, spec_arena_rows_clean_batch, free},
    .waste = {{.kind = "copy-then-free",
               .function = "spec_arena_rows_batch",
               .mark = "arena",
               .bytes = spec_bytes_rows}},
};
