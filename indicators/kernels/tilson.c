/* SPDX-License-Identifier: Apache-2.0 */
/* tilson: T3, a sum of the third to sixth of six chained exponential averages.
 *
 *   out = -v^3 e6 + (3 v^2 + 3 v^3) e5 - (6 v^2 + 3 v + 3 v^3) e4 + (1 + 3 v + v^3 + 3 v^2) e3 */
#include "smooth.h"

struct state {
    struct smooth e[6];
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return 6 * ((size_t)params[0] - 1);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double alpha = 2 / (run->params[0] + 1.0L), v = run->params[1];
    struct smooth_reference e[6] = {{0}};

    for (size_t t = 0; t < run->to; t++) {
        long double y = run->in[0][t];
        for (size_t i = 0; i < 6 && t >= i * (p - 1); i++)
            y = smooth_reference_push(&e[i], y, p, alpha);
        if (t < 6 * (p - 1))
            continue;
        run->out[0][t] = (double)(-powl(v, 3) * e[5].y + 3 * v * v * (1 + v) * e[4].y -
                                  3 * v * (2 * v + 1 + v * v) * e[3].y + powl(1 + v, 3) * e[2].y);
    }
}

static void IND_FN(tilson)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0), first = 6 * (p - 1);
    const struct smoothing how = smoothing_ema(run, p);
    const double v = run->params[1], v2 = v * v, v3 = v2 * v;
    struct state *s = run->state;
    double e[6][CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;

        for (size_t k = 0; k < 6; k++) {
            const size_t skip = size_min(chunk_skip(at, k * (p - 1)), n);
            smooth_chunk(&how, &s->e[k], (k ? e[k - 1] : x) + skip, e[k] + skip, n - skip);
        }
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = -v3 * e[5][i] + 3 * (v2 + v3) * e[4][i] -
                                  (6 * v2 + 3 * v + 3 * v3) * e[3][i] +
                                  (1 + 3 * v + v3 + 3 * v2) * e[2][i];
    }
}

IND_INDICATOR(tilson) = {
    .name = "tilson",
    .title = "Tilson T3 Moving Average",
    .family = "moving average",
    .source = "Tilson, Smoothing Techniques for More Accurate Signals, Stocks & Commodities, 1998",
    .note =
        "Each average is seeded with the mean of its first period inputs. Volume factor 0 gives "
        "the third average; TA-Lib's default is 0.7. A NaN or infinite bar makes all later "
        "values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"volume_factor", "ratio", 0, -10, 10}},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(tilson),
    .tolerance = 1e-9, /* weights of both signs cancel */
};
