/* SPDX-License-Identifier: Apache-2.0 */
/* Are two rows of results the same? */
#ifndef TEST_NEAR_H
#define TEST_NEAR_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* The first place where `got` is farther from `expected` than tolerance times the largest magnitude
 * in `expected`, or where one is NaN or infinite and the other is not the same; n when there is
 * none. Tolerance 0: equal bits, any NaN equal to any other. */
static inline size_t row_differs(const double *got, const double *expected, size_t n,
                                 double tolerance)
{
    double scale = 0;

    for (size_t t = 0; t < n; t++)
        if (isfinite(expected[t]))
            scale = fmax(scale, fabs(expected[t]));
    for (size_t t = 0; t < n; t++) {
        if (isnan(got[t]) && isnan(expected[t]))
            continue;
        if (tolerance == 0 || !isfinite(got[t]) || !isfinite(expected[t])) {
            if (memcmp(got + t, expected + t, sizeof *got) != 0)
                return t;
        } else if (!(fabs(got[t] - expected[t]) <= tolerance * scale)) {
            return t;
        }
    }
    return n;
}

#endif
