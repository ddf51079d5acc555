/* SPDX-License-Identifier: Apache-2.0 */
/* How two series move together over the last p bars: correl, correl_hl, beta. */
#include "direct_window.h"
#include "tail.h"
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

/* Of both series, their sums over a window that run on from bar to bar; values less one of each, k
 * and l. Zero it to begin. */
struct pair_sums {
    double k, l, a, b, aa, bb, ab;
    double least_aa, least_bb; /* PAIR_TRUST of the largest that aa and bb have been */
    size_t left;               /* bars until they are to be begun afresh */
};

/* Shorter windows are sooner summed at every bar. Sums that run on are begun afresh as often as
 * PAIR_SPAN bars, or those of a window. */
enum { PAIR_SHORT = 8, PAIR_SPAN = 128 };

/* Of the largest squares that a sum has held, when less than this is left too few digits are. */
#define PAIR_TRUST 1e-3

/* Of the p bars that end at a[0], b[0]. */
static inline void pair_begin(struct pair_sums *s, const double *a, const double *b, size_t p)
{
    const v8 k = v8_set(a[0]), l = v8_set(b[0]), zero = v8_set(0);
    v8 sum_a = zero, sum_b = zero, aa = zero, bb = zero, ab = zero;
    size_t i = p;

    for (; i >= 8; i -= 8) {
        const v8 x = v8_sub(v8_load(a + 1 - i), k), y = v8_sub(v8_load(b + 1 - i), l);
        sum_a = v8_add(sum_a, x);
        sum_b = v8_add(sum_b, y);
        aa = v8_add(aa, v8_mul(x, x));
        bb = v8_add(bb, v8_mul(y, y));
        ab = v8_add(ab, v8_mul(x, y));
    }
    *s = (struct pair_sums){.k = a[0], .l = b[0], .left = size_max(PAIR_SPAN, p)};
    s->a = v8_sum(sum_a);
    s->b = v8_sum(sum_b);
    s->aa = v8_sum(aa);
    s->bb = v8_sum(bb);
    s->ab = v8_sum(ab);
    for (; i > 0; i--) {
        const double x = ago(a, i - 1) - s->k, y = ago(b, i - 1) - s->l;
        s->a += x;
        s->b += y;
        s->aa += x * x;
        s->bb += y * y;
        s->ab += x * y;
    }
    s->least_aa = PAIR_TRUST * s->aa;
    s->least_bb = PAIR_TRUST * s->bb;
}

/* As pearson_lanes of n bars, a multiple of 8; below 0 are squares that have too few digits, as
 * window_square_blocks finds them. Without `bb` those of b are left out. */
VEC_INLINE void pair_blocks(struct pair_sums *s, const double *a, const double *b, size_t p,
                            size_t n, double *aa, double *bb, double *ab)
{
    const v8 k = v8_set(s->k), l = v8_set(s->l), inverse = v8_set(1 / (double)p);
    const v8 trust = v8_set(PAIR_TRUST), lost = v8_set(-1);
    struct v8_running sum_a = v8_running_from(s->a), sum_b = v8_running_from(s->b);
    struct v8_running sum_aa = v8_running_from(s->aa), sum_bb = v8_running_from(s->bb);
    struct v8_running sum_ab = v8_running_from(s->ab);
    v8 least_a = v8_set(s->least_aa), least_b = v8_set(s->least_bb);

    for (size_t i = 0; i < n; i += 8) {
        const v8 in_a = v8_sub(v8_load(a + i), k), out_a = v8_sub(v8_load(a + i - p), k);
        const v8 in_b = v8_sub(v8_load(b + i), l), out_b = v8_sub(v8_load(b + i - p), l);
        const v8 by_a = v8_sub(in_a, out_a), by_b = v8_sub(in_b, out_b);
        const v8 x = v8_running_add(&sum_a, by_a), y = v8_running_add(&sum_b, by_b);
        /* in^2 - out^2 and their like, without the rounding of two products */
        const v8 xx = v8_running_add(&sum_aa, v8_mul(by_a, v8_add(in_a, out_a)));
        const v8 both = v8_add(v8_mul(by_a, in_b), v8_mul(out_a, by_b));
        const v8 xy = v8_running_add(&sum_ab, both), mean = v8_mul(x, inverse);
        const v8 around_a = v8_sub(xx, v8_mul(x, mean));
        v8_store(aa + i, v8_if_less(least_a, around_a, around_a, lost)); /* a NaN is lost, too */
        v8_store(ab + i, v8_sub(xy, v8_mul(y, mean)));
        least_a = v8_larger(least_a, v8_mul(trust, v8_last(xx)));
        if (bb) {
            const v8 yy = v8_running_add(&sum_bb, v8_mul(by_b, v8_add(in_b, out_b)));
            const v8 around_b = v8_sub(yy, v8_mul(y, v8_mul(y, inverse)));
            v8_store(bb + i, v8_if_less(least_b, around_b, around_b, lost));
            least_b = v8_larger(least_b, v8_mul(trust, v8_last(yy)));
        }
    }
    s->a = v8_lane7(sum_a.sum);
    s->b = v8_lane7(sum_b.sum);
    s->aa = v8_lane7(sum_aa.sum);
    s->bb = v8_lane7(sum_bb.sum);
    s->ab = v8_lane7(sum_ab.sum);
    s->least_aa = v8_first(least_a);
    s->least_bb = v8_first(least_b);
    s->left -= n;
}

/* What is lost is summed afresh, 8 windows at a time. */
VEC_INLINE void pair_mend(const double *a, const double *b, size_t p, size_t n, double *aa,
                          double *bb, double *ab)
{
    double fresh_aa[8], fresh_bb[8], fresh_ab[8];

    for (size_t i = 0; i < n; i += 8) {
        int lost = 0;

        for (size_t k = i; k < i + 8; k++)
            lost |= (aa[k] < 0) | (bb && bb[k] < 0);
        for (size_t k = 0; k < 8 && lost; k += IND_LANES)
            pearson_lanes(a + i + k, b + i + k, p, fresh_aa + k, fresh_bb + k, fresh_ab + k);
        for (size_t k = 0; k < 8 && lost; k++)
            if (aa[i + k] < 0 || (bb && bb[i + k] < 0)) {
                aa[i + k] = fresh_aa[k];
                if (bb)
                    bb[i + k] = fresh_bb[k];
                ab[i + k] = fresh_ab[k];
            }
    }
}

/* n bars, a multiple of 8, that have a window before them, of PAIR_SHORT bars or more. */
VEC_INLINE void pair_chunk(struct pair_sums *s, const double *a, const double *b, size_t p,
                           size_t n, double *aa, double *bb, double *ab)
{
    if (n == 0)
        return;
    if (s->left < n || !isfinite(s->aa + s->bb))
        pair_begin(s, a - 1, b - 1, p);
    pair_blocks(s, a, b, p, n, aa, bb, ab);
    pair_mend(a, b, p, n, aa, bb, ab);
}

static void IND_FN(correl)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double aa[PAIR_SPAN], bb[PAIR_SPAN], ab[PAIR_SPAN];

    if (run->from < p) /* the first window has no bar before it */
        rest(run, p - 1, size_min(p, run->to), IND_FN(pearson));
    RUN_CHUNKS_OF(PAIR_SPAN, run, p, at, n)
    {
        const size_t whole = n / 8 * 8;
        const double *a = run->in[0] + at, *b = run->in[1] + at;

        if (p >= PAIR_SHORT)
            pair_chunk(run->state, a, b, p, whole, aa, bb, ab);
        for (size_t i = 0; i < whole && p < PAIR_SHORT; i += IND_LANES)
            pearson_lanes(a + i, b + i, p, aa + i, bb + i, ab + i);
        for (size_t i = 0; i < whole; i++) {
            const double r = ab[i] / sqrt(aa[i] * bb[i]);
            run->out[0][at + i] = aa[i] == 0 || bb[i] == 0 ? 0 : r;
        }
        if (whole < n) /* the last, or a stream's: what runs on ends here */
            *(struct pair_sums *)run->state = (struct pair_sums){0};
        rest(run, at + whole, at + n, IND_FN(pearson));
    }
}

static size_t correl_state_size(const double *params)
{
    (void)params;
    return sizeof(struct pair_sums);
}

/* Slope of the changes of the second input on those of the first. */
static void slope_reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p; t < run->to; t++) {
        const double *a = run->in[0] + t, *b = run->in[1] + t;
        long double mean_a = 0, mean_b = 0, aa = 0, ab = 0;

        for (size_t i = 0; i < p; i++) {
            mean_a += (ago(a, i) - ago(a, i + 1)) / (long double)ago(a, i + 1);
            mean_b += (ago(b, i) - ago(b, i + 1)) / (long double)ago(b, i + 1);
        }
        mean_a /= (long double)p;
        mean_b /= (long double)p;
        for (size_t i = 0; i < p; i++) {
            const long double da =
                (ago(a, i) - ago(a, i + 1)) / (long double)ago(a, i + 1) - mean_a;
            const long double db =
                (ago(b, i) - ago(b, i + 1)) / (long double)ago(b, i + 1) - mean_b;
            aa += da * da;
            ab += da * db;
        }
        run->out[0][t] = (double)(aa == 0 ? 0 : ab / aa);
    }
}

/* The sums of a slope over p changes that end at a[0], b[0], IND_LANES bars at once. */
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

/* One bar's, in the same order. */
static inline void slope_one(const double *a, const double *b, size_t p, double *aa, double *ab)
{
    double mean_a = 0, mean_b = 0;

    for (size_t i = 0; i < p; i++) {
        mean_a += ago(a, i);
        mean_b += ago(b, i);
    }
    mean_a /= (double)p;
    mean_b /= (double)p;
    *aa = *ab = 0;
    for (size_t i = 0; i < p; i++) {
        *aa += (ago(a, i) - mean_a) * (ago(a, i) - mean_a);
        *ab += (ago(a, i) - mean_a) * (ago(b, i) - mean_b);
    }
}

struct slope_state {
    struct pair_sums sums;
    struct tail a, b; /* the changes */
    double mem[];
};

static size_t slope_state_size(const double *params)
{
    return sizeof(struct slope_state) + 2 * series_size((size_t)params[0]);
}

/* The changes of n bars, as fractions, to those of the p before. */
static inline const double *changes(struct tail *tail, double *mem, const double *x, size_t n,
                                    size_t p)
{
    double change[CHUNK];

    for (size_t i = 0; i < n; i++)
        change[i] = (x[i] - *(x + i - 1)) / *(x + i - 1);
    return tail_append(tail, mem, p, change, n);
}

/* Of bars `from` .. `to` - 1 of those that a and b begin with; `first`: no change lies before the
 * first window. */
static inline void slope_chunk(struct pair_sums *sums, const double *a, const double *b, size_t p,
                               size_t from, size_t to, bool first, double *aa, double *ab)
{
    const bool runs_on = p >= PAIR_SHORT;
    size_t i = from;

    if (first && i < to) {
        slope_one(a + i, b + i, p, aa + i, ab + i);
        i++;
    }
    const size_t whole = i + (to - i) / 8 * 8;
    if (runs_on)
        pair_chunk(sums, a + i, b + i, p, whole - i, aa + i, NULL, ab + i);
    for (; i < whole && !runs_on; i += IND_LANES)
        slope_lanes(a + i, b + i, p, aa + i, ab + i);
    if (whole < to) /* the last, or a stream's: what runs on ends here */
        *sums = (struct pair_sums){0};
    for (i = whole; i < to; i++)
        slope_one(a + i, b + i, p, aa + i, ab + i);
}

static void IND_FN(beta)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct slope_state *s = run->state;
    double aa[PAIR_SPAN], ab[PAIR_SPAN];

    RUN_CHUNKS_OF(PAIR_SPAN, run, 1, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, p), n);
        const double *a = changes(&s->a, s->mem, run->in[0] + at, n, p);
        const double *b = changes(&s->b, s->mem + series_doubles(p), run->in[1] + at, n, p);

        slope_chunk(&s->sums, a, b, p, skip, n, at + skip == p, aa, ab);
        for (size_t i = skip; i < n; i++) {
            const double slope = ab[i] / aa[i];
            run->out[0][at + i] = aa[i] == 0 ? 0 : slope;
        }
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
    .state_size = correl_state_size,
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
    .state_size = correl_state_size,
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
    .history = ind_history_1,
    .state_size = slope_state_size,
    .reference = slope_reference,
    .run = IND_FN(beta),
    .tolerance = 1e-8,
};
