/* SPDX-License-Identifier: Apache-2.0 */
/* Verdicts: how much more batch takes than single. Decided on integers, so that 10 % and 50 % are
 * what they say. */
#ifndef NOCOPY_EFFICIENCY_H
#define NOCOPY_EFFICIENCY_H

#include "report.h"

__extension__ typedef __int128 wide_int; /* products of two sizes */

/* `extra` bytes over `base`, which is not 0: HIGH above 50 %, MODERATE from 10 to 50 %, else OK. */
enum report_status efficiency_status(wide_int extra, wide_int base);

/* One call with `rows` rows that allocated `bytes`; how many were alike. */
struct efficiency_point {
    uint64_t rows, bytes, calls;
};

/* bytes = fixed + per_row x rows, by least squares over distinct sizes. False with fewer than two.
 */
bool efficiency_fit(const struct efficiency_point *points, size_t n, double *ret_fixed,
                    double *ret_per_row);

/* Fill overhead, status, row cost and row status from the bytes that are there. `payload` is what
 * the single call hands out. */
void efficiency_judge(struct report_efficiency *row, uint64_t payload);

#endif
