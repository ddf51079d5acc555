/* SPDX-License-Identifier: Apache-2.0 */
/* edcf: Ehlers' distance coefficient filter, which weighs a bar by how far it is from those before.
 *
 *   w[i] = sum of (x[i] - x[i-k])^2, k = 1 .. p - 1;   out = sum of w x / sum of w, over p bars */
#include "tail.h"
#include "window_sum.h"

struct state {
    struct window_square window;
    struct tail weight;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size((size_t)params[0]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return 2 * (size_t)params[0];
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];

    for (size_t t = 2 * p; t < run->to; t++) {
        long double sum = 0, total = 0;
        for (size_t i = t + 1 - p; i <= t; i++) {
            long double w = 0;
            for (size_t k = 1; k < p; k++)
                w += powl((long double)x[i] - x[i - k], 2);
            sum += w * x[i];
            total += w;
        }
        run->out[0][t] = (double)(sum / total);
    }
}

/* Sums over the last p weights, afresh at every bar: they differ by so much that a running sum
 * would drown the small ones. Lanes are bars. x less `base`, for the same reason. */
static void weigh(const double *weight, const double *x, size_t p, double base, double *out,
                  size_t n)
{
    double sum[CHUNK], total[CHUNK];

    for (size_t i = 0; i < n; i++)
        sum[i] = total[i] = 0;
    for (size_t k = p; k-- > 0;) {
        const double *w = weight - k, *v = x - k;
        for (size_t i = 0; i < n; i++) {
            total[i] += w[i];
            sum[i] += w[i] * (v[i] - base);
        }
    }
    for (size_t i = 0; i < n; i++)
        out[i] = base + sum[i] / total[i];
}

static void IND_FN(edcf)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double scale = (double)p;
    struct state *s = run->state;
    double mean[CHUNK], weight[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, 2 * p), n);

        /* the sum of squares around x is that around the mean, and that of the mean itself */
        window_square_chunk(&s->window, x, n, p, mean, weight);
        for (size_t i = 0; i < n; i++) {
            const double d = x[i] - mean[i];
            weight[i] = scale * (weight[i] + d * d);
        }
        const double *made = tail_append(&s->weight, s->mem, p, weight, n);
        if (skip < n)
            weigh(made + skip, x + skip, p, *(x + skip - p), run->out[0] + at + skip, n - skip);
    }
}

IND_INDICATOR(edcf) = {
    .name = "edcf",
    .title = "Distance Coefficient Filter",
    .family = "moving average",
    .source = "Ehlers, Non-Linear Filters, Stocks & Commodities, 2001",
    .note = "NaN where nothing has moved for 2 period - 1 bars, and while a NaN or infinite bar is "
            "among them.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 15, 2, 1e6, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(edcf),
    .tolerance = 1e-11,
};
