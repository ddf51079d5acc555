/* SPDX-License-Identifier: Apache-2.0 */
/* Whether two sets of times differ, without believing that times are normally distributed. */
#ifndef NOCOPY_RANK_TEST_H
#define NOCOPY_RANK_TEST_H

#include <stddef.h>
#include <stdint.h>

/* Middle of n values, n > 0; the mean of the two middle ones where n is even. Sorts them. */
double median_of(uint64_t *values, size_t n);

/* Two-sided p of Mann and Whitney's U test, by the normal approximation with its corrections for
 * ties and for continuity: for ten values a side and more. 1 when all are equal. Both arrays must
 * be sorted. */
double rank_test(const uint64_t *a, size_t n, const uint64_t *b, size_t m);

#endif
