/* SPDX-License-Identifier: Apache-2.0 */
/* The moving average that a parameter such as matype="ema" chooses. */
#ifndef IND_MOVING_AVERAGE_H
#define IND_MOVING_AVERAGE_H

#include "kernel.h"
#include "smooth.h"
#include "tail.h"
#include "window_sum.h"

enum ma_kind { MA_SMA, MA_EMA, MA_WMA, MA_SMMA, MA_DEMA, MA_TEMA, MA_TRIMA, MA_HMA };

/* The choices of such a parameter, in the order of the enum. */
#define MA_NAMES                                                                                   \
    (const char *const[]) { "sma", "ema", "wma", "smma", "dema", "tema", "trima", "hma", NULL }
#define MA_PARAM(name, def)                                                                        \
    {                                                                                              \
        name, "choice", def, MA_SMA, MA_HMA, IND_INTEGER, MA_NAMES                                 \
    }

/* Values after the first that an average needs before it has one. */
static inline size_t ma_warmup(enum ma_kind kind, size_t p)
{
    if (kind == MA_TEMA)
        return 3 * (p - 1);
    if (kind == MA_HMA)
        return p - 1 + (size_t)sqrt((double)p) - 1;
    return p - 1;
}

struct ma {
    size_t count;
    struct smooth a, b, c;      /* ema, smma; dema, tema: of the one before */
    struct tail x, y;           /* the values; those of the first stage */
    struct window_sum sum[2];   /* sma; trima */
    struct window_line line[3]; /* wma; hma */
};

/* Bytes of `mem`; doubles of it. */
static inline size_t ma_doubles(size_t p) { return 2 * series_doubles(p + 1); }
static inline size_t ma_size(size_t p) { return ma_doubles(p) * sizeof(double); }

static inline double ma_push_hma(struct ma *ma, const double *at, double *mem, size_t p)
{
    const size_t half = size_max(p / 2, 1), root = (size_t)sqrt((double)p);

    window_line_push(&ma->line[0], at, half);
    window_line_push(&ma->line[1], at, p);
    if (ma->count < p)
        return NAN;
    const double raw = 2 * window_line_wma(&ma->line[0], half) - window_line_wma(&ma->line[1], p);
    const double *y = tail_push(&ma->y, mem + 2 * (p + 1), p + 1, raw);
    window_line_push(&ma->line[2], y, root);
    return window_line_wma(&ma->line[2], root);
}

static inline double ma_push_trima(struct ma *ma, const double *at, double *mem, size_t p)
{
    const size_t n = (p + 1) / 2, m = p - n + 1;
    const double sum = window_sum_push(&ma->sum[0], at, n);

    if (ma->count < n)
        return NAN;
    const double *y = tail_push(&ma->y, mem + 2 * (p + 1), p + 1, sum / (double)n);
    return window_sum_push(&ma->sum[1], y, m) / (double)m;
}

static inline double ma_push_tema(struct ma *ma, double value, size_t p)
{
    const double alpha = ema_alpha(p), e1 = smooth_push(&ma->a, value, 1, alpha);

    if (ma->count < p)
        return NAN;
    const double e2 = smooth_push(&ma->b, e1, 1, alpha);
    if (ma->count < 2 * p - 1)
        return NAN;
    return 3 * e1 - 3 * e2 + smooth_push(&ma->c, e2, 1, alpha);
}

/* Take in a value, give the average; it means something from the warm-up on. Zero *ma and mem to
 * begin. */
static inline double ma_push(struct ma *ma, double *mem, enum ma_kind kind, size_t p, double value)
{
    const double *at = tail_push(&ma->x, mem, p + 1, value);

    ma->count++;
    switch (kind) {
    case MA_SMA:
        return window_sum_push(&ma->sum[0], at, p) / (double)p;
    case MA_EMA:
        return smooth_push(&ma->a, value, p, ema_alpha(p));
    case MA_WMA:
        window_line_push(&ma->line[0], at, p);
        return window_line_wma(&ma->line[0], p);
    case MA_SMMA:
        return smooth_push(&ma->a, value, p, wilder_alpha(p));
    case MA_DEMA: {
        const double e = smooth_push(&ma->a, value, 1, ema_alpha(p));
        return 2 * e - smooth_push(&ma->b, e, 1, ema_alpha(p));
    }
    case MA_TEMA:
        return ma_push_tema(ma, value, p);
    case MA_TRIMA:
        return ma_push_trima(ma, at, mem, p);
    default:
        return ma_push_hma(ma, at, mem, p);
    }
}

/* ---- Many at once ---- */

/* How to average a stretch of bars. */
struct averaging {
    enum ma_kind kind;
    size_t p;
    struct smoothing smoothing;
};

static inline struct averaging averaging_make(const struct ind_run *run, enum ma_kind kind,
                                              size_t p)
{
    const bool wilder = kind == MA_SMMA, seeded = wilder || kind == MA_EMA;

    return (struct averaging){
        kind, p, smoothing_make(run, seeded ? p : 1, wilder ? wilder_alpha(p) : ema_alpha(p))};
}

/* Sums of the last p of x, then times `scale`. `out` may be `x`. */
static inline void ma_chunk_sum(struct tail *tail, double *mem, struct window_sum *sum, size_t p,
                                const double *x, double *out, size_t n)
{
    const double *at = tail_append(tail, mem, p, x, n), inverse = 1 / (double)p;

    window_sum_chunk(sum, at, n, p, out);
    for (size_t i = 0; i < n; i++)
        out[i] *= inverse;
}

static inline void ma_chunk_line(struct window_line *line, const double *at, size_t p, double *out,
                                 size_t n)
{
    double slope[CHUNK];

    window_line_chunk(line, at, n, p, out, slope);
    for (size_t i = 0; i < n; i++) {
        const double wma = line_wma(out[i], slope[i], p);
        out[i] = isinf(out[i]) ? out[i] : wma; /* an infinity has no slope */
    }
}

static inline void ma_chunk_hma(struct ma *ma, double *mem, size_t p, const double *x, double *out,
                                size_t n)
{
    const size_t half = size_max(p / 2, 1), root = (size_t)sqrt((double)p);
    const size_t skip = size_min(chunk_skip(ma->count, p - 1), n);
    const double *at = tail_append(&ma->x, mem, p + 1, x, n);
    double *second = mem + series_doubles(p + 1), fast[CHUNK];

    ma_chunk_line(&ma->line[0], at, half, fast, n);
    ma_chunk_line(&ma->line[1], at, p, out, n);
    for (size_t i = skip; i < n; i++)
        fast[i] = 2 * fast[i] - out[i];
    at = tail_append(&ma->y, second, p + 1, fast + skip, n - skip);
    ma_chunk_line(&ma->line[2], at, root, out + skip, n - skip);
}

static inline void ma_chunk_trima(struct ma *ma, double *mem, size_t p, const double *x,
                                  double *out, size_t n)
{
    const size_t first = (p + 1) / 2, skip = size_min(chunk_skip(ma->count, first - 1), n);
    double *second = mem + series_doubles(p + 1);

    ma_chunk_sum(&ma->x, mem, &ma->sum[0], first, x, out, n);
    ma_chunk_sum(&ma->y, second, &ma->sum[1], p - first + 1, out + skip, out + skip, n - skip);
}

/* dema, tema: averages of averages, each later by `lag`. */
static inline void ma_chunk_chain(const struct averaging *how, struct ma *ma, const double *x,
                                  double *out, size_t n)
{
    const size_t lag = how->kind == MA_TEMA ? how->p - 1 : 0;
    const size_t skip2 = size_min(chunk_skip(ma->count, lag), n);
    const size_t skip3 = size_min(chunk_skip(ma->count, 2 * lag), n);
    double second[CHUNK], third[CHUNK];

    smooth_chunk(&how->smoothing, &ma->a, x, out, n);
    smooth_chunk(&how->smoothing, &ma->b, out + skip2, second + skip2, n - skip2);
    if (how->kind == MA_TEMA)
        smooth_chunk(&how->smoothing, &ma->c, second + skip3, third + skip3, n - skip3);
    for (size_t i = skip3; i < n; i++)
        out[i] =
            how->kind == MA_TEMA ? 3 * out[i] - 3 * second[i] + third[i] : 2 * out[i] - second[i];
}

/* n pushes, n <= CHUNK; out[i] is what the push of x[i] gives. `out` may be `x`. */
static inline void ma_chunk(const struct averaging *how, struct ma *ma, double *mem,
                            const double *x, double *out, size_t n)
{
    switch (how->kind) {
    case MA_SMA:
        ma_chunk_sum(&ma->x, mem, &ma->sum[0], how->p, x, out, n);
        break;
    case MA_WMA:
        ma_chunk_line(&ma->line[0], tail_append(&ma->x, mem, how->p + 1, x, n), how->p, out, n);
        break;
    case MA_TRIMA:
        ma_chunk_trima(ma, mem, how->p, x, out, n);
        break;
    case MA_HMA:
        ma_chunk_hma(ma, mem, how->p, x, out, n);
        break;
    case MA_DEMA:
    case MA_TEMA:
        ma_chunk_chain(how, ma, x, out, n);
        break;
    default:
        smooth_chunk(&how->smoothing, &ma->a, x, out, n);
    }
    ma->count += n;
}

/* ---- For references: x[from] .. x[len - 1] become their average in place, NaN before it. ---- */

static inline long double wma_plain(const double *x, size_t t, size_t p)
{
    long double sum = 0;

    for (size_t i = 0; i < p; i++)
        sum += (long double)(p - i) * x[t - i];
    return sum / (0.5L * (long double)p * (long double)(p + 1));
}

static inline long double sma_plain(const double *x, size_t t, size_t p)
{
    return plain_sum(x, t, p) / (long double)p;
}

/* Windows are replaced from the newest bar back, for they read what is before them. */
static inline void ma_reference_window(double *x, size_t from, size_t len, enum ma_kind kind,
                                       size_t p)
{
    for (size_t t = len; t-- > from;) {
        if (t - from + 1 < p)
            x[t] = NAN;
        else if (kind == MA_SMA)
            x[t] = (double)sma_plain(x, t, p);
        else if (kind == MA_WMA)
            x[t] = (double)wma_plain(x, t, p);
        else
            x[t] = (double)(2 * wma_plain(x, t, size_max(p / 2, 1)) - wma_plain(x, t, p));
    }
}

static inline void ma_reference_smooth(double *x, size_t from, size_t len, enum ma_kind kind,
                                       size_t p)
{
    const long double alpha = kind == MA_SMMA ? 1.0L / (long double)p : 2.0L / (long double)(p + 1);
    const size_t seed = kind == MA_EMA || kind == MA_SMMA ? p : 1;
    const size_t lag = kind == MA_TEMA ? p - 1 : 0;
    struct smooth_reference a = {0}, b = {0}, c = {0};

    for (size_t t = from; t < len; t++) {
        const size_t n = t - from;
        long double y = smooth_reference_push(&a, x[t], seed, alpha), y2 = 0, y3 = 0;
        if (n >= lag)
            y2 = smooth_reference_push(&b, y, seed, alpha);
        if (n >= 2 * lag)
            y3 = smooth_reference_push(&c, y2, seed, alpha);
        if (kind == MA_DEMA)
            y = 2 * y - y2;
        if (kind == MA_TEMA)
            y = 3 * y - 3 * y2 + y3;
        x[t] = n < ma_warmup(kind, p) ? (double)NAN : (double)y;
    }
}

static inline void ma_reference(double *x, size_t from, size_t len, enum ma_kind kind, size_t p)
{
    const size_t n = (p + 1) / 2;

    switch (kind) {
    case MA_SMA:
    case MA_WMA:
        ma_reference_window(x, from, len, kind, p);
        break;
    case MA_TRIMA:
        ma_reference_window(x, from, len, MA_SMA, n);
        ma_reference_window(x, from + n - 1, len, MA_SMA, p - n + 1);
        break;
    case MA_HMA:
        ma_reference_window(x, from, len, MA_HMA, p);
        ma_reference_window(x, from + p - 1, len, MA_WMA, (size_t)sqrt((double)p));
        break;
    default:
        ma_reference_smooth(x, from, len, kind, p);
    }
}

#endif
