/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the last p values the largest (or smallest) stands. */
#ifndef IND_INDEX_QUEUE_H
#define IND_INDEX_QUEUE_H

#include "extrema.h"

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

/* ---- Many bars ---- */

/* Of two windows that follow each other the later one's
 * extreme counts only where it is more extreme. `least` is a constant wherever this is called. */
static inline void index_of_two(const double *x, const double *k, size_t ahead, size_t n,
                                double *restrict ret_x, double *restrict ret_k, bool least)
{
    for (size_t i = 0; i < n; i++) {
        const double a = x[i], b = x[i + ahead];
        const int later = (least ? b < a : b > a) | (a != a);
        ret_x[i] = later ? b : a;
        ret_k[i] = later ? k[i + ahead] : k[i];
    }
}

/* k[i] = at which place of x[i] .. x[i + p - 1] the extreme stands, counted from x[0]. */
static inline void index_doubling(const double *x, size_t n, size_t p, double *k, bool least)
{
    double room[2][2][CHUNK + EXTREME_DOUBLING];
    size_t width = p > 1 ? 2 : 1, len = n + p - width;
    int which = 0;

    for (size_t i = 0; i < len; i++) {
        const double a = x[i], b = width == 2 ? x[i + 1] : a;
        const int later = (least ? b < a : b > a) | ((a != a) & (width == 2));
        room[1][0][i] = later ? b : a;
        room[1][1][i] = (double)i + later;
    }
    for (; width < p; which = !which) {
        const size_t ahead = size_min(width, p - width);
        len -= ahead;
        width += ahead;
        index_of_two(room[!which][0], room[!which][1], ahead, len, room[which][0], room[which][1],
                     least);
    }
    for (size_t i = 0; i < n; i++)
        k[i] = room[!which][1][i];
}

/* ret[i] = how many bars before bar at + i the extreme of its last p stands; n bars, of which those
 * before bar p - 1 are not told. The same way for all stretches of a series. */
static inline void index_chunk(const struct ind_run *run, struct index_queue *q, size_t *ring,
                               const double *x, size_t at, size_t n, size_t p, bool least,
                               double *ret)
{
    const size_t skip = size_min(chunk_skip(at, p - 1), n);

    if (p > EXTREME_DOUBLING || run->to - run->from == 1) {
        for (size_t i = 0; i < n; i++)
            ret[i] = (double)(at + i - index_queue_push(q, ring, x, at + i, p, least ? -1.0 : 1.0));
    } else if (skip < n) {
        index_doubling(x + at + skip - (p - 1), n - skip, p, ret + skip, least);
        for (size_t i = skip; i < n; i++)
            ret[i] = (double)(i - skip + p - 1) - ret[i];
    }
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
