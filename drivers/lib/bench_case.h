/* SPDX-License-Identifier: Apache-2.0 */
/* One indicator made ready to be measured: its inputs out of a series, the parameters that all
 * drivers agree on, and a sweep along one of them. */
#ifndef BENCH_CASE_H
#define BENCH_CASE_H

#include "series.h"

#include <nocopy/indicators.h>

struct bench_case {
    const struct ind_indicator *ind;
    const struct ind_entries *entries;
    double params[IND_MAX_PARAMS];
    struct ind_axis one[IND_MAX_PARAMS];  /* the sweep that holds only `params` */
    struct ind_axis many[IND_MAX_PARAMS]; /* a sweep of `combos` rows that starts with `params` */
    size_t combos;                        /* 1 when there is nothing to sweep */
    struct ind_job job;                   /* inputs, len, params; neither outputs nor work */
};

/* Parameters: one bar count alone is 14; alma 9, 0.85, 6; vpwma 14, 0.382; else the defaults.
 * Swept is the first parameter for which `combos` values in a row are all allowed.
 * The case borrows from the series and points into itself: do not move it. Returns 0; or -1 when
 * the series lacks an input or has too few bars, told in `why`. */
int bench_case_init(struct bench_case *ret, const struct ind_indicator *ind, const struct series *s,
                    size_t combos, struct series_message *why);

/* The job of batch[1], and of the sweep. */
struct ind_job bench_case_batch_one(const struct bench_case *c);
struct ind_job bench_case_batch_many(const struct bench_case *c);
#endif
