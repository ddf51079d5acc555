/* SPDX-License-Identifier: Apache-2.0 */
/* Money that flows up and down: price times volume, by the change of the price. */
#ifndef IND_MONEY_FLOW_H
#define IND_MONEY_FLOW_H

#include "tail.h"
#include "window_sum.h"

/* A sum below this is no flow. */
#define NO_FLOW 1e-14

struct money_flow {
    struct tail up_tail, down_tail;
    struct window_sum up, down;
};

/* Doubles of `mem`. */
static inline size_t money_flow_doubles(size_t p) { return 2 * series_doubles(p); }

/* up[i], down[i] = the flows of the last p bars at price[i], n <= CHUNK. price[-1] is read unless
 * these are the first bars; the first of all has no flow. */
static inline void money_flow_chunk(struct money_flow *s, double *mem, size_t p,
                                    const double *price, const double *volume, bool first, size_t n,
                                    double *restrict up, double *restrict down)
{
    up[0] = down[0] = 0;
    for (size_t i = first; i < n; i++) {
        const double flow = price[i] * volume[i], before = *(price + i - 1);
        up[i] = price[i] > before ? flow : 0;
        down[i] = price[i] < before ? flow : 0;
    }
    window_sum_chunk(&s->up, tail_append(&s->up_tail, mem, p, up, n), n, p, up);
    mem += series_doubles(p);
    window_sum_chunk(&s->down, tail_append(&s->down_tail, mem, p, down, n), n, p, down);
}

/* For references: the flows of the last p bars up to t. */
static inline void money_flow_reference(const double *price, const double *volume, size_t t,
                                        size_t p, long double *ret_up, long double *ret_down)
{
    *ret_up = *ret_down = 0;
    for (size_t i = t + 1 > p ? t + 1 - p : 0; i <= t; i++) {
        const double flow = price[i] * volume[i];
        *ret_up += i > 0 && price[i] > price[i - 1] ? flow : 0;
        *ret_down += i > 0 && price[i] < price[i - 1] ? flow : 0;
    }
}

#endif
