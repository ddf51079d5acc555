/* SPDX-License-Identifier: Apache-2.0 */
/* ui: ulcer index, how deep and how long a market has been below its high.
 *
 *   fall = scalar * (x - highest of the last period) / highest
 *   out = sqrt(mean of fall^2 over period) */
#include "extrema.h"
#include "tail.h"
#include "window_sum.h"

enum { PERIOD, SCALAR };

struct state {
    struct extreme high;
    struct tail squares;
    struct window_sum sum;
    double mem[]; /* of high, squares */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return 2 * (size_t)params[PERIOD] - 2;
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return sizeof(struct state) + extreme_size(p) + series_size(p);
}

static inline double fall_squared(double x, double high, double scalar)
{
    const double fall = scalar * (x - high) / high;

    return high == 0 ? NAN : fall * fall;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    double *square = run_scratch(run, 0);

    for (size_t t = p - 1; t < run->to; t++)
        square[t] = fall_squared(run->in[0][t], window_max(run->in[0], t, p), run->params[SCALAR]);
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = (double)sqrtl(plain_sum(square, t, p) / (long double)p);
}

static void IND_FN(ui)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = warmup(run->params, 0);
    const double scalar = run->params[SCALAR], inverse = 1 / (double)p;
    struct state *s = run->state;
    double square[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        extreme_chunk_max(run, &s->high, s->mem, x, n, p, square);
        for (size_t i = skip; i < n; i++)
            square[i] = fall_squared(x[i], square[i], scalar);
        const double *y = tail_append(&s->squares, s->mem + p, p, square + skip, n - skip);
        window_sum_chunk(&s->sum, y, n - skip, p, square + skip);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = sqrt(square[i] < 0 ? 0 : square[i] * inverse);
    }
}

IND_INDICATOR(ui) = {
    .name = "ui",
    .title = "Ulcer Index",
    .family = "volatility",
    .source = "Martin and McCann, The Investor's Guide to Fidelity Funds, 1989",
    .note = "NaN while a highest value of 0 or a NaN or infinite bar is in the windows.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"scalar", "ratio", 100, -1e6, 1e6}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ui),
    .tolerance = 1e-7, /* the root of what a running sum leaves of squares near 0 */
};
