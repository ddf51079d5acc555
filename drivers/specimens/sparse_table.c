/* SPDX-License-Identifier: Apache-2.0 */
/* sparse_table: the result has a row for every period from 0 on, though only some are filled.
 * Clean: a row for each that is. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_sparse_table_single)
SPEC_PLAIN_SINGLE(spec_sparse_table_clean_single)
SPEC_PLAIN_BATCH(spec_sparse_table_clean_batch)

static inline size_t longest(const size_t *period, size_t combos)
{
    size_t max = 0;

    for (size_t c = 0; c < combos; c++)
        max = period[c] > max ? period[c] : max;
    return max;
}

SPEC_FUNCTION void *spec_sparse_table_batch(const struct spec_input *in, const size_t *period,
                                            size_t combos)
{
    double *by_period = malloc(spec_size(longest(period, combos) + 1, in->len)); /* waste: table */

    for (size_t c = 0; by_period && c < combos; c++)
        spec_mean(by_period + period[c] * in->len, in->close, in->len, period[c]);
    return by_period;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(longest(period, combos) + 1 - combos, in->len);
}

const struct specimen specimen_sparse_table = {
    .name = "sparse_table",
    .file = "sparse_table.c",
    .shows = "a table indexed by the parameter has rows that nobody fills",
    .wasteful = {spec_sparse_table_single, spec_sparse_table_batch, free},
    .clean = {spec_sparse_table_clean_single, spec_sparse_table_clean_batch, free},
    .waste = {{.kind = "over-allocation",
               .function = "spec_sparse_table_batch",
               .mark = "table",
               .bytes = bytes}},
};
