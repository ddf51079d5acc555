/* SPDX-License-Identifier: Apache-2.0 */
/* trix: change of the thrice smoothed logarithm, times 10000.
 *
 *   e3 = average of the average of the average of ln(x);   out[t] = 10000 (e3[t] - e3[t-1]) */
#include "elementary.h"
#include "smooth.h"

struct state {
    struct smooth e[3];
    double last;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return 3 * ((size_t)params[0] - 1) + 1;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), last = 3 * (p - 1);
    const long double alpha = 2 / (run->params[0] + 1.0L);
    struct smooth_reference e[3] = {{0}, {0}, {0}};

    for (size_t t = 0; t < run->to; t++) {
        const long double before = e[2].y;
        long double v = logl(run->in[0][t]);
        for (size_t i = 0; i < 3 && t >= i * (p - 1); i++)
            v = smooth_reference_push(&e[i], v, p, alpha);
        if (t > last)
            run->out[0][t] = (double)(10000 * (e[2].y - before));
    }
}

static void IND_FN(trix)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), last = 3 * (p - 1);
    const struct smoothing how = smoothing_ema(run, p);
    struct state *s = run->state;
    double room[CHUNK + 1], *v = room + 1;

    RUN_CHUNKS(run, 0, at, n)
    {
        for (size_t i = 0; i < n; i++)
            v[i] = log_of(run->in[0][at + i]);
        for (size_t k = 0; k < 3; k++) {
            const size_t skip = size_min(chunk_skip(at, k * (p - 1)), n);
            smooth_chunk(&how, &s->e[k], v + skip, v + skip, n - skip);
        }
        v[-1] = s->last;
        for (size_t i = chunk_skip(at, last + 1); i < n; i++)
            run->out[0][at + i] = 10000 * (v[i] - room[i]); /* less the one before */
        s->last = v[n - 1];
    }
}

IND_INDICATOR(trix) = {
    .name = "trix",
    .title = "Triple Exponential Average Oscillator",
    .family = "momentum",
    .source = "Hutson, Good TRIX, Stocks & Commodities, 1983",
    .note = "Of logarithms; each average is seeded with the mean of its first period values. A "
            "value of 0 or below, a NaN or an infinity makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 18, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(trix),
    .tolerance = 1e-7, /* a difference of logarithms, times 10000 */
};
