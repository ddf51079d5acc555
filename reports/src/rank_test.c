/* SPDX-License-Identifier: Apache-2.0 */
/* Source: Mann and Whitney, On a test of whether one of two random variables is stochastically
 * larger than the other, 1947; the correction for ties as in Lehmann, Nonparametrics, 1975. */
#include "rank_test.h"

#include <math.h>
#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

double median_of(uint64_t *values, size_t n)
{
    qsort(values, n, sizeof *values, by_value);
    return n % 2 ? (double)values[n / 2] : ((double)values[n / 2 - 1] + (double)values[n / 2]) / 2;
}

double rank_test(const uint64_t *a, size_t n, const uint64_t *b, size_t m)
{
    const double all = (double)(n + m), pairs = (double)n * (double)m;
    double rank = 1, sum = 0, ties = 0; /* sum of a's ranks */

    for (size_t i = 0, k = 0; i < n || k < m;) {
        const uint64_t value = k == m || (i < n && a[i] < b[k]) ? a[i] : b[k];
        size_t of_a = 0, of_b = 0;
        for (; i < n && a[i] == value; i++)
            of_a++;
        for (; k < m && b[k] == value; k++)
            of_b++;
        const double t = (double)(of_a + of_b);
        sum += (double)of_a * (rank + (t - 1) / 2);
        ties += t * t * t - t;
        rank += t;
    }
    const double u = sum - (double)n * ((double)n + 1) / 2;
    const double variance = pairs / 12 * (all + 1 - ties / (all * (all - 1)));
    const double distance = fabs(u - pairs / 2) - 0.5;

    if (!(variance > 0) || distance <= 0)
        return 1;
    return erfc(distance / sqrt(variance) / M_SQRT2);
}
