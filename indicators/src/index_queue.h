/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the last p values the largest (or smallest) stands. */
#ifndef IND_INDEX_QUEUE_H
#define IND_INDEX_QUEUE_H

#include "kernel.h"

/* Bars that may yet be the extreme of a window, oldest first, each more extreme than the ones after
 * it, in a ring of p. Every bar enters and leaves once: constant time a bar, on average. */
struct index_queue {
    size_t head, n;
};

static inline size_t index_queue_size(size_t p) { return p * sizeof(size_t); }

static inline size_t index_queue_slot(size_t slot, size_t p) { return slot >= p ? slot - p : slot; }

/* Take in bar t of x; gives the bar of the largest (sign 1) or smallest (sign -1) of the last p. Of
 * equal ones the oldest wins; a NaN only where there is nothing else. Reads x[t - p + 1] .. x[t].
 */
static inline size_t index_queue_push(struct index_queue *q, size_t *ring, const double *x,
                                      size_t t, size_t p, double sign)
{
    if (q->n && ring[q->head] + p <= t) {
        q->head = index_queue_slot(q->head + 1, p);
        q->n--;
    }
    while (q->n) {
        const double last = x[ring[index_queue_slot(q->head + q->n - 1, p)]];
        if (!(sign * last < sign * x[t] || isnan(last)))
            break;
        q->n--;
    }
    ring[index_queue_slot(q->head + q->n++, p)] = t;
    return ring[q->head];
}

/* For references. */
static inline size_t window_index(const double *x, size_t t, size_t p, double sign)
{
    size_t best = t + 1 - p;

    for (size_t i = best; i <= t; i++)
        if (sign * x[i] > sign * x[best] || isnan(x[best]))
            best = i;
    return best;
}

#endif
