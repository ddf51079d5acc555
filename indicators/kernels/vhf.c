/* SPDX-License-Identifier: Apache-2.0 */
/* vhf: vertical horizontal filter.
 *
 *   out = (highest - lowest of the last p values) / sum of |x[u] - x[u-1]| over p changes */
#include "extrema.h"
#include "made_sum.h"

struct state {
    struct extreme high, low;
    struct made_sum path;
    double mem[]; /* of high, low, path */
};

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[0];

    return sizeof(struct state) + 2 * extreme_size(p) + made_sum_size(p);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p; t < run->to; t++) {
        long double path = 0;
        for (size_t i = 0; i < p; i++)
            path += fabsl((long double)run->in[0][t - i] - run->in[0][t - i - 1]);
        run->out[0][t] =
            (double)((window_max(run->in[0], t, p) - window_min(run->in[0], t, p)) / path);
    }
}

static void IND_FN(vhf)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double high[CHUNK], low[CHUNK], path[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = at == 0;

        extreme_chunk_max(run, &s->high, s->mem, x, n, p, high);
        extreme_chunk_min(run, &s->low, s->mem + p, x, n, p, low);
        for (size_t i = skip; i < n; i++)
            path[i] = fabs(x[i] - *(x + i - 1));
        made_sum_chunk(&s->path, s->mem + 2 * p, p, path + skip, path + skip, n - skip);
        for (size_t i = chunk_skip(at, p); i < n; i++)
            run->out[0][at + i] = (high[i] - low[i]) / path[i];
    }
}

IND_INDICATOR(vhf) = {
    .name = "vhf",
    .title = "Vertical Horizontal Filter",
    .family = "trend",
    .source = "White, Futures, 1991",
    .note = "NaN where nothing has moved, and while a NaN bar is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vhf),
    .tolerance = 1e-10,
};
