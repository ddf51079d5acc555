/* SPDX-License-Identifier: Apache-2.0 */
/* tables_twice: upper and lower band each build the same table of prefix sums, and both tables are
 * alive at once. Clean: one table serves both. */
#include "specimen_math.h"

/* Row c of the result: the mean, one percent up and one percent down in turn. */
static inline void band(double *restrict out, const double *restrict prefix, size_t len,
                        size_t period, double factor)
{
    spec_mean_of_prefix(out, prefix, len, period);
    for (size_t t = 0; t < len; t++)
        out[t] *= factor;
}

static inline void *both_bands(const struct spec_input *in, const size_t *period, size_t combos,
                               const double *upper, const double *lower)
{
    const size_t len = in->len;
    double *out = malloc(spec_size(2 * combos, len));

    for (size_t c = 0; out && c < combos; c++) {
        band(out + 2 * c * len, upper, len, period[c], 1.01);
        band(out + (2 * c + 1) * len, lower, len, period[c], 0.99);
    }
    return out;
}

static inline void *with_one_table(const struct spec_input *in, const size_t *period, size_t combos)
{
    double *prefix = malloc(spec_size(1, in->len + 1));

    if (!prefix)
        abort();
    spec_prefix(prefix, in->close, in->len);
    void *out = both_bands(in, period, combos, prefix, prefix);
    free(prefix);
    return out;
}

SPEC_FUNCTION void *spec_tables_twice_single(const struct spec_input *in, size_t period)
{
    return with_one_table(in, &period, 1);
}

SPEC_FUNCTION void *spec_tables_twice_clean_single(const struct spec_input *in, size_t period)
{
    return with_one_table(in, &period, 1);
}

SPEC_FUNCTION void *spec_tables_twice_clean_batch(const struct spec_input *in, const size_t *period,
                                                  size_t combos)
{
    return with_one_table(in, period, combos);
}

SPEC_FUNCTION void *spec_tables_twice_batch(const struct spec_input *in, const size_t *period,
                                            size_t combos)
{
    double *upper = malloc(spec_size(1, in->len + 1)); /* source: first */
    double *lower = malloc(spec_size(1, in->len + 1)); /* waste: second */

    if (!upper || !lower)
        abort();
    spec_prefix(upper, in->close, in->len);
    spec_prefix(lower, in->close, in->len);
    void *out = both_bands(in, period, combos, upper, lower);
    free(upper);
    free(lower);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(1, in->len + 1);
}

const struct specimen specimen_tables_twice = {
    .name = "tables_twice",
    .file = "tables_twice.c",
    .shows = "two outputs each build the same table",
    .wasteful = {spec_tables_twice_single, spec_tables_twice_batch, free},
    .clean = {spec_tables_twice_clean_single, spec_tables_twice_clean_batch, free},
    .waste = {{.kind = "duplicate-content",
               .function = "spec_tables_twice_batch",
               .mark = "second",
               .source = "first",
               .bytes = bytes}},
};
