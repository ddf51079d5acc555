/* SPDX-License-Identifier: Apache-2.0 */
/* lrsi: Laguerre relative strength index.
 *
 *   x = (high + low) / 2;   g = 1 - alpha
 *   l0 = alpha x + g l0;    lk = l(k-1) before - g l(k-1) + g lk,   k = 1, 2, 3
 *   out = up / (up + down), sums of the differences l0 - l1, l1 - l2, l2 - l3 that are positive,
 *         negative
 *
 * The kernel keeps the four as their distances from x: so the differences of a market that stands
 * still keep their last digits. */
#include "kernel.h"
#include <float.h>

enum { ELEMENTS = 4 };

struct state {
    double away[ELEMENTS];
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return 3;
}

static void reference(const struct ind_run *run)
{
    const long double g = 1 - (long double)run->params[0];
    long double l[ELEMENTS] = {0};

    for (size_t t = 0; t < run->to; t++) {
        const long double x = ((long double)run->in[0][t] + run->in[1][t]) / 2;
        long double before = l[0], up = 0, sum = 0;
        l[0] = t == 0 ? x : x + g * (before - x);
        for (size_t k = 1; k < ELEMENTS; k++) {
            const long double old = l[k];
            l[k] = t == 0 ? x : before - g * l[k - 1] + g * old;
            before = old;
            const long double d = l[k - 1] - l[k];
            up += d < 0 ? 0 : d;
            sum += fabsl(d);
        }
        if (t >= 3)
            run->out[0][t] = sum <= DBL_EPSILON ? 0 : (double)(up / sum);
    }
}

static void IND_FN(lrsi)(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], g = 1 - run->params[0];
    struct state *s = run->state;
    double a = s->away[0], b = s->away[1], c = s->away[2], d = s->away[3];

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const double move =
            0.5 * (high[t] - high[t - 1]) + 0.5 * (low[t] - low[t - 1]); /* x leaves them behind */
        const double a0 = a - move, b0 = b - move, c0 = c - move, d0 = d - move;
        a = g * a0;
        b = a0 - g * a + g * b0;
        c = b0 - g * b + g * c0;
        d = c0 - g * c + g * d0;
        const double d1 = a - b, d2 = b - c, d3 = c - d;
        const double sum = fabs(d1) + fabs(d2) + fabs(d3);
        const double up = (d1 < 0 ? 0 : d1) + (d2 < 0 ? 0 : d2) + (d3 < 0 ? 0 : d3);
        if (t >= 3)
            run->out[0][t] = sum <= DBL_EPSILON ? 0 : up / sum;
    }
    s->away[0] = a;
    s->away[1] = b;
    s->away[2] = c;
    s->away[3] = d;
}

IND_INDICATOR(lrsi) = {
    .name = "lrsi",
    .title = "Laguerre RSI",
    .family = "momentum",
    .source = "Ehlers, Cybernetic Analysis for Stocks and Futures, 2004",
    .note = "The filter starts from the first price. From 0 to 1; 0 while the elements differ by "
            "no more than 2.2e-16. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"alpha", "ratio", 0.2, 0, 1}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(lrsi),
    .tolerance = 1e-9, /* a quotient of small differences of prices */
};
