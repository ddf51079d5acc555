/* SPDX-License-Identifier: Apache-2.0 */
/* chop: choppiness index, how much longer than the span of a window the way through it was.
 *
 *   out = scalar * log(sum of true ranges / (highest high - lowest low)) / log(period) */
#include "average_range.h"
#include "extrema.h"
#include "tail.h"
#include "window_sum.h"

enum { PERIOD, SCALAR, DRIFT };

struct state {
    struct smooth range;
    struct tail tail;
    struct window_sum sum;
    struct extreme high, low;
    double mem[]; /* of high, low, tail */
};

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return sizeof(struct state) + 2 * extreme_size(p) + series_size(p);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), drift = run_int(run, DRIFT);
    double *range = run_scratch(run, 0);

    average_range_reference(run->in[0], run->in[1], run->in[2], run->to, drift, range);
    for (size_t t = 0; t + 1 < drift && t < run->to; t++)
        range[t] = 0;
    for (size_t t = p - 1; t < run->to; t++) {
        const double span = window_max(run->in[0], t, p) - window_min(run->in[1], t, p);
        const long double way = plain_sum(range, t, p);
        run->out[0][t] = way > 0 && span > 0
                             ? (double)(run->params[SCALAR] * (log10l(way) - log10l(span)) /
                                        log10l((long double)p))
                             : (double)NAN;
    }
}

static void IND_FN(chop)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), drift = run_int(run, DRIFT);
    const double scale = run->params[SCALAR] / log10((double)p);
    const struct smoothing how = smoothing_wilder(run, drift);
    struct state *s = run->state;
    double way[CHUNK], high[CHUNK], low[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        average_range_chunk(&how, &s->range, run->in[0], run->in[1], run->in[2], at, n, way);
        for (size_t i = size_min(chunk_skip(at, drift - 1), n); i-- > 0;)
            way[i] = 0;
        window_sum_chunk(&s->sum, tail_append(&s->tail, s->mem + 2 * p, p, way, n), n, p, way);
        extreme_chunk_max(run, &s->high, s->mem, run->in[0] + at, n, p, high);
        extreme_chunk_min(run, &s->low, s->mem + p, run->in[1] + at, n, p, low);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++) {
            const double span = high[i] - low[i];
            run->out[0][at + i] = way[i] > 0 && span > 0 ? scale * log10(way[i] / span) : NAN;
        }
    }
}

IND_INDICATOR(chop) = {
    .name = "chop",
    .title = "Choppiness Index",
    .family = "trend",
    .source = "Dreiss, Choppiness Index, 1993",
    .note = "The ranges are Wilder averages over drift bars; those before the first such average "
            "count as 0. NaN where the window is flat. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 14, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"scalar", "ratio", 100, -1e6, 1e6},
               {"drift", "bars", 1, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(chop),
    .tolerance = 1e-11,
};
