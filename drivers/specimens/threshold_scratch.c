/* SPDX-License-Identifier: Apache-2.0 */
/* threshold_scratch: windows of 32 bars and more take another way, with a table a row.
 * Clean: one way for all. */
#include "specimen_math.h"

SPEC_PLAIN_SINGLE(spec_threshold_scratch_single)
SPEC_PLAIN_SINGLE(spec_threshold_scratch_clean_single)
SPEC_PLAIN_BATCH(spec_threshold_scratch_clean_batch)

enum { LONG = 32 };

/* The mean out of running sums of the scaled series. */
static inline void mean_by_table(double *restrict out, double *restrict table,
                                 const double *restrict x, size_t len, size_t period)
{
    table[0] = 0;
    for (size_t t = 0; t < len; t++)
        table[t + 1] = table[t] + x[t] / (double)period;
    for (size_t t = 0; t < len; t++)
        out[t] = t + 1 < period ? NAN : table[t + 1] - table[t + 1 - period];
}

SPEC_FUNCTION void *spec_threshold_scratch_batch(const struct spec_input *in, const size_t *period,
                                                 size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    for (size_t c = 0; out && c < combos; c++) {
        if (period[c] < LONG) {
            spec_mean(out + c * in->len, in->close, in->len, period[c]);
            continue;
        }
        double *table = malloc(spec_size(1, in->len + 1)); /* waste: table */

        if (!table)
            abort();
        mean_by_table(out + c * in->len, table, in->close, in->len, period[c]);
        free(table);
    }
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    uint64_t rows = 0;

    for (size_t c = 0; c < combos; c++)
        rows += period[c] >= LONG;
    return rows * spec_size(1, in->len + 1);
}

const struct specimen specimen_threshold_scratch = {
    .name = "threshold_scratch",
    .file = "threshold_scratch.c",
    .shows = "only rows past a threshold of the parameter take a temporary",
    .wasteful = {spec_threshold_scratch_single, spec_threshold_scratch_batch, free},
    .clean = {spec_threshold_scratch_clean_single, spec_threshold_scratch_clean_batch, free},
    .waste = {{.kind = "per-row-temporary",
               .function = "spec_threshold_scratch_batch",
               .mark = "table",
               .bytes = bytes}},
};
