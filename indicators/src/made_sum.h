/* SPDX-License-Identifier: Apache-2.0 */
/* The sum over the last p values of a series that a kernel makes itself. */
#ifndef IND_MADE_SUM_H
#define IND_MADE_SUM_H

#include "tail.h"
#include "window_sum.h"

struct made_sum {
    struct tail tail;
    struct window_sum sum;
};

/* Bytes of `mem`. */
static inline size_t made_sum_size(size_t p) { return series_size(p); }
static inline size_t made_sum_doubles(size_t p) { return made_sum_size(p) / sizeof(double); }

/* Take in a value; gives the sum of the last p, or of all when there are fewer. Zero both to
 * begin. */
static inline double made_sum_push(struct made_sum *s, double *mem, size_t p, double value)
{
    return window_sum_push(&s->sum, tail_push(&s->tail, mem, p + 1, value), p);
}

/* n pushes, n <= CHUNK; out[i] is what the push of values[i] gives. `out` may be `values`. A sum is
 * either made by pushes or by chunks. */
static inline void made_sum_chunk(struct made_sum *s, double *mem, size_t p, const double *values,
                                  double *out, size_t n)
{
    window_sum_chunk(&s->sum, tail_append(&s->tail, mem, p, values, n), n, p, out);
}

#endif
