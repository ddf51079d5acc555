/* SPDX-License-Identifier: Apache-2.0 */
/* How two series move together over the last p bars: correl, correl_hl, beta. */
#include "direct_window.h"
#include "vec.h"

/* Pearson's r. Values are taken less the newest, so that a flat window is exactly flat. */
#define PEARSON                                                                                    \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
        const double *a = run->in[0] + t, *b = run->in[1] + t;                                     \
        real mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;                                       \
                                                                                                   \
        for (size_t i = 0; i < p; i++) {                                                           \
            mean_a += ago(a, i) - a[0];                                                            \
            mean_b += ago(b, i) - b[0];                                                            \
        }                                                                                          \
        mean_a /= (real)p;                                                                         \
        mean_b /= (real)p;                                                                         \
        for (size_t i = 0; i < p; i++) {                                                           \
            const real da = ago(a, i) - a[0] - mean_a, db = ago(b, i) - b[0] - mean_b;             \
            aa += da * da;                                                                         \
            bb += db * db;                                                                         \
            ab += da * db;                                                                         \
        }                                                                                          \
        run->out[0][t] = (double)(aa == 0 || bb == 0 ? 0 : ab / sqrt(aa * bb));                    \
    }

DIRECT_WINDOW(pearson, ind_period_less_1, PEARSON);

/* Of IND_LANES bars at once, a lane each, what PEARSON makes its r of. */
static inline void pearson_lanes(const double *a, const double *b, size_t p, double *aa, double *bb,
                                 double *ab)
{
    const vd a0 = vd_load(a), b0 = vd_load(b), n = vd_set((double)p), zero = vd_set(0);
    vd mean_a = zero, mean_b = zero, sum_aa = zero, sum_bb = zero, sum_ab = zero;

    for (size_t i = 0; i < p; i++) {
        mean_a += vd_load(a - i) - a0;
        mean_b += vd_load(b - i) - b0;
    }
    mean_a /= n;
    mean_b /= n;
    for (size_t i = 0; i < p; i++) {
        const vd da = vd_load(a - i) - a0 - mean_a, db = vd_load(b - i) - b0 - mean_b;
        sum_aa += da * da;
        sum_bb += db * db;
        sum_ab += da * db;
    }
    vd_store(aa, sum_aa);
    vd_store(bb, sum_bb);
    vd_store(ab, sum_ab);
}

/* Those bars of a chunk that fill no vector are left to `plain`. */
static inline void rest(const struct ind_run *run, size_t from, size_t to,
                        void (*plain)(const struct ind_run *))
{
    struct ind_run few = *run;

    few.from = from;
    few.to = to;
    if (from < to)
        plain(&few);
}

static void IND_FN(correl)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double aa[CHUNK], bb[CHUNK], ab[CHUNK];

    RUN_CHUNKS(run, p - 1, at, n)
    {
        const size_t whole = n / IND_LANES * IND_LANES;

        for (size_t i = 0; i < whole; i += IND_LANES)
            pearson_lanes(run->in[0] + at + i, run->in[1] + at + i, p, aa + i, bb + i, ab + i);
        for (size_t i = 0; i < whole; i++) {
            const double r = ab[i] / sqrt(aa[i] * bb[i]);
            run->out[0][at + i] = aa[i] == 0 || bb[i] == 0 ? 0 : r;
        }
        rest(run, at + whole, at + n, IND_FN(pearson));
    }
}

/* Slope of the changes of the second input on those of the first. */
DIRECT_WINDOW(slope, ind_period, {
    const size_t p = run_int(run, 0);
    const double *a = run->in[0] + t, *b = run->in[1] + t;
    real mean_a = 0, mean_b = 0, aa = 0, ab = 0;

    for (size_t i = 0; i < p; i++) {
        mean_a += (ago(a, i) - ago(a, i + 1)) / (real)ago(a, i + 1);
        mean_b += (ago(b, i) - ago(b, i + 1)) / (real)ago(b, i + 1);
    }
    mean_a /= (real)p;
    mean_b /= (real)p;
    for (size_t i = 0; i < p; i++) {
        const real da = (ago(a, i) - ago(a, i + 1)) / (real)ago(a, i + 1) - mean_a;
        const real db = (ago(b, i) - ago(b, i + 1)) / (real)ago(b, i + 1) - mean_b;
        aa += da * da;
        ab += da * db;
    }
    run->out[0][t] = (double)(aa == 0 ? 0 : ab / aa);
});

/* The changes of bars at + 1 - p .. at + n - 1, as fractions. */
static inline void changes(const double *x, size_t at, size_t n, size_t p, double *ret)
{
    const double *from = x + at + 1 - p;

    for (size_t i = 0; i < n + p - 1; i++)
        ret[i] = (from[i] - *(from + i - 1)) / *(from + i - 1);
}

static inline void slope_lanes(const double *a, const double *b, size_t p, double *aa, double *ab)
{
    const vd n = vd_set((double)p), zero = vd_set(0);
    vd mean_a = zero, mean_b = zero, sum_aa = zero, sum_ab = zero;

    for (size_t i = 0; i < p; i++) {
        mean_a += vd_load(a - i);
        mean_b += vd_load(b - i);
    }
    mean_a /= n;
    mean_b /= n;
    for (size_t i = 0; i < p; i++) {
        const vd da = vd_load(a - i) - mean_a, db = vd_load(b - i) - mean_b;
        sum_aa += da * da;
        sum_ab += da * db;
    }
    vd_store(aa, sum_aa);
    vd_store(ab, sum_ab);
}

static void IND_FN(beta)(const struct ind_run *run)
{
    enum { LONGEST = 256 };
    const size_t p = run_int(run, 0);
    double a[CHUNK + LONGEST], b[CHUNK + LONGEST], aa[CHUNK], ab[CHUNK];

    RUN_CHUNKS(run, p, at, n)
    {
        const size_t whole = p > LONGEST ? 0 : n / IND_LANES * IND_LANES;

        if (whole) {
            changes(run->in[0], at, n, p, a);
            changes(run->in[1], at, n, p, b);
        }
        for (size_t i = 0; i < whole; i += IND_LANES)
            slope_lanes(a + p - 1 + i, b + p - 1 + i, p, aa + i, ab + i);
        for (size_t i = 0; i < whole; i++) {
            const double slope = ab[i] / aa[i];
            run->out[0][at + i] = aa[i] == 0 ? 0 : slope;
        }
        rest(run, at + whole, at + n, IND_FN(slope));
    }
}

static size_t history(const double *params) { return (size_t)params[0] + 1; }

IND_INDICATOR(correl) = {
    .name = "correl",
    .title = "Correlation Coefficient",
    .family = "statistics",
    .source = "Pearson, Notes on Regression and Inheritance, 1895",
    .note =
        "Pearson's r; 0 where either series is flat. A NaN or infinite bar shows while it is in "
        "the window.",
    .inputs = {{"a", "high"}, {"b", "low"}},
    .params = {{"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = history,
    .reference = pearson_reference,
    .run = IND_FN(correl),
    .tolerance = 1e-9,
};

IND_INDICATOR(correl_hl) = {
    .name = "correl_hl",
    .title = "Correlation of High and Low",
    .family = "statistics",
    .source = "Pearson, Notes on Regression and Inheritance, 1895",
    .note =
        "Pearson's r; 0 where either series is flat. A NaN or infinite bar shows while it is in "
        "the window.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = history,
    .reference = pearson_reference,
    .run = IND_FN(correl),
    .tolerance = 1e-9,
};

IND_INDICATOR(beta) = {
    .name = "beta",
    .title = "Beta",
    .family = "statistics",
    .source = "Sharpe, Capital Asset Prices, Journal of Finance, 1964",
    .note = "Slope of b's changes, as fractions, on a's; 0 where a does not change. A NaN, an "
            "infinity or a 0 shows while it is in the window.",
    .inputs = {{"a", "high"}, {"b", "low"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = history,
    .reference = slope_reference,
    .run = IND_FN(beta),
    .tolerance = 1e-8,
};
