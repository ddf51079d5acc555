/* SPDX-License-Identifier: Apache-2.0 */
/* A smoothed line drawn some bars after it is known. */
#ifndef IND_LATE_LINE_H
#define IND_LATE_LINE_H

#include "smooth.h"
#include "tail.h"
#include "window_sum.h" /* ago */

struct late_line {
    struct smooth smooth;
    struct tail tail;
};

/* Doubles of `mem`. */
static inline size_t late_line_doubles(size_t shift) { return series_doubles(shift + 1); }

/* n values more, n <= CHUNK. Gives where the average of x[0] lies: what is drawn at x[i] stands
 * `shift` before at[i], and the one before that is readable too. */
static inline const double *late_line_chunk(const struct smoothing *how, struct late_line *line,
                                            double *mem, size_t shift, const double *x, size_t n)
{
    double y[CHUNK];

    smooth_chunk(how, &line->smooth, x, y, n);
    return tail_append(&line->tail, mem, shift + 1, y, n);
}

/* For references: the line as it is drawn; what lies before it is not touched. */
static inline void late_line_reference(const double *x, size_t len, size_t seed, long double alpha,
                                       size_t shift, double *out)
{
    struct smooth_reference s = {0};

    for (size_t t = 0; t + shift < len; t++)
        out[t + shift] = (double)smooth_reference_push(&s, x[t], seed, alpha);
}

#endif
