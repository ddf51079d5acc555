/* SPDX-License-Identifier: Apache-2.0 */
/* Sums over the last p values, without drift.
 *
 * Add one, drop one would let rounding pile up over millions of bars. So sums are begun afresh
 * every few hundred bars. A window of equal values has exact sums: what is flat is seen to be flat.
 * NaN and infinities are counted, not added: they show while they are in the window and leave with
 * it.
 *
 * Each kind has `_push`, for one value, and `_chunk`, for many: the same sums, 16 bars at a time.
 * `at` points to the newest value (of a chunk: to its first); at[-1] .. at[-p] are the ones before,
 * as far as there are. Zero the struct to begin. */
#ifndef IND_WINDOW_SUM_H
#define IND_WINDOW_SUM_H

#include "kernel.h"
#include "vec.h"
#include <string.h>

/* at[-i] */
static inline double ago(const double *at, size_t i) { return *(at - i); }

/* ---- What is no finite number ---- */

struct odd {
    size_t nan, up, down; /* in the window */
};

static inline double finite_part(double x) { return isfinite(x) ? x : 0; }

static inline void odd_move(struct odd *odd, double in, double out)
{
    odd->nan += (size_t)isnan(in) - (size_t)isnan(out);
    odd->up += (size_t)(in == INFINITY) - (size_t)(out == INFINITY);
    odd->down += (size_t)(in == -INFINITY) - (size_t)(out == -INFINITY);
}

static inline bool odd_any(const struct odd *odd) { return (odd->nan | odd->up | odd->down) != 0; }

/* What the sum of a window with such values is. */
static inline double odd_sum(const struct odd *odd)
{
    if (odd->nan || (odd->up && odd->down))
        return NAN;
    return odd->up ? INFINITY : -INFINITY;
}

/* ---- What all windows keep count of ---- */

struct window {
    size_t count; /* values so far */
    size_t since; /* of these since the sums were begun afresh */
    size_t same;  /* how many of the newest are equal */
    struct odd odd;
};

/* Take note of at[0] and of what it drives out. Gives the finite part of the latter. */
static inline double window_note(struct window *w, const double *at, size_t p)
{
    const double out = w->count >= p ? ago(at, p) : 0;

    w->same = w->count && at[0] == at[-1] ? w->same + 1 : 1;
    if (!isfinite(at[0]) || !isfinite(out))
        odd_move(&w->odd, at[0], out);
    w->count++;
    w->since++;
    return finite_part(out);
}

/* Values in the window. */
static inline size_t window_len(const struct window *w, size_t p) { return size_min(w->count, p); }

/* Bars for which sums may run on. */
static inline size_t window_span(size_t p) { return size_max(1024, 2 * p); }

/* Whether two finite values can be equal: also where they are opposite, for that takes one
 * instruction less. */
static inline bool may_equal(const double *a, const double *b)
{
    uint64_t x, y;

    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return (x ^ y) << 1 == 0;
}

/* The first of k, k + step, ... below n whose bar equals the one before; n or more: none. */
static inline size_t next_unmoved(const double *at, size_t k, size_t n, size_t step)
{
    for (;; k += step) {
        for (; k + 3 * step < n; k += 4 * step) {
            const double *a = at + k, *b = a + step, *c = b + step, *d = c + step;
            if (may_equal(a, a - 1) || may_equal(b, b - 1) || may_equal(c, c - 1) ||
                may_equal(d, d - 1))
                break;
        }
        if (k >= n || at[k] == ago(at + k, 1))
            return k;
    }
}

/* The next bars of a chunk, from bar i on, whose windows are flat: the first of a row of them, and
 * *ret_end after its last; n: none. n values from at[0] on and p before it are there to be read.
 * The p - 1 equal neighbours of a flat window hold one of the places that are looked at. */
static inline size_t window_flat(const double *at, size_t i, size_t n, size_t p, size_t *ret_end)
{
    *ret_end = n;
    if (p == 1)
        return i;
    for (size_t k = i; (k = next_unmoved(at, k, n, p - 1)) < n;) {
        size_t before = 0, end = k + 1;

        while (before + 2 < p && ago(at + k, before + 1) == ago(at + k, before + 2))
            before++;
        while (end < n && at[end] == at[end - 1])
            end++;
        const size_t first = k + p - 2 - before;
        if (first < end) {
            *ret_end = end;
            return first;
        }
        k = end + p - 1;
    }
    return n;
}

#define FOR_FLAT_WINDOWS(at, n, p, k)                                                              \
    for (size_t flat_end, k = window_flat(at, 0, n, p, &flat_end); k < (n);                        \
         k = window_flat(at, k, n, p, &flat_end))                                                  \
        for (; k < flat_end; k++)

/* Bring `count`, `since` and `same` up to date over n values. */
static inline void window_note_chunk(struct window *w, const double *at, size_t n)
{
    size_t same = 1;

    while (same < n && at[n - same] == at[n - same - 1])
        same++;
    w->same = same == n && at[0] == ago(at, 1) ? w->same + n : same;
    w->count += n;
    w->since += n;
}

/* ---- Sum ---- */

struct window_sum {
    struct window w;
    double sum; /* of the finite values in the window */
};

/* n values up to and with at[0]. */
static inline double window_sum_direct(const double *at, size_t n)
{
    const double *x = at + 1 - n;
    v8 sum = v8_set(0);
    double rest = 0;
    size_t i = 0;

    for (; i + 8 <= n; i += 8)
        sum = v8_add(sum, v8_load(x + i));
    for (; i < n; i++)
        rest += x[i];
    return v8_sum(sum) + rest;
}

static inline void window_sum_rebuild(struct window_sum *s, const double *at, size_t p)
{
    const size_t n = window_len(&s->w, p);

    s->w.since = 0;
    s->sum = 0;
    if (!odd_any(&s->w.odd))
        s->sum = window_sum_direct(at, n);
    else
        for (size_t i = n; i-- > 0;)
            s->sum += finite_part(ago(at, i));
}

/* Take in at[0]; gives the sum of the last p values, or of all when there are fewer. */
static inline double window_sum_push(struct window_sum *s, const double *at, size_t p)
{
    s->sum += finite_part(at[0]);
    s->sum -= window_note(&s->w, at, p);
    if (s->w.since >= window_span(p))
        window_sum_rebuild(s, at, p);
    if (s->w.same >= p)
        s->sum = finite_part(at[0]) * (double)p;
    return odd_any(&s->w.odd) ? odd_sum(&s->w.odd) : s->sum;
}

/* 16 bars at a time: sum[i] = (before + the changes so far) * scale. Gives the last, unscaled. */
VEC_INLINE double window_sum_blocks(const double *at, size_t p, size_t blocks, double sum_before,
                                    double scale, double *sum)
{
    const v8 by = v8_set(scale);
    struct v8_running r = v8_running_from(sum_before);

    for (size_t i = 0; i < blocks; i++, at += 16, sum += 16) {
        const v8 a = v8_running_add(&r, v8_sub(v8_load(at), v8_load(at - p)));
        const v8 b = v8_running_add(&r, v8_sub(v8_load(at + 8), v8_load(at + 8 - p)));
        v8_store(sum, v8_mul(by, a));
        v8_store(sum + 8, v8_mul(by, b));
    }
    return v8_lane7(r.sum);
}

/* The bars of a chunk that blocks can do: 0 unless the window is full and all finite. */
static inline size_t window_blocks(const struct window *w, size_t p, size_t n)
{
    return w->count >= p && w->count && !odd_any(&w->odd) ? n / 16 * 16 : 0;
}

/* Windows this short are summed afresh at every bar, in pairs: the same of equal values, whatever
 * they are. */
enum { SUM_SHORT = 4 };

static inline void window_sum_short(const double *at, size_t n, size_t p, double scale,
                                    double *restrict sum)
{
    const double *b = at - 1, *c = at - 2, *d = at - 3;

    for (size_t i = 0; i < n && p == 1; i++)
        sum[i] = at[i] * scale;
    for (size_t i = 0; i < n && p == 2; i++)
        sum[i] = (at[i] + b[i]) * scale;
    for (size_t i = 0; i < n && p == 3; i++)
        sum[i] = ((at[i] + b[i]) + c[i]) * scale;
    for (size_t i = 0; i < n && p == 4; i++)
        sum[i] = ((at[i] + b[i]) + (c[i] + d[i])) * scale;
}

/* n pushes; sum[i] is what the push of at[i] gives, times `scale`. */
VEC_INLINE void window_sum_chunk_scaled(struct window_sum *s, const double *at, size_t n, size_t p,
                                        double scale, double *sum)
{
    size_t i = 0;

    if (p <= SUM_SHORT) { /* the rest of the state is not kept up: no push later */
        for (; i < n && s->w.count + 1 < p; i++)
            sum[i] = window_sum_push(s, at + i, p) * scale;
        s->w.count += n - i;
        window_sum_short(at + i, n - i, p, scale, sum + i);
        return;
    }
    for (; i < n && s->w.count < p; i++)
        sum[i] = window_sum_push(s, at + i, p) * scale;
    const size_t m = window_blocks(&s->w, p, n - i);
    if (m) {
        if (s->w.since + m > window_span(p))
            window_sum_rebuild(s, at + i - 1, p);
        const double last = window_sum_blocks(at + i, p, m / 16, s->sum, scale, sum + i);
        if (isfinite(last)) { /* and so were all values */
            s->sum = last;
            window_note_chunk(&s->w, at + i, m);
            FOR_FLAT_WINDOWS(at + i, m, p, k)
            sum[i + k] = at[i + k] * (double)p * scale;
            if (s->w.same >= p)
                s->sum = at[i + m - 1] * (double)p;
            i += m;
        }
    }
    for (; i < n; i++)
        sum[i] = window_sum_push(s, at + i, p) * scale;
}

static inline void window_sum_chunk(struct window_sum *s, const double *at, size_t n, size_t p,
                                    double *sum)
{
    window_sum_chunk_scaled(s, at, n, p, 1, sum);
}

/* ---- Sum and sum of squares: mean and variance ---- */

/* Values are taken less `k`, one of them, lest the squares of large prices drown their spread. */
struct window_square {
    struct window w;
    double k, sum, square;
    double most; /* the largest `square` since the sums were begun afresh */
};

/* Windows this short are summed afresh at every bar: as fast, and exact to the last digits. */
enum { SQUARE_SHORT = 8 };

/* When of the largest squares that a sum has held less than this is left, as after a leap of the
 * price, it has too few digits. */
#define SQUARE_TRUST 1e-5

static inline size_t window_square_span(size_t p)
{
    return p <= SQUARE_SHORT ? 1 : size_max(256, p);
}

static inline void window_square_rebuild(struct window_square *s, const double *at, size_t p)
{
    const size_t n = window_len(&s->w, p);
    const double *x = at + 1 - n;
    size_t i = 0;

    s->w.since = 0;
    s->k = finite_part(at[0]);
    s->sum = s->square = 0;
    if (!odd_any(&s->w.odd)) {
        const v8 k = v8_set(s->k);
        v8 sum = v8_set(0), square = sum;
        for (; i + 8 <= n; i += 8) {
            const v8 d = v8_sub(v8_load(x + i), k);
            sum = v8_add(sum, d);
            square = v8_add(square, v8_mul(d, d));
        }
        s->sum = v8_sum(sum);
        s->square = v8_sum(square);
    }
    for (; i < n; i++) {
        const double d = isfinite(x[i]) ? x[i] - s->k : 0;
        s->sum += d;
        s->square += d * d;
    }
    s->most = s->square;
}

/* Have the sums too few digits for the variance? */
static inline bool window_square_lost(const struct window_square *s, size_t p)
{
    const double n = (double)p;

    return s->square * n - s->sum * s->sum < SQUARE_TRUST * s->most * n;
}

static inline void window_square_push(struct window_square *s, const double *at, size_t p)
{
    if (s->w.count == 0)
        s->k = finite_part(at[0]);
    const bool full = s->w.count >= p;
    const double d = isfinite(at[0]) ? at[0] - s->k : 0;
    const double out = full && isfinite(ago(at, p)) ? ago(at, p) - s->k : 0;
    window_note(&s->w, at, p);
    s->sum += d - out;
    s->square += d * d - out * out;
    s->most = s->most > s->square ? s->most : s->square;
    if (s->w.since >= window_square_span(p) || s->w.same == p || window_square_lost(s, p))
        window_square_rebuild(s, at, p);
}

static inline double window_square_mean(const struct window_square *s, size_t p)
{
    return odd_any(&s->w.odd) ? odd_sum(&s->w.odd) : s->k + s->sum / (double)p;
}

/* Of the population: divided by p. Never below 0, exactly 0 when flat. NaN with a value that is no
 * finite number. */
static inline double window_square_variance(const struct window_square *s, size_t p)
{
    const double variance = (s->square - s->sum * s->sum / (double)p) / (double)p;

    if (odd_any(&s->w.odd))
        return NAN;
    return variance < 0 || s->w.same >= p ? 0 : variance;
}

/* Sums of 8 bars more, and what they say; below 0: a variance with less than `least` around it. */
VEC_INLINE v8 window_square_eight(struct v8_running *sum, struct v8_running *square, v8 k,
                                  v8 inverse, v8 least, const double *at, size_t p, double *mean,
                                  double *variance)
{
    const v8 in = v8_sub(v8_load(at), k), out = v8_sub(v8_load(at - p), k);
    const v8 change = v8_sub(in, out), lost = v8_set(-1);
    /* in^2 - out^2, without the rounding of two squares */
    const v8 squares = v8_running_add(square, v8_mul(change, v8_add(in, out)));
    const v8 b = v8_running_add(sum, change), m = v8_mul(b, inverse);
    const v8 around = v8_sub(squares, v8_mul(b, m));

    v8_store(mean, v8_add(k, m));
    v8_store(variance, v8_if_less(around, least, lost, v8_mul(around, inverse)));
    return squares;
}

/* 16 bars at a time, as window_sum_blocks. Below 0: a variance that has too few digits. What has
 * come in 8 bars, or in 16 when windows are as long, is still in the window with the last of them:
 * so it is enough to look at the sums there, and no bar's result depends on a later one. */
static inline void window_square_blocks(struct window_square *s, const double *at, size_t p,
                                        size_t blocks, double *mean, double *variance)
{
    const v8 k = v8_set(s->k), inverse = v8_set(1 / (double)p), part = v8_set(SQUARE_TRUST);
    struct v8_running sum = v8_running_from(s->sum), square = v8_running_from(s->square);
    v8 least = v8_set(SQUARE_TRUST * s->most);
    const bool often = p < 16;

    for (size_t i = 0; i < blocks; i++, at += 16, mean += 16, variance += 16) {
        const v8 first =
            window_square_eight(&sum, &square, k, inverse, least, at, p, mean, variance);
        if (often)
            least = v8_larger(least, v8_mul(part, v8_last(first)));
        const v8 second = window_square_eight(&sum, &square, k, inverse, least, at + 8, p, mean + 8,
                                              variance + 8);
        least = v8_larger(least, v8_mul(part, v8_last(second)));
    }
    s->sum = v8_lane7(sum.sum);
    s->square = v8_lane7(square.sum);
    s->most = v8_first(least) / SQUARE_TRUST;
}

/* Short windows, each less its own newest value; lanes are bars. The window is full. */
static inline void window_square_short(const double *at, size_t n, size_t p, double *mean,
                                       double *variance)
{
    const double inverse = 1 / (double)p;
    size_t i = 0;

    for (; i + IND_LANES <= n; i += IND_LANES) {
        const double *x = at + i - (p - 1);
        const vd k = vd_load(at + i);
        vd sum = vd_set(0), square = sum;
        for (size_t j = 0; j < p; j++) {
            const vd d = vd_load(x + j) - k;
            sum += d;
            square += d * d;
        }
        const vd m = sum * vd_set(inverse);
        vd_store(mean + i, k + m);
        vd_store(variance + i, (square - sum * m) * vd_set(inverse));
    }
    for (; i < n; i++) {
        double sum = 0, square = 0;
        for (size_t j = p; j-- > 0;) {
            const double d = ago(at + i, j) - at[i];
            sum += d;
            square += d * d;
        }
        const double m = sum * inverse;
        mean[i] = at[i] + m;
        variance[i] = (square - sum * m) * inverse;
    }
    for (i = 0; i < n; i++)
        variance[i] = variance[i] < 0 ? 0 : variance[i];
}

/* Variances below 0 are made afresh. */
static inline void window_square_mend(const double *at, size_t n, size_t p, double *mean,
                                      double *variance)
{
    int lost = 0;

    for (size_t i = 0; i < n; i++)
        lost |= variance[i] < 0;
    for (size_t i = 0; i < n && lost; i++)
        if (variance[i] < 0)
            window_square_short(at + i, 1, p, mean + i, variance + i);
}

/* n pushes; mean[i] and variance[i] are those after at[i]. */
static inline void window_square_chunk(struct window_square *s, const double *at, size_t n,
                                       size_t p, double *mean, double *variance)
{
    size_t i = 0;

    if (p <= SQUARE_SHORT) { /* of the state only the count is used */
        for (; i < n && s->w.count + 1 < p; i++)
            s->w.count++;
        s->w.count += n - i;
        window_square_short(at + i, n - i, p, mean + i, variance + i);
        return;
    }
    while (i < n) {
        size_t m = window_blocks(&s->w, p, n - i);
        const struct window_square before = *s;
        if (m) {
            if (s->w.since + m > window_square_span(p) || window_square_lost(s, p))
                window_square_rebuild(s, at + i - 1, p);
            window_square_blocks(s, at + i, p, m / 16, mean + i, variance + i);
            if (!isfinite(s->square)) {
                *s = before;
                m = 0;
            }
        }
        if (m) {
            window_note_chunk(&s->w, at + i, m);
            FOR_FLAT_WINDOWS(at + i, m, p, k)
            {
                mean[i + k] = at[i + k];
                variance[i + k] = 0;
            }
            window_square_mend(at + i, m, p, mean + i, variance + i);
        }
        i += m;
        for (size_t left = m ? 0 : size_min(n - i, 16); left > 0; left--, i++) {
            window_square_push(s, at + i, p);
            mean[i] = window_square_mean(s, p);
            variance[i] = window_square_variance(s, p);
        }
    }
}

/* ---- Sum and sum weighted 1 (oldest) .. p (newest): weighted average, line of best fit ---- */

struct window_line {
    struct window w;
    double k, sum, weighted; /* of values less k */
};

static inline void window_line_rebuild(struct window_line *s, const double *at, size_t p)
{
    static const double ranks[] = {1, 2, 3, 4, 5, 6, 7, 8};
    const size_t n = window_len(&s->w, p);
    const double *x = at + 1 - n;
    size_t i = 0;

    s->w.since = 0;
    s->k = finite_part(at[0]);
    s->sum = s->weighted = 0;
    if (!odd_any(&s->w.odd)) {
        const v8 k = v8_set(s->k), eight = v8_set(8);
        v8 sum = v8_set(0), weighted = sum, rank = v8_load(ranks);
        for (; i + 8 <= n; i += 8) {
            const v8 d = v8_sub(v8_load(x + i), k);
            sum = v8_add(sum, d);
            weighted = v8_add(weighted, v8_mul(rank, d));
            rank = v8_add(rank, eight);
        }
        s->sum = v8_sum(sum);
        s->weighted = v8_sum(weighted);
    }
    for (; i < n; i++) {
        const double d = isfinite(x[i]) ? x[i] - s->k : 0;
        s->sum += d;
        s->weighted += (double)(i + 1) * d;
    }
}

static inline void window_line_push(struct window_line *s, const double *at, size_t p)
{
    if (s->w.count == 0)
        s->k = finite_part(at[0]);
    const bool full = s->w.count >= p;
    const double d = isfinite(at[0]) ? at[0] - s->k : 0;
    const double out = full && isfinite(ago(at, p)) ? ago(at, p) - s->k : 0;
    window_note(&s->w, at, p);
    s->weighted += full ? (double)p * d - s->sum : (double)s->w.count * d;
    s->sum += d - out;
    if (s->w.since >= window_span(p) || s->w.same == p)
        window_line_rebuild(s, at, p);
}

static inline double window_line_mean(const struct window_line *s, size_t p)
{
    return odd_any(&s->w.odd) ? odd_sum(&s->w.odd) : s->k + s->sum / (double)p;
}

/* Slope per bar of the least-squares line; 0 for one bar. */
static inline double window_line_slope(const struct window_line *s, size_t p)
{
    const double n = (double)p;

    if (odd_any(&s->w.odd))
        return NAN;
    return p < 2 ? 0 : (12 * s->weighted - 6 * (n + 1) * s->sum) / (n * (n * n - 1));
}

/* Where that line stands `ahead` bars after the newest (0: at it; 1 - p: at the oldest). It goes
 * through the mean in mid-window. */
static inline double line_at(double mean, double slope, size_t p, double ahead)
{
    return mean + slope * (0.5 * (double)(p - 1) + ahead);
}

/* The average weighted 1 .. p lies on it at two thirds of the window. */
static inline double line_wma(double mean, double slope, size_t p)
{
    return mean + slope * ((double)(p - 1) / 6);
}

static inline double window_line_at(const struct window_line *s, size_t p, double ahead)
{
    return line_at(window_line_mean(s, p), window_line_slope(s, p), p, ahead);
}

static inline double window_line_wma(const struct window_line *s, size_t p)
{
    return odd_any(&s->w.odd) ? odd_sum(&s->w.odd)
                              : line_wma(window_line_mean(s, p), window_line_slope(s, p), p);
}

/* 8 bars at a time, as window_sum_blocks; the weighted sum changes by p * newest - the sum before.
 */
static inline void window_line_blocks(struct window_line *s, const double *at, size_t p,
                                      size_t blocks, double *mean, double *slope)
{
    const double n = (double)p, scale = p < 2 ? 0 : 12 / (n * (n * n - 1));
    const v8 k = v8_set(s->k), inverse = v8_set(1 / n), rank = v8_set(n);
    const v8 of_weighted = v8_set(scale), of_sum = v8_set(0.5 * (n + 1) * scale);
    struct v8_running sum = v8_running_from(s->sum), weighted = v8_running_from(s->weighted);

    for (size_t i = 0; i < 2 * blocks; i++, at += 8, mean += 8, slope += 8) {
        const v8 in = v8_sub(v8_load(at), k);
        const v8 change = v8_sub(in, v8_sub(v8_load(at - p), k));
        const v8 b = v8_running_add(&sum, change);
        /* the sum one bar before is that of the bar less its change */
        const v8 c = v8_running_add(&weighted, v8_sub(v8_mul(rank, in), v8_sub(b, change)));
        v8_store(mean, v8_add(k, v8_mul(b, inverse)));
        v8_store(slope, v8_sub(v8_mul(of_weighted, c), v8_mul(of_sum, b)));
    }
    s->sum = v8_lane7(sum.sum);
    s->weighted = v8_lane7(weighted.sum);
}

/* n pushes; mean[i] and slope[i] are those after at[i]. */
static inline void window_line_chunk(struct window_line *s, const double *at, size_t n, size_t p,
                                     double *mean, double *slope)
{
    size_t i = 0;

    while (i < n) {
        size_t m = window_blocks(&s->w, p, n - i);
        const struct window_line before = *s;
        if (m) {
            if (s->w.since + m > window_span(p))
                window_line_rebuild(s, at + i - 1, p);
            window_line_blocks(s, at + i, p, m / 16, mean + i, slope + i);
            if (!isfinite(s->weighted)) {
                *s = before;
                m = 0;
            }
        }
        if (m) {
            window_note_chunk(&s->w, at + i, m);
            FOR_FLAT_WINDOWS(at + i, m, p, k)
            {
                mean[i + k] = at[i + k];
                slope[i + k] = 0;
            }
        }
        i += m;
        for (size_t left = m ? 0 : size_min(n - i, 16); left > 0; left--, i++) {
            window_line_push(s, at + i, p);
            mean[i] = window_line_mean(s, p);
            slope[i] = window_line_slope(s, p);
        }
    }
}

/* For references: the sum of x[t - p + 1] .. x[t]. */
static inline long double plain_sum(const double *x, size_t t, size_t p)
{
    long double sum = 0;

    for (size_t i = 0; i < p; i++)
        sum += x[t - i];
    return sum;
}

#endif
