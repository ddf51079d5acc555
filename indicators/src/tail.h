/* SPDX-License-Identifier: Apache-2.0 */
/* The last values of a series that a kernel makes itself, contiguous, in the kernel's state.
 *
 *   struct state { struct tail raw; double mem[]; };      size: + tail_size(n)
 *   const double *at = tail_push(&s->raw, s->mem, n, v);   at[0] == v, at[-1], ... at[1 - n] */
#ifndef IND_TAIL_H
#define IND_TAIL_H

#include "kernel.h"

struct tail {
    size_t pos;
};

static inline size_t tail_size(size_t n) { return 2 * n * sizeof(double); }

/* Each value is written twice, n apart: so the last n always lie side by side and none is moved. */
static inline const double *tail_push(struct tail *tail, double *mem, size_t n, double value)
{
    double *at = mem + tail->pos;

    at[0] = at[n] = value;
    if (++tail->pos == n)
        tail->pos = 0;
    return at + n;
}

/* ---- Many at once ----
 *
 * Room for p values and those to come; when it is full the last p move to its front, which costs
 * each value at most one move. A series is either fed by tail_push or by tail_append. */

static inline size_t series_doubles(size_t p) { return 2 * p + CHUNK; }
static inline size_t series_size(size_t p) { return series_doubles(p) * sizeof(double); }

/* Take in n values, n <= CHUNK. Gives where the first of them lies; the p before it are readable,
 * as far as there are. */
static inline const double *tail_append(struct tail *tail, double *mem, size_t p,
                                        const double *values, size_t n)
{
    if (tail->pos + n > series_doubles(p)) {
        double *from = mem + tail->pos - p;
        for (size_t i = 0; i < p; i++)
            mem[i] = from[i];
        tail->pos = p;
    }
    double *at = mem + tail->pos;
    for (size_t i = 0; i < n; i++)
        at[i] = values[i];
    tail->pos += n;
    return at;
}

#endif
