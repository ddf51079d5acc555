/* SPDX-License-Identifier: Apache-2.0 */
/* Kaufman's efficiency: how far a series has come, over the way it went; and averages that follow
 * the faster the higher it is. */
#ifndef IND_EFFICIENCY_H
#define IND_EFFICIENCY_H

#include "smooth.h"
#include "tail.h"
#include "window_sum.h"

struct efficiency {
    struct tail step;
    struct window_sum path;
};

/* Bytes of `mem` for the way of p steps. */
static inline size_t efficiency_size(size_t p) { return series_size(p); }

/* The steps |x - x before| of n values that have one before them, put to those of the last p bars.
 * Gives where the first of them lies. `room`: for n values. */
static inline const double *efficiency_steps(struct tail *tail, double *mem, const double *x,
                                             size_t n, size_t p, double *room)
{
    for (size_t i = 0; i < n; i++)
        room[i] = fabs(x[i] - *(x + i - 1));
    return tail_append(tail, mem, p, room, n);
}

/* out[i] = |x[i] - x[i - lag]| / sum of the last p steps (all steps when there are fewer), at most
 * 1, and 0 where nothing has moved; means something for i >= skip. steps[0] leads to x[0]. */
static inline void efficiency_of_steps(struct window_sum *path, const double *steps,
                                       const double *x, size_t n, size_t p, size_t lag, size_t skip,
                                       double *out)
{
    window_sum_chunk(path, steps, n, p, out);
    for (size_t i = skip; i < n; i++) {
        const double ratio = fabs(x[i] - *(x + i - lag)) / out[i], most = ratio > 1 ? 1 : ratio;
        out[i] = out[i] == 0 ? 0 : most;
    }
}

/* Both. Zero s to begin. */
static inline void efficiency_chunk(struct efficiency *s, double *mem, const double *x, size_t n,
                                    size_t p, size_t lag, size_t skip, double *out)
{
    const double *steps = efficiency_steps(&s->step, mem, x, n, p, out);

    efficiency_of_steps(&s->path, steps, x, n, p, lag, skip, out);
}

/* y = x at bar `first`, then y += (gain * efficiency + base)^2 (x - y); handed out from bar `show`
 * on. */
struct adaptive {
    size_t p, lag, first, show;
    double gain, base;
};

/* Kaufman's own: between the alphas of 2 and 30 bars. */
static inline struct adaptive adaptive_kama(size_t p)
{
    return (struct adaptive){p, p, p, p, 2.0 / 3 - 2.0 / 31, 2.0 / 31};
}

struct adaptive_state {
    struct efficiency efficiency;
    double y;
};

/* n bars from `at` on, of which x[0] is the first; out[i] is written from bar `show` on. steps[0]
 * leads to x[0], or to x[1] if that is the first bar of all. */
static inline void adaptive_of_steps(const struct adaptive *how, struct window_sum *path, double *y,
                                     const double *steps, const double *x, size_t at, size_t n,
                                     double *out)
{
    const size_t old = at == 0; /* the first bar is no step */
    size_t i = chunk_skip(at, how->first);
    double rate[CHUNK];

    efficiency_of_steps(path, steps, x + old, n - old, how->p, how->lag,
                        chunk_skip(at + old, how->first + 1), rate + old);
    if (i >= n)
        return;
    if (at + i == how->first) {
        *y = x[i];
        if (how->show == how->first)
            out[i] = *y;
        i++;
    }
    for (size_t k = i; k < n; k++) {
        const double root = how->gain * rate[k] + how->base;
        rate[k] = root * root;
    }
    *y = follow_chunk(*y, rate + i, x + i, out + i, n - i);
}

static inline void adaptive_chunk(const struct adaptive *how, struct adaptive_state *s, double *mem,
                                  const double *x, size_t at, size_t n, double *out)
{
    const size_t old = at == 0;
    double room[CHUNK];
    const double *steps =
        efficiency_steps(&s->efficiency.step, mem, x + old, n - old, how->p, room);

    adaptive_of_steps(how, &s->efficiency.path, &s->y, steps, x, at, n, out);
}

/* ---- For references ---- */

static inline long double efficiency_plain(const double *x, size_t t, size_t p, size_t lag)
{
    const long double way = fabsl((long double)x[t] - x[t - lag]);
    long double path = 0;

    for (size_t i = 0; i < p && i < t; i++)
        path += fabsl((long double)x[t - i] - x[t - i - 1]);
    return path == 0 ? 0 : way > path ? 1 : way / path;
}

static inline void adaptive_reference(const struct ind_run *run, const struct adaptive *how)
{
    long double y = 0;

    for (size_t t = how->first; t < run->to; t++) {
        const double x = run->in[0][t];
        if (t == how->first) {
            y = x;
        } else {
            const long double er = efficiency_plain(run->in[0], t, how->p, how->lag);
            y += powl(how->gain * er + how->base, 2) * (x - y);
        }
        if (t >= how->show)
            run->out[0][t] = (double)y;
    }
}

#endif
