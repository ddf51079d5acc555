/* SPDX-License-Identifier: Apache-2.0 */
/* Order statistics of small sets. */
#ifndef IND_ORDER_H
#define IND_ORDER_H

#include "kernel.h"

/* Put the value of rank k (0: the smallest) at x[k], none larger before it and none smaller after.
 * Hoare's selection: linear on average. No NaN may be in x. */
static inline double order_select(double *x, size_t n, size_t k)
{
    size_t low = 0, high = n - 1;

    while (low < high) {
        const double pivot = x[low + (high - low) / 2];
        size_t i = low, j = high;
        for (;;) {
            while (x[i] < pivot)
                i++;
            while (pivot < x[j])
                j--;
            if (i >= j)
                break;
            const double swap = x[i];
            x[i++] = x[j];
            x[j--] = swap;
        }
        if (k <= j)
            high = j;
        else
            low = j + 1;
    }
    return x[k];
}

/* The median; of an even number the mean of the two in the middle. Reorders x. NaN with a NaN. */
static inline double order_median(double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (isnan(x[i]))
            return NAN;
    const double high = order_select(x, n, n / 2);
    if (n % 2)
        return high;
    double low = x[0];
    for (size_t i = 1; i < n / 2; i++)
        low = x[i] > low ? x[i] : low;
    return 0.5 * (low + high);
}

#endif
