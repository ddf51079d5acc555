/* SPDX-License-Identifier: Apache-2.0 */
/* The little computing that specimens do, inlined so that it is never a frame of its own. */
#ifndef SPECIMEN_MATH_H
#define SPECIMEN_MATH_H

#include "specimen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Moving mean of the last `period` values; NaN before there are so many. */
static inline void spec_mean(double *restrict out, const double *restrict x, size_t len,
                             size_t period)
{
    double sum = 0;

    for (size_t t = 0; t < len; t++) {
        sum += x[t];
        if (t >= period)
            sum -= x[t - period];
        out[t] = t + 1 < period ? NAN : sum / (double)period;
    }
}

/* Mean where values lie `step` doubles apart; `step` may be negative. */
static inline void spec_mean_strided(double *restrict out, const double *x, ptrdiff_t step,
                                     size_t len, size_t period)
{
    double sum = 0;

    for (size_t t = 0; t < len; t++) {
        sum += x[(ptrdiff_t)t * step];
        if (t >= period)
            sum -= x[((ptrdiff_t)t - (ptrdiff_t)period) * step];
        out[t] = t + 1 < period ? NAN : sum / (double)period;
    }
}

/* prefix[t] = x[0] + ... + x[t-1], for t in 0..len. */
static inline void spec_prefix(double *restrict prefix, const double *restrict x, size_t len)
{
    prefix[0] = 0;
    for (size_t t = 0; t < len; t++)
        prefix[t + 1] = prefix[t] + x[t];
}

/* The same mean out of prefix sums. */
static inline void spec_mean_of_prefix(double *restrict out, const double *restrict prefix,
                                       size_t len, size_t period)
{
    for (size_t t = 0; t < len; t++)
        out[t] = t + 1 < period ? NAN : (prefix[t + 1] - prefix[t + 1 - period]) / (double)period;
}

/* A block of rows x len doubles. */
static inline size_t spec_size(size_t rows, size_t len) { return rows * len * sizeof(double); }

/* The single call that most specimens share: one row of means, nothing else. A function each, since
 * a scope is known by its function's name. */
#define SPEC_PLAIN_SINGLE(function)                                                                \
    SPEC_FUNCTION void *function(const struct spec_input *in, size_t period)                       \
    {                                                                                              \
        double *out = malloc(spec_size(1, in->len));                                               \
        if (out)                                                                                   \
            spec_mean(out, in->close, in->len, period);                                            \
        return out;                                                                                \
    }

/* And the batch that wastes nothing: every row computed where it is wanted. */
#define SPEC_PLAIN_BATCH(function)                                                                 \
    SPEC_FUNCTION void *function(const struct spec_input *in, const size_t *period, size_t combos) \
    {                                                                                              \
        double *out = malloc(spec_size(combos, in->len));                                          \
        for (size_t c = 0; out && c < combos; c++)                                                 \
            spec_mean(out + c * in->len, in->close, in->len, period[c]);                           \
        return out;                                                                                \
    }

/* Bytes of one series, and of one series a combination: what most specimens waste. */
static inline uint64_t spec_bytes_series(const struct spec_input *in, const size_t *period,
                                         size_t combos)
{
    (void)period, (void)combos;
    return spec_size(1, in->len);
}

static inline uint64_t spec_bytes_rows(const struct spec_input *in, const size_t *period,
                                       size_t combos)
{
    (void)period;
    return spec_size(combos, in->len);
}
#endif
