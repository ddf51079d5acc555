/* SPDX-License-Identifier: Apache-2.0 */
/* Exponential smoothing, the recurrence under EMA, Wilder's average and their many children. */
#ifndef IND_SMOOTH_H
#define IND_SMOOTH_H

#include "kernel.h"
#include "vec.h"

/* For the first `seed` values y is their mean so far; then y moves towards each value by alpha.
 * seed 1: the first value itself. Zero it to begin. */
struct smooth {
    double y, sum;
    size_t n;
};

/* A beginning without a seed: y is 0 and moves from the first value on; use it with seed 1. */
static inline struct smooth smooth_from_0(void) { return (struct smooth){.n = 1}; }

static inline double smooth_push(struct smooth *s, double value, size_t seed, double alpha)
{
    if (s->n < seed) {
        s->sum += value;
        s->n++;
        return s->y = s->sum / (double)s->n;
    }
    return s->y += alpha * (value - s->y);
}

static inline double ema_alpha(size_t period) { return 2.0 / (double)(period + 1); }
static inline double wilder_alpha(size_t period) { return 1.0 / (double)period; }

/* ---- Many at once ---- */

/* How to smooth a stretch of bars. */
struct smoothing {
    size_t seed;
    double alpha;
    double fade[17]; /* fade[i]: what is left of a value i steps later */
};

static inline struct smoothing smoothing_make(const struct ind_run *run, size_t seed, double alpha)
{
    struct smoothing how = {.seed = seed, .alpha = alpha, .fade = {1}};

    if (run->to - run->from < 16)
        return how; /* a stream: fade is not used */
    long double fade = 1;
    for (size_t i = 1; i <= 16; i++)
        how.fade[i] = (double)(fade *= 1 - (long double)alpha);
    return how;
}

static inline struct smoothing smoothing_ema(const struct ind_run *run, size_t period)
{
    return smoothing_make(run, period, ema_alpha(period));
}

static inline struct smoothing smoothing_wilder(const struct ind_run *run, size_t period)
{
    return smoothing_make(run, period, wilder_alpha(period));
}

/* The recurrence over 16 values in registers: the average 8 or 16 values before, faded, and what
 * the values since brought, faded each. No lane waits for its neighbour, only sums of 1, 2 and 4
 * values are passed on. */
struct smooth_registers {
    v8 alpha, b1, b2, b4, b8, b16;
};

/* Of the 8 values before, the sums and the averages; by8 and by16: what is left of the latter. */
struct smooth_lanes {
    v8 one, two, four, y, by8, by16;
};

VEC_INLINE struct smooth_registers smooth_load(const struct smoothing *how)
{
    return (struct smooth_registers){v8_set(how->alpha),   v8_set(how->fade[1]),
                                     v8_set(how->fade[2]), v8_set(how->fade[4]),
                                     v8_set(how->fade[8]), v8_set(how->fade[16])};
}

/* Only the average before the first value is known: that is what fades into the first 16. */
VEC_INLINE struct smooth_lanes smooth_begin(const struct smoothing *how, double y_before)
{
    const v8 none = v8_set(0);

    return (struct smooth_lanes){
        none, none, none, v8_set(y_before), v8_load(how->fade + 1), v8_load(how->fade + 9)};
}

/* What the last 8 values, faded, bring. */
VEC_INLINE v8 smooth_eight(const struct smooth_registers *r, struct smooth_lanes *s, v8 x)
{
    const v8 one = v8_mul(r->alpha, x);
    const v8 two = v8_add(one, v8_mul(r->b1, v8_back1(s->one, one)));
    const v8 four = v8_add(two, v8_mul(r->b2, v8_back2(s->two, two)));
    const v8 eight = v8_add(four, v8_mul(r->b4, v8_back4(s->four, four)));

    s->one = one;
    s->two = two;
    s->four = four;
    return eight;
}

/* *p and *q are 16 values and become their averages. */
VEC_INLINE void smooth_block(const struct smooth_registers *r, struct smooth_lanes *s, v8 *p, v8 *q)
{
    const v8 a = smooth_eight(r, s, *p), b = smooth_eight(r, s, *q);

    *p = v8_add(a, v8_mul(s->by8, s->y));
    *q = s->y = v8_add(v8_add(b, v8_mul(r->b8, a)), v8_mul(s->by16, s->y));
    s->by8 = r->b8;
    s->by16 = r->b16;
}

/* 16 values a block; gives the last. `stream`: past the caches. */
VEC_INLINE double smooth_blocks(const struct smoothing *how, double y_before, const double *x,
                                double *y, size_t blocks, bool stream)
{
    const struct smooth_registers r = smooth_load(how);
    struct smooth_lanes s = smooth_begin(how, y_before);

    for (size_t i = 0; i < blocks; i++, x += 16, y += 16) {
        v8 p = v8_load(x), q = v8_load(x + 8);
        smooth_block(&r, &s, &p, &q);
        if (stream) {
            v8_stream(y, p);
            v8_stream(y + 8, q);
        } else {
            v8_store(y, p);
            v8_store(y + 8, q);
        }
    }
    return v8_lane7(s.y);
}

/* y[i] = keep[i] * y[i-1] + add[i], with `before` in front of the first: smoothing whose alpha
 * changes from bar to bar. Blocks of 8 are composed, then what was before goes through each. `y`
 * may be either. Gives the last. */
static inline double fade_chunk(double before, const double *keep, const double *add, double *y,
                                size_t n)
{
    static const double ones_up1[8] = {1, 0, 0, 0, 1, 0, 0, 0};
    static const double ones_up2[8] = {1, 1, 0, 0, 1, 1, 0, 0};
    static const double ones_carry[8] = {1, 1, 1, 1, 0, 0, 0, 0};
    const v8 one1 = v8_load(ones_up1), one2 = v8_load(ones_up2), one4 = v8_load(ones_carry);
    v8 last = v8_set(before);
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        v8 a = v8_load(keep + i), b = v8_load(add + i);
        b = v8_add(b, v8_mul(a, v8_up1(b)));
        a = v8_mul(a, v8_add(v8_up1(a), one1));
        b = v8_add(b, v8_mul(a, v8_up2(b)));
        a = v8_mul(a, v8_add(v8_up2(a), one2));
        b = v8_add(b, v8_mul(a, v8_carry(b)));
        a = v8_mul(a, v8_add(v8_carry(a), one4));
        v8_store(y + i, v8_add(v8_mul(a, last), b));
        last = v8_add(v8_mul(v8_last(a), last), v8_last(b));
    }
    before = v8_first(last);
    for (; i < n; i++)
        y[i] = before = keep[i] * before + add[i];
    return before;
}

/* Smoothing whose alpha is rate[i]: y moves towards each x[i] by that part of the distance. `y` may
 * be either. Gives the last. */
static inline double follow_chunk(double before, const double *rate, const double *x, double *y,
                                  size_t n)
{
    double keep[CHUNK], add[CHUNK];

    for (size_t i = 0; i < n; i++) {
        keep[i] = 1 - rate[i];
        add[i] = rate[i] * x[i];
    }
    return fade_chunk(before, keep, add, y, n);
}

/* y[i] = before + x[0] + ... + x[i]. `y` may be `x`. Gives the last. */
static inline double running_sum_chunk(double before, const double *x, double *y, size_t n)
{
    struct v8_running r = v8_running_from(before);
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        v8_store(y + i, v8_running_add(&r, v8_load(x + i)));
    before = v8_lane7(r.sum);
    for (; i < n; i++)
        y[i] = before += x[i];
    return before;
}

/* n pushes; y[i] is what the push of x[i] gives. `y` may be `x`. `past`: store past the caches
 * where y is aligned. */
VEC_INLINE void smooth_chunk_past(const struct smoothing *how, struct smooth *s, const double *x,
                                  double *y, size_t n, bool past)
{
    size_t i = 0;

    /* blocks begin where a cache line does in memory that is aligned; that they do so by place and
     * not by address makes results depend on nothing but the values */
    for (; i < n && (s->n < how->seed || i % 8); i++)
        y[i] = smooth_push(s, x[i], how->seed, how->alpha);
    if (n - i >= 16) {
        const size_t blocks = (n - i) / 16;
        if (past && (uintptr_t)(y + i) % 64 == 0)
            s->y = smooth_blocks(how, s->y, x + i, y + i, blocks, true);
        else
            s->y = smooth_blocks(how, s->y, x + i, y + i, blocks, false);
        i += 16 * blocks;
    }
    for (; i < n; i++)
        y[i] = smooth_push(s, x[i], how->seed, how->alpha);
}

static inline void smooth_chunk(const struct smoothing *how, struct smooth *s, const double *x,
                                double *y, size_t n)
{
    smooth_chunk_past(how, s, x, y, n, false);
}

/* The same in long double, for references. */
struct smooth_reference {
    long double y, sum;
    size_t n;
};

static inline long double smooth_reference_push(struct smooth_reference *s, long double value,
                                                size_t seed, long double alpha)
{
    if (s->n < seed) {
        s->sum += value;
        s->n++;
        return s->y = s->sum / (long double)s->n;
    }
    return s->y += alpha * (value - s->y);
}

#endif
