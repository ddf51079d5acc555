/* SPDX-License-Identifier: Apache-2.0 */
/* Weighted windows: out[t] = weight[0] * x[t-n+1] + ... + weight[n-1] * x[t]. */
#ifndef IND_FIR_H
#define IND_FIR_H

#include "group.h"

/* Divide n weights by their sum. */
static inline void fir_normalise(double *weight, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += weight[i];
    for (size_t i = 0; i < n; i++)
        weight[i] /= sum;
}

static inline double fir_at(const double *x, const double *weight, size_t n)
{
    double sum = 0;

    for (size_t i = 0; i < n; i++)
        sum = fused(weight[i], x[i], sum);
    return sum;
}

/* The bars from <= t < to. Lanes are bars, four vectors at once hide the latency of the sum; each
 * lane adds oldest first, as fir_at does, so how the bars are cut makes no difference. */
static inline void fir(const double *x, const double *weight, size_t n, double *out, size_t from,
                       size_t to)
{
    size_t t = from;

    for (; t + 4 * IND_LANES <= to; t += 4 * IND_LANES) {
        const double *at = x + t + 1 - n;
        vd a = vd_set(0), b = a, c = a, d = a;
        for (size_t i = 0; i < n; i++) {
            const vd w = vd_set(weight[i]);
            a = vd_fma(w, vd_load(at + i), a);
            b = vd_fma(w, vd_load(at + i + IND_LANES), b);
            c = vd_fma(w, vd_load(at + i + 2 * IND_LANES), c);
            d = vd_fma(w, vd_load(at + i + 3 * IND_LANES), d);
        }
        vd_store(out + t, a);
        vd_store(out + t + IND_LANES, b);
        vd_store(out + t + 2 * IND_LANES, c);
        vd_store(out + t + 3 * IND_LANES, d);
    }
    for (; t < to; t++)
        out[t] = fir_at(x + t + 1 - n, weight, n);
}

/* ---- Sweeps ----
 *
 * A few rows share what they read of the series. Their weights lie side by side, the shorter rows
 * padded with zeros in front. */

#if defined __AVX512F__ /* 32 registers: 24 sums, 3 of the series, a weight */
enum { FIR_ROWS = 8, FIR_VECTORS = 3 };
#else
enum { FIR_ROWS = 4, FIR_VECTORS = 2 };
#endif
enum { FIR_BARS = FIR_VECTORS * IND_LANES, FIR_CHUNK = CHUNK / FIR_BARS * FIR_BARS };

struct fir_shape {
    size_t (*len)(const double *params);                          /* of the window */
    size_t (*first)(const double *params, size_t output);         /* bar with a value */
    void (*weights)(double *ret, size_t n, const double *params); /* normalised, oldest first */
};

/* Work for a group whose longest window is n. */
static inline size_t fir_group_size(size_t n) { return (FIR_ROWS + 1) * n * sizeof(double); }

/* FIR_BARS bars from x[0] on, FIR_ROWS rows: sum[row][at_sum + bar]. n weights of FIR_ROWS rows
 * each. */
static inline void fir_block(const double *x, const double *weight, size_t n, double (*sum)[CHUNK],
                             size_t at_sum)
{
    vd s[FIR_ROWS][FIR_VECTORS];

    for (int r = 0; r < FIR_ROWS; r++)
        for (int v = 0; v < FIR_VECTORS; v++)
            s[r][v] = vd_set(0);
    x -= n - 1;
    for (size_t i = 0; i < n; i++, weight += FIR_ROWS) {
        vd at[FIR_VECTORS];
        for (int v = 0; v < FIR_VECTORS; v++)
            at[v] = vd_load(x + i + v * IND_LANES);
        for (int r = 0; r < FIR_ROWS; r++)
            for (int v = 0; v < FIR_VECTORS; v++)
                s[r][v] = vd_fma(vd_set(weight[r]), at[v], s[r][v]);
    }
    for (int r = 0; r < FIR_ROWS; r++)
        for (int v = 0; v < FIR_VECTORS; v++)
            vd_store(sum[r] + at_sum + v * IND_LANES, s[r][v]);
}

/* One row's sum at x[0], out of the weights for all. */
static inline double fir_one(const double *x, const double *weight, size_t row, size_t n,
                             size_t n_row)
{
    double sum = 0;

    for (size_t i = n - n_row; i < n; i++)
        sum = fused(weight[i * FIR_ROWS + row], *(x + i + 1 - n), sum);
    return sum;
}

/* Rows from `from` on, FIR_ROWS of them; a row that there is not has length 0. */
static inline void fir_rows(const struct ind_group *group, size_t from, const size_t *len,
                            const size_t *first, const double *weight, size_t n)
{
    const double *x = group->in[0];
    double sum[FIR_ROWS][CHUNK];

    for (size_t at = 0, todo; at < group->len; at += todo) {
        /* up to bar n - 1 some row would read before the series */
        todo = size_min(at < n - 1 ? n - 1 - at : FIR_CHUNK, group->len - at);
        todo = size_min(todo, FIR_CHUNK);
        const bool wide = at >= n - 1 && all_finite(x + at - (n - 1), todo + n - 1);
        size_t i = 0;
        for (; wide && i + FIR_BARS <= todo; i += FIR_BARS) {
            fir_block(x + at + i, weight, n, sum, i);
        }
        for (; i < todo; i++)
            for (size_t r = 0; r < FIR_ROWS; r++)
                if (len[r] && at + i + 1 >= len[r])
                    sum[r][i] = fir_one(x + at + i, weight, r, n, len[r]);
        for (size_t r = 0; r < FIR_ROWS && from + r < group->rows; r++)
            group_put_from(group, group->out[from + r][0], sum[r], at, todo, first[r]);
    }
}

static inline void fir_group(const struct ind_group *group, const struct fir_shape *shape)
{
    double *weight = group->work;

    for (size_t from = 0; from < group->rows; from += FIR_ROWS) {
        size_t len[FIR_ROWS] = {0}, first[FIR_ROWS] = {0}, n = 1;
        for (size_t r = 0; r < FIR_ROWS && from + r < group->rows; r++) {
            len[r] = shape->len(group->params[from + r]);
            first[r] = shape->first(group->params[from + r], 0);
            n = size_max(n, len[r]);
        }
        double *row = weight + FIR_ROWS * n;
        for (size_t i = 0; i < FIR_ROWS * n; i++)
            weight[i] = 0;
        for (size_t r = 0; r < FIR_ROWS && len[r]; r++) {
            shape->weights(row, len[r], group->params[from + r]);
            for (size_t i = 0; i < len[r]; i++)
                weight[(n - len[r] + i) * FIR_ROWS + r] = row[i];
        }
        fir_rows(group, from, len, first, weight, n);
    }
    vd_fence();
}

/* ---- For references ---- */

static inline double fir_reference(const double *x, size_t t, const long double *weight, size_t n)
{
    long double sum = 0, total = 0;

    for (size_t i = 0; i < n; i++) {
        sum += weight[i] * x[t + 1 - n + i];
        total += weight[i];
    }
    return (double)(sum / total);
}

#endif
