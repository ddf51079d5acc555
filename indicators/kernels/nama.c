/* SPDX-License-Identifier: Apache-2.0 */
/* nama: new adaptive moving average.
 *
 *   rate = (highest - lowest of the data) / (sum of true ranges), over the last p bars
 *   out[t] = out[t-1] + rate (x[t] - out[t-1]),   begun at 0 */
#include "extrema.h"
#include "price.h"
#include "smooth.h"
#include "tail.h"
#include "window_sum.h"

struct state {
    struct extreme high, low;
    struct tail range;
    struct window_sum effort;
    double y;
    double mem[]; /* of high, low, range */
};

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[0];

    return sizeof(struct state) + 2 * extreme_size(p) + series_size(p);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double *range = run_scratch(run, 0);
    long double y = 0;

    for (size_t t = 0; t < run->to; t++) {
        range[t] = true_range_at(run->in[1], run->in[2], run->in[3], t);
        if (t + 1 < p)
            continue;
        const long double effort = plain_sum(range, t, p);
        const long double gone =
            (long double)window_max(run->in[0], t, p) - window_min(run->in[0], t, p);
        y += (effort == 0 ? 0 : gone / effort) * (run->in[0][t] - y);
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(nama)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double *low_mem = s->mem + p, *range_mem = low_mem + p;
    double high[CHUNK], low[CHUNK], rate[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        true_range_chunk(run->in[1], run->in[2], run->in[3], at, n, rate);
        window_sum_chunk(&s->effort, tail_append(&s->range, range_mem, p, rate, n), n, p, rate);
        extreme_chunk_max(run, &s->high, s->mem, x, n, p, high);
        extreme_chunk_min(run, &s->low, low_mem, x, n, p, low);
        for (size_t i = skip; i < n; i++) {
            const double ratio = (high[i] - low[i]) / rate[i];
            rate[i] = rate[i] == 0 ? 0 : ratio;
        }
        s->y = follow_chunk(s->y, rate + skip, x + skip, run->out[0] + at + skip, n - skip);
    }
}

IND_INDICATOR(nama) = {
    .name = "nama",
    .title = "New Adaptive Moving Average",
    .family = "moving average",
    .source = "TradingView community scripts, 2020",
    .note = "Begun at 0 one bar before the first value, so the first values climb towards the "
            "price; stands still where no bar has a range. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = {{"data", "close"}, {"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(nama),
    .tolerance = 1e-11,
};
