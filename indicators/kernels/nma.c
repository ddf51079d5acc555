/* SPDX-License-Identifier: Apache-2.0 */
/* nma: natural moving average, which leans to one of two old values by where the market moved.
 *
 *   d_i = |ln x[t-i] - ln x[t-i-1]|,   r = sum of d_i (sqrt(i+1) - sqrt(i)) / sum of d_i,  i < p
 *   out = r x[t-p+1] + (1 - r) x[t-p] */
#include "fir.h"
#include "tail.h"
#include "window_sum.h"

struct state {
    struct tail move;
    struct window_sum sum;
    double last;  /* logarithm */
    double mem[]; /* weights, move */
};

static const double LEAST = 1e-10;

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[0];

    return sizeof(struct state) + p * sizeof(double) + series_size(p);
}

static double held(double x) { return x < LEAST ? LEAST : x; }

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];

    for (size_t t = p; t < run->to; t++) {
        long double sum = 0, total = 0;
        for (size_t i = 0; i < p; i++) {
            const long double d = fabsl(logl(held(x[t - i])) - logl(held(x[t - i - 1])));
            sum += d * (sqrtl((long double)(i + 1)) - sqrtl((long double)i));
            total += d;
        }
        const long double r = total == 0 ? 0 : sum / total;
        run->out[0][t] = (double)(r * x[t - p + 1] + (1 - r) * x[t - p]);
    }
}

static void IND_FN(nma)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double *weight = s->mem, *mem = s->mem + p, move[CHUNK], sum[CHUNK];

    if (run->from == 0) {
        for (size_t i = 0; i < p; i++)
            weight[p - 1 - i] = (double)(sqrtl((long double)(i + 1)) - sqrtl((long double)i));
        s->last = log(held(run->in[0][0]));
    }
    RUN_CHUNKS(run, 1, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, p), n);

        for (size_t i = 0; i < n; i++)
            sum[i] = log(held(x[i]));
        for (size_t i = 1; i < n; i++)
            move[i] = fabs(sum[i] - sum[i - 1]);
        move[0] = fabs(sum[0] - s->last);
        s->last = sum[n - 1];
        const double *made = tail_append(&s->move, mem, p, move, n);
        window_sum_chunk(&s->sum, made, n, p, sum);
        fir(made, weight, p, move, skip, n);
        for (size_t i = skip; i < n; i++) {
            const double ratio = move[i] / sum[i], r = sum[i] == 0 ? 0 : ratio;
            const double *old = x + i - p;
            run->out[0][at + i] = old[0] + r * (old[1] - old[0]);
        }
    }
}

IND_INDICATOR(nma) = {
    .name = "nma",
    .title = "Natural Moving Average",
    .family = "moving average",
    .source = "Sloman, Ocean Theory, 1999",
    .note = "The value of period bars ago where nothing has moved. Values below 1e-10 count as "
            "1e-10 in the logarithms. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 40, 1, 1e6, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(nma),
    .tolerance = 1e-11,
    .isa_tolerance = 1e-11, /* fused multiply-add */
};
