/* SPDX-License-Identifier: Apache-2.0 */
/* Where in the last p values the largest (or smallest) stands. */
#ifndef IND_INDEX_QUEUE_H
#define IND_INDEX_QUEUE_H

#include "extrema.h"
#include "vec.h"

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

/* The same by looking at each bar: for references, and for few bars. */
static inline size_t window_index(const double *x, size_t t, size_t p, double sign)
{
    size_t best = t + 1 - p;

    for (size_t i = best; i <= t; i++)
        if (sign * x[i] > sign * x[best] || isnan(x[best]))
            best = i;
    return best;
}

/* ---- Many bars ---- */

/* Extremes of windows, and how many bars before the last of each it stands. */
struct placed {
    vd x, ago;
};

/* Of two windows the earlier one's extreme, unless the later one's is more extreme. A NaN counts
 * only where there is nothing else; `nan` tells that there are some. */
VEC_INLINE struct placed placed_of_two(struct placed a, struct placed b, bool least, bool nan)
{
    const vd low = least ? b.x : a.x, high = least ? a.x : b.x;
    struct placed ret = {vd_if_less(low, high, b.x, a.x), vd_if_less(low, high, b.ago, a.ago)};

    if (nan) {
        ret.ago = vd_if_nan(a.x, b.ago, ret.ago);
        ret.x = vd_if_nan(a.x, b.x, ret.x);
    }
    return ret;
}

/* Those at i, seen `later` bars later; without `ago` windows of one bar. */
VEC_INLINE struct placed placed_load(const double *x, const double *ago, size_t i, size_t later)
{
    const vd bars = vd_set((double)later);

    return (struct placed){vd_load(x + i), ago ? vd_load(ago + i) + bars : bars};
}

/* Windows at i, i + b, i + c, i + d put together, for all i below n, which is a vector at least. */
VEC_INLINE void placed_of_four(const double *x, const double *ago, size_t b, size_t c, size_t d,
                               size_t n, double *restrict ret_x, double *restrict ret_ago,
                               bool least, bool nan)
{
    for (size_t done = 0; done < n; done += IND_LANES) {
        const size_t i = size_min(done, n - IND_LANES);
        const struct placed early =
            placed_of_two(placed_load(x, ago, i, d), placed_load(x, ago, i + b, d - b), least, nan);
        const struct placed late = placed_of_two(placed_load(x, ago, i + c, d - c),
                                                 placed_load(x, ago, i + d, 0), least, nan);
        const struct placed all = placed_of_two(early, late, least, nan);
        if (ret_x)
            vd_store(ret_x + i, all.x);
        vd_store(ret_ago + i, all.ago);
    }
}

/* Windows are put together as in extreme_doubling. `least` and `nan` are constants. */
VEC_INLINE void index_doubling_of(const double *x, size_t n, size_t p, double *ago, bool least,
                                  bool nan)
{
    _Alignas(64) double room[2][2][CHUNK + EXTREME_DOUBLING];
    size_t width = 1, len = n + p - 1;
    int which = 0;

    for (; width * 4 < p; width *= 4, which = !which) {
        double *to = room[which][0], *to_ago = room[which][1];
        len -= 3 * width;
        if (width == 1)
            placed_of_four(x, NULL, 1, 2, 3, len, to, to_ago, least, nan);
        else
            placed_of_four(x, room[!which][1], width, 2 * width, 3 * width, len, to, to_ago, least,
                           nan);
        x = to;
    }
    const size_t d = p - width, b = size_min(width, d), c = size_min(2 * width, d);
    if (width == 1)
        placed_of_four(x, NULL, b, c, d, n, NULL, ago, least, nan);
    else
        placed_of_four(x, room[!which][1], b, c, d, n, NULL, ago, least, nan);
}

/* ago[i] = how many bars before x[i + p - 1] the extreme of the p bars up to it stands. */
static inline void index_doubling(const double *x, size_t n, size_t p, double *ago, bool least)
{
    if (n < IND_LANES) {
        for (size_t i = 0, t = p - 1; i < n; i++, t++)
            ago[i] = (double)(t - window_index(x, t, p, least ? -1.0 : 1.0));
    } else if (any_nan(x, n + p - 1)) {
        if (least)
            index_doubling_of(x, n, p, ago, true, true);
        else
            index_doubling_of(x, n, p, ago, false, true);
    } else if (least) {
        index_doubling_of(x, n, p, ago, true, false);
    } else {
        index_doubling_of(x, n, p, ago, false, false);
    }
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
    }
}

#endif
