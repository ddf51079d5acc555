/* SPDX-License-Identifier: Apache-2.0 */
/* prb: polynomial regression bands.
 *
 *   value = the polynomial of best fit to the window that ends equ_from bars ago, regression_offset
 *           bars before the newest; bands = value +- ndev * standard deviation of that window
 *
 * The window may be smoothed first: y = c1 x + c2 y[t-1] + c3 y[t-2]. The value of a polynomial of
 * best fit at a fixed place is a weighted sum of the window. */
#include "fir.h"
#include "tail.h"
#include "window_sum.h"

#define PRB_PI 3.14159265358979323846

enum {
    SMOOTH_DATA,
    SMOOTH_PERIOD,
    PERIOD,
    ORDER,
    OFFSET,
    NDEV,
    EQU_FROM,
    ORDER_MAX = 20,
};

struct state {
    double before[2]; /* smoothed, the newest first */
    struct tail tail;
    struct window_square square;
    double mem[]; /* the weights, oldest first; the tail */
};

static size_t span_of(const double *params)
{
    return (size_t)params[PERIOD] + (size_t)params[EQU_FROM];
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return span_of(params) - 1;
}

static int check(const double *params)
{
    return params[ORDER] < params[PERIOD] ? IND_OK : IND_EPARAM;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + (size_t)params[PERIOD] * sizeof(double) +
           series_size(span_of(params));
}

struct smoother {
    double c1, c2, c3;
};

/* Ehlers's two poles; without smoothing y = x. */
static struct smoother smoother_of(const double *params)
{
    const double angle = sqrt(2) * PRB_PI / params[SMOOTH_PERIOD];
    const double a = exp(-angle), b = 2 * a * cos(angle);

    if (params[SMOOTH_DATA] == 0)
        return (struct smoother){1, 0, 0};
    return (struct smoother){1 - b + a * a, b, -a * a};
}

/* The place where the polynomial is asked for, in bars from the middle of the window. */
static double place_of(const double *params)
{
    return 0.5 * (params[PERIOD] - 1) - params[OFFSET] + params[EQU_FROM];
}

/* Solve the normal equations of u^0 .. u^order, u from -1 to 1, and give their value at `place`. */
static long double fit_at(const double *y, size_t n, size_t order, long double place)
{
    const long double half = n > 1 ? 0.5L * (long double)(n - 1) : 1;
    const size_t m = order + 1;
    long double a[ORDER_MAX + 1][ORDER_MAX + 2] = {{0}}, value = 0;

    for (size_t i = 0; i < n; i++) {
        const long double u = (n > 1 ? (long double)i - half : 0) / half;
        long double row = 1;
        for (size_t r = 0; r < m; r++, row *= u) {
            long double power = row;
            for (size_t c = 0; c < m; c++, power *= u)
                a[r][c] += power;
            a[r][m] += row * y[i];
        }
    }
    for (size_t r = 0; r < m; r++) { /* positive definite: no pivot is 0 */
        for (size_t k = r + 1; k < m; k++) {
            const long double f = a[k][r] / a[r][r];
            for (size_t c = r; c <= m; c++)
                a[k][c] -= f * a[r][c];
        }
    }
    for (size_t r = m; r-- > 0;) {
        for (size_t c = r + 1; c < m; c++)
            a[r][m] -= a[r][c] * a[c][m];
        a[r][m] /= a[r][r];
        value = value * place / half + a[r][m];
    }
    return value;
}

static void reference(const struct ind_run *run)
{
    const size_t n = run_int(run, PERIOD), late = run_int(run, EQU_FROM);
    const struct smoother c = smoother_of(run->params);
    double *y = run_scratch(run, 0);

    for (size_t t = 0; t < run->to; t++) {
        const double x = run->in[0][t], one = t > 0 ? y[t - 1] : x, two = t > 1 ? y[t - 2] : one;
        y[t] = c.c2 == 0 && c.c3 == 0 ? x : c.c1 * x + c.c2 * one + c.c3 * two;
    }
    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        const double *window = y + t - late + 1 - n;
        const long double value = fit_at(window, n, run_int(run, ORDER), place_of(run->params));
        long double mean = 0, squares = 0;
        for (size_t i = 0; i < n; i++)
            mean += window[i] / (long double)n;
        for (size_t i = 0; i < n; i++)
            squares += (window[i] - mean) * (window[i] - mean);
        const long double spread = run->params[NDEV] * sqrtl(squares / (long double)n);
        run->out[0][t] = (double)value;
        run->out[1][t] = (double)(value + spread);
        run->out[2][t] = (double)(value - spread);
    }
}

/* Gram's polynomial of degree k at u, for points that lie evenly around 0:
 * P[k+1] = u P[k] - b[k] P[k-1]. */
static double gram(double u, size_t k, const double *b)
{
    double before = 0, p = 1;

    for (size_t i = 0; i < k; i++) {
        const double next = u * p - b[i] * before;
        before = p;
        p = next;
    }
    return p;
}

/* weight[i] = sum over k of P[k](place) P[k](i) / |P[k]|^2: orthogonal polynomials need no system
 * of equations. */
static void weights(double *weight, const double *params)
{
    const size_t n = (size_t)params[PERIOD], order = (size_t)params[ORDER];
    const double mid = 0.5 * ((double)n - 1), scale = n > 1 ? 1 / mid : 1;
    const double place = place_of(params) * scale;
    double b[ORDER_MAX + 1] = {0}, norm_before = 1;

    for (size_t i = 0; i < n; i++)
        weight[i] = 0;
    for (size_t k = 0; k <= order; k++) {
        const double at_place = gram(place, k, b);
        double norm = 0;
        for (size_t i = 0; i < n; i++) {
            const double p = gram(((double)i - mid) * scale, k, b);
            norm += p * p;
        }
        for (size_t i = 0; i < n; i++)
            weight[i] += at_place / norm * gram(((double)i - mid) * scale, k, b);
        b[k] = k == 0 ? 0 : norm / norm_before;
        norm_before = norm;
    }
}

static void smooth_prices(struct state *s, const struct smoother *c, const double *x, size_t at,
                          size_t n, double *y)
{
    for (size_t i = 0; i < n; i++) {
        const double one = at + i > 0 ? s->before[0] : x[i];
        const double two = at + i > 1 ? s->before[1] : one;
        y[i] = c->c1 * x[i] + c->c2 * one + c->c3 * two;
        s->before[1] = s->before[0];
        s->before[0] = y[i];
    }
}

static void IND_FN(prb)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), late = run_int(run, EQU_FROM);
    const size_t first = warmup(run->params, 0), span = span_of(run->params);
    const struct smoother c = smoother_of(run->params);
    struct state *s = run->state;
    double *tail = s->mem + p, y[CHUNK], mean[CHUNK], spread[CHUNK];

    if (run->from == 0)
        weights(s->mem, run->params);
    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t begun = size_min(chunk_skip(at, late), n);
        const size_t skip = size_min(chunk_skip(at, first), n);
        const double *x = run->in[0] + at;

        if (run->params[SMOOTH_DATA] != 0) {
            smooth_prices(s, &c, x, at, n, y);
            x = y;
        }
        x = tail_append(&s->tail, tail, span, x, n);
        if (begun < n)
            window_square_chunk(&s->square, x + begun - late, n - begun, p, mean + begun,
                                spread + begun);
        if (skip < n)
            fir(x + skip - late, s->mem, p, y + skip, 0, n - skip);
        for (size_t i = skip; i < n; i++) {
            const double width = run->params[NDEV] * sqrt(spread[i]);
            run->out[0][at + i] = y[i];
            run->out[1][at + i] = y[i] + width;
            run->out[2][at + i] = y[i] - width;
        }
    }
}

IND_INDICATOR(prb) = {
    .name = "prb",
    .title = "Polynomial Regression Bands",
    .family = "bands/channel",
    .source = "Wall (DonovanWall), Polynomial Regression Bands, TradingView, 2020; smoother by "
              "Ehlers, Cybernetic Analysis, 2004",
    .note = "The smoother starts as if all bars before the first had been like it; the deviation "
            "is of the population and of the smoothed values. polynomial_order must be below "
            "regression_period. Each bar costs time in proportion to regression_period. A NaN or "
            "infinite bar shows while it is in the window, and with smooth_data ever after.",
    .inputs = {{"data", "close"}},
    .params = {{"smooth_data", "choice", 1, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}},
               {"smooth_period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"regression_period", "bars", 100, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"polynomial_order", "degree", 2, 0, ORDER_MAX, IND_INTEGER},
               {"regression_offset", "bars", 0, 0, IND_PERIOD_MAX, IND_INTEGER},
               {"ndev", "ratio", 2, -1e6, 1e6},
               {"equ_from", "bars", 0, 0, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values", "upper_band", "lower_band"},
    .warmup = warmup,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(prb),
    .tolerance = 1e-10, /* of small windows high orders leave little but rounding */
    .isa_tolerance = 1e-11,
};
