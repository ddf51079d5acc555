/* SPDX-License-Identifier: Apache-2.0 */
/* volatility: annualized historical volatility, the deviation over p of x[t] / x[t-1], times
 * sqrt(252). */
#include "deviation.h"
#include "tail.h"

struct state {
    struct window_square square;
    struct tail tail;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size((size_t)params[0]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double *ratio = run_scratch(run, 0);

    for (size_t t = 1; t < run->to; t++) {
        ratio[t] = run->in[0][t] / run->in[0][t - 1];
        if (t >= p)
            run->out[0][t] = sqrt(252) * deviation_reference(DEVIATION_STANDARD, ratio, t, p, NULL);
    }
}

static void IND_FN(volatility)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;
    double ratio[CHUNK], variance[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const double *x = run->in[0] + at;

        for (size_t i = 0; i < n; i++)
            ratio[i] = x[i] / *(x + i - 1);
        const double *ratios = tail_append(&s->tail, s->mem, p, ratio, n);
        window_square_chunk(&s->square, ratios, n, p, ratio, variance);
        for (size_t i = chunk_skip(at, p); i < n; i++)
            run->out[0][at + i] = sqrt(252 * variance[i]);
    }
}

IND_INDICATOR(volatility) = {
    .name = "volatility",
    .title = "Annualized Historical Volatility",
    .family = "volatility",
    .source = "Hull, Options, Futures and Other Derivatives, 2014",
    .note = "Of a year of 252 bars. A NaN, an infinity or a 0 shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(volatility),
    .tolerance = 1e-8, /* of ratios near 1 */
};
