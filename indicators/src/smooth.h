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
    double upper[8]; /* 0 0 0 0 and fade[1..4] */
};

static inline struct smoothing smoothing_make(const struct ind_run *run, size_t seed, double alpha)
{
    struct smoothing how = {.seed = seed, .alpha = alpha, .fade = {1}};

    if (run->to - run->from < 16)
        return how; /* a stream: fade is not used */
    for (size_t i = 1; i <= 16; i++)
        how.fade[i] = how.fade[i - 1] * (1 - alpha);
    for (size_t i = 1; i <= 4; i++)
        how.upper[3 + i] = how.fade[i];
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

/* The recurrence over 16 values in registers: each block is solved from 0, then what was there
 * before fades into it. */
struct smooth_registers {
    v8 alpha, b1, b2, fade4, fade8, fade16, b16;
};

VEC_INLINE struct smooth_registers smooth_load(const struct smoothing *how)
{
    return (struct smooth_registers){
        v8_set(how->alpha),     v8_set(how->fade[1]),   v8_set(how->fade[2]), v8_load(how->upper),
        v8_load(how->fade + 1), v8_load(how->fade + 9), v8_set(how->fade[16])};
}

/* *p and *q are 16 values and become their averages; *before is the one before, everywhere. */
VEC_INLINE void smooth_block(const struct smooth_registers *r, v8 *p, v8 *q, v8 *before)
{
    v8 a = v8_mul(r->alpha, *p), b = v8_mul(r->alpha, *q);

    a = v8_add(a, v8_mul(r->b1, v8_up1(a)));
    b = v8_add(b, v8_mul(r->b1, v8_up1(b)));
    a = v8_add(a, v8_mul(r->b2, v8_up2(a)));
    b = v8_add(b, v8_mul(r->b2, v8_up2(b)));
    a = v8_add(a, v8_mul(r->fade4, v8_carry(a)));
    b = v8_add(b, v8_mul(r->fade4, v8_carry(b)));
    b = v8_add(b, v8_mul(r->fade8, v8_last(a)));
    *p = v8_add(a, v8_mul(r->fade8, *before));
    *q = v8_add(b, v8_mul(r->fade16, *before));
    *before = v8_add(v8_last(b), v8_mul(r->b16, *before));
}

/* 16 values a block; gives the last. `stream`: past the caches. */
VEC_INLINE double smooth_blocks(const struct smoothing *how, double y_before, const double *x,
                                double *y, size_t blocks, bool stream)
{
    const struct smooth_registers r = smooth_load(how);
    v8 before = v8_set(y_before);

    for (size_t i = 0; i < blocks; i++, x += 16, y += 16) {
        v8 p = v8_load(x), q = v8_load(x + 8);
        smooth_block(&r, &p, &q, &before);
        if (stream) {
            v8_stream(y, p);
            v8_stream(y + 8, q);
        } else {
            v8_store(y, p);
            v8_store(y + 8, q);
        }
    }
    return v8_first(before);
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
    v8 last = v8_set(before);
    size_t i = 0;

    for (; i + 8 <= n; i += 8) {
        const v8 a = v8_scan(v8_load(x + i));
        v8_store(y + i, v8_add(last, a));
        last = v8_add(last, v8_last(a));
    }
    before = v8_first(last);
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
