/* SPDX-License-Identifier: Apache-2.0 */
/* Many rows of a sweep at once. */
#ifndef IND_GROUP_H
#define IND_GROUP_H

#include "kernel.h"
#include "vec.h"

/* Put n results in their row; past the caches when the group says so. */
static inline void group_put(const struct ind_group *group, double *to, const double *from,
                             size_t n)
{
    if (group->stream)
        vd_put_past(to, from, n);
    else
        for (size_t i = 0; i < n; i++)
            to[i] = from[i];
}

/* Put the bars at .. at + n - 1 of a row, those from `first` on. */
static inline void group_put_from(const struct ind_group *group, double *row, const double *from,
                                  size_t at, size_t n, size_t first)
{
    const size_t skip = size_min(chunk_skip(at, first), n);

    group_put(group, row + at + skip, from + skip, n - skip);
}

static inline bool all_finite(const double *x, size_t n)
{
    int odd = 0;

    for (size_t i = 0; i < n; i++)
        odd |= x[i] - x[i] != 0; /* NaN for NaN and infinities, and that is not 0 */
    return !odd;
}

#endif
