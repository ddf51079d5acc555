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

#endif
