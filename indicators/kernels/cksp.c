/* SPDX-License-Identifier: Apache-2.0 */
/* cksp: Chande Kroll stop, the highest of the last stops for the long side, the lowest for the
 * short.
 *
 *   stop = highest high over q - x * average true range over p;   long = highest stop over q
 *   stop = lowest low over q + x * it;                            short = lowest stop over q */
#include "average_range.h"
#include "extrema.h"
#include "tail.h"

enum { P, X, Q };

struct state {
    struct smooth range;
    struct extreme high, low, long_stop, short_stop;
    struct tail long_tail, short_tail;
    double mem[]; /* of high, low, the stops, the tails */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[P] + (size_t)params[Q] - 1;
}

static size_t history(const double *params) { return (size_t)params[Q]; }

static size_t state_size(const double *params)
{
    const size_t q = (size_t)params[Q];

    return sizeof(struct state) + 4 * extreme_size(q) + 2 * series_size(q);
}

static void reference(const struct ind_run *run)
{
    const size_t q = run_int(run, Q), first = warmup(run->params, 0);
    double *range = run_scratch(run, 0), *below = run_scratch(run, 1), *above = run_scratch(run, 2);

    average_range_reference(run->in[0], run->in[1], run->in[2], run->to, run_int(run, P), range);
    for (size_t t = first; t < run->to; t++) {
        const size_t n = size_min(q, t + 1 - first);
        below[t] = window_max(run->in[0], t, q) - run->params[X] * range[t];
        above[t] = window_min(run->in[1], t, q) + run->params[X] * range[t];
        run->out[0][t] = window_max(below, t, n);
        run->out[1][t] = window_min(above, t, n);
    }
}

static void IND_FN(cksp)(const struct ind_run *run)
{
    const size_t q = run_int(run, Q), first = warmup(run->params, 0);
    const double x = run->params[X];
    const struct smoothing how = smoothing_wilder(run, run_int(run, P));
    struct state *s = run->state;
    double *tails = s->mem + 4 * q;
    double range[CHUNK], below[CHUNK], above[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, first), n), m = n - skip;

        average_range_chunk(&how, &s->range, run->in[0], run->in[1], run->in[2], at, n, range);
        extreme_chunk_max(run, &s->high, s->mem, run->in[0] + at, n, q, below);
        extreme_chunk_min(run, &s->low, s->mem + q, run->in[1] + at, n, q, above);
        for (size_t i = skip; i < n; i++) {
            below[i] -= x * range[i];
            above[i] += x * range[i];
        }
        const double *a = tail_append(&s->long_tail, tails, q, below + skip, m);
        const double *b =
            tail_append(&s->short_tail, tails + series_doubles(q), q, above + skip, m);
        extreme_chunk_max(run, &s->long_stop, s->mem + 2 * q, a, m, q, below);
        extreme_chunk_min(run, &s->short_stop, s->mem + 3 * q, b, m, q, above);
        for (size_t i = 0; i < m; i++) {
            run->out[0][at + skip + i] = below[i];
            run->out[1][at + skip + i] = above[i];
        }
    }
}

IND_INDICATOR(cksp) = {
    .name = "cksp",
    .title = "Chande Kroll Stop",
    .family = "trend",
    .source = "Chande and Kroll, The New Technical Trader, 1994",
    .note = "The average is Wilder's, seeded with the mean of the first p ranges. Stops are taken "
            "from bar p + q - 1 on, so that the first outputs are of fewer than q. A NaN or "
            "infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"p", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"x", "ratio", 1, -1e6, 1e6},
               {"q", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"long_values", "short_values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cksp),
    .tolerance = 1e-12,
};
