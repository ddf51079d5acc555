/* SPDX-License-Identifier: Apache-2.0 */
/* kaufmanstop: a stop at some average ranges from the bar.
 *
 *   long: low - mult * average of (high - low);   short: high + mult * it */
#include "moving_average.h"

enum { PERIOD, MULT, DIRECTION, MA_TYPE };

struct state {
    struct ma range;
    double mem[];
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return ma_warmup((enum ma_kind)params[MA_TYPE], (size_t)params[PERIOD]);
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[PERIOD]);
}

static void reference(const struct ind_run *run)
{
    const double *high = run->in[0], *low = run->in[1], mult = run->params[MULT];
    double *range = run_scratch(run, 0);

    for (size_t t = 0; t < run->to; t++)
        range[t] = high[t] - low[t];
    ma_reference(range, 0, run->to, (enum ma_kind)run->params[MA_TYPE], run_int(run, PERIOD));
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] =
            run->params[DIRECTION] == 0 ? low[t] - mult * range[t] : high[t] + mult * range[t];
}

static void IND_FN(kaufmanstop)(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0);
    const bool is_short = run->params[DIRECTION] != 0;
    const double mult = is_short ? run->params[MULT] : -run->params[MULT];
    const struct averaging how =
        averaging_make(run, (enum ma_kind)run->params[MA_TYPE], run_int(run, PERIOD));
    struct state *s = run->state;
    double range[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *high = run->in[0] + at, *low = run->in[1] + at;
        const double *side = is_short ? high : low;
        double *restrict out = run->out[0] + at;

        for (size_t i = 0; i < n; i++)
            range[i] = high[i] - low[i];
        ma_chunk(&how, &s->range, s->mem, range, range, n);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            out[i] = side[i] + mult * range[i];
    }
}

IND_INDICATOR(kaufmanstop) = {
    .name = "kaufmanstop",
    .title = "Kaufman Stop",
    .family = "trend",
    .source = "Kaufman, Trading Systems and Methods, 2013",
    .note = "With simple and weighted averages a NaN bar shows while it is in the window, with "
            "exponential ones it makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"period", "bars", 22, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mult", "ratio", 2, -1e6, 1e6},
               {"direction", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"long", "short", NULL}},
               MA_PARAM("ma_type", MA_SMA)},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(kaufmanstop),
    .tolerance = 1e-12,
};
