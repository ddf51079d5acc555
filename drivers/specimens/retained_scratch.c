/* SPDX-License-Identifier: Apache-2.0 */
/* retained_scratch: every row takes scratch, and all of it is kept until the call returns.
 * Clean: one scratch block serves row after row. */
#include "specimen_math.h"

static inline void deviation(double *restrict out, const double *restrict x, size_t len,
                             size_t period)
{
    spec_mean(out, x, len, period);
    for (size_t t = 0; t < len; t++)
        out[t] = t + 1 < period ? 0 : (x[t] - out[t]) * (x[t] - out[t]);
}

static inline void *with_one_scratch(const struct spec_input *in, const size_t *period,
                                     size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double *scratch = malloc(spec_size(1, in->len));

    if (!out || !scratch)
        abort();
    for (size_t c = 0; c < combos; c++) {
        deviation(scratch, in->close, in->len, period[c]);
        spec_mean(out + c * in->len, scratch, in->len, period[c]);
    }
    free(scratch);
    return out;
}

SPEC_FUNCTION void *spec_retained_scratch_single(const struct spec_input *in, size_t period)
{
    return with_one_scratch(in, &period, 1);
}

SPEC_FUNCTION void *spec_retained_scratch_clean_single(const struct spec_input *in, size_t period)
{
    return with_one_scratch(in, &period, 1);
}

SPEC_FUNCTION void *spec_retained_scratch_clean_batch(const struct spec_input *in,
                                                      const size_t *period, size_t combos)
{
    return with_one_scratch(in, period, combos);
}

SPEC_FUNCTION void *spec_retained_scratch_batch(const struct spec_input *in, const size_t *period,
                                                size_t combos)
{
    double *out = malloc(spec_size(combos, in->len));
    double **scratch = malloc(combos * sizeof *scratch);

    if (!out || !scratch)
        abort();
    for (size_t c = 0; c < combos; c++) {
        scratch[c] = malloc(spec_size(1, in->len)); /* waste: scratch */
        if (!scratch[c])
            abort();
        deviation(scratch[c], in->close, in->len, period[c]);
        spec_mean(out + c * in->len, scratch[c], in->len, period[c]);
    }
    for (size_t c = 0; c < combos; c++)
        free(scratch[c]);
    free(scratch);
    return out;
}

static uint64_t bytes(const struct spec_input *in, const size_t *period, size_t combos)
{
    return spec_size(combos - 1, in->len); /* one is needed */
}

const struct specimen specimen_retained_scratch = {
    .name = "retained_scratch",
    .file = "retained_scratch.c",
    .shows = "scratch of every row is kept until the call returns",
    .wasteful = {spec_retained_scratch_single, spec_retained_scratch_batch, free},
    .clean = {spec_retained_scratch_clean_single, spec_retained_scratch_clean_batch, free},
    .waste = {{.kind = "retained-scratch",
               .function = "spec_retained_scratch_batch",
               .mark = "scratch",
               .bytes = bytes}},
};
