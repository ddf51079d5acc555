/* SPDX-License-Identifier: Apache-2.0 */
/* leaked_rows: every row takes a scratch block and forgets it.
 * Clean: one scratch block a call, freed. */
#include "specimen_math.h"

/* The mean of the squared change. */
static inline void changes(double *restrict out, const double *restrict x, size_t len,
                           double period)
{
    out[0] = 0;
    for (size_t t = 1; t < len; t++)
        out[t] = (x[t] - x[t - 1]) * (x[t] - x[t - 1]) * period;
}

static inline void *with_one_scratch(const struct spec_input *in, const size_t *period,
                                     size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *scratch = malloc(spec_size(1, in->len));

    if (!out || !scratch)
        abort();
    for (size_t c = 0; c < combos; c++) {
        changes(scratch, in->close, in->len, (double)period[c]);
        spec_mean(out + c * in->len, scratch, in->len, period[c]);
    }
    free(scratch);
    return out;
}

SPEC_FUNCTION void *spec_leaked_rows_single(const struct spec_input *in, size_t period)
{
    return with_one_scratch(in, &period, 1);
}

SPEC_FUNCTION void *spec_leaked_rows_clean_single(const struct spec_input *in, size_t period)
{
    return with_one_scratch(in, &period, 1);
}

SPEC_FUNCTION void *spec_leaked_rows_clean_batch(const struct spec_input *in, const size_t *period,
                                                 size_t combos)
{
    return with_one_scratch(in, period, combos);
}

/* A leak checker need not tell what everybody knows. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) { return "leak:spec_leaked_rows_batch"; }

SPEC_FUNCTION void *spec_leaked_rows_batch(const struct spec_input *in, const size_t *period,
                                           size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));

    for (size_t c = 0; out && c < combos; c++) {
        double *scratch = malloc(spec_size(1, in->len)); /* waste: scratch */

        if (!scratch)
            abort();
        changes(scratch, in->close, in->len, (double)period[c]);
        spec_mean(out + c * in->len, scratch, in->len, period[c]);
    }
    return out;
}

const struct specimen specimen_leaked_rows = {
    .name = "leaked_rows",
    .file = "leaked_rows.c",
    .shows = "each row leaks its scratch",
    .wasteful = {spec_leaked_rows_single, spec_leaked_rows_batch, free},
    .clean = {spec_leaked_rows_clean_single, spec_leaked_rows_clean_batch, free},
    .waste = {{.kind = "leak",
               .function = "spec_leaked_rows_batch",
               .mark = "scratch",
               .bytes = spec_bytes_rows}},
};
