/* SPDX-License-Identifier: Apache-2.0 */
/* chande: the chandelier's stop, hung from the highest high or set upon the lowest low.
 *
 *   long: highest high - mult * average true range;   short: lowest low + mult * it */
#include "average_range.h"
#include "extrema.h"

enum { PERIOD, MULT, DIRECTION };

struct state {
    struct smooth range;
    struct extreme extreme;
    double mem[];
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + extreme_size((size_t)params[PERIOD]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const double *high = run->in[0], *low = run->in[1], mult = run->params[MULT];
    double *range = run_scratch(run, 0);

    average_range_reference(high, low, run->in[2], run->to, p, range);
    for (size_t t = p - 1; t < run->to; t++)
        run->out[0][t] = run->params[DIRECTION] == 0 ? window_max(high, t, p) - mult * range[t]
                                                     : window_min(low, t, p) + mult * range[t];
}

static void IND_FN(chande)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const bool is_short = run->params[DIRECTION] != 0;
    const double mult = is_short ? run->params[MULT] : -run->params[MULT];
    const struct smoothing how = smoothing_wilder(run, p);
    struct state *s = run->state;
    double range[CHUNK], extreme[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        average_range_chunk(&how, &s->range, run->in[0], run->in[1], run->in[2], at, n, range);
        if (is_short)
            extreme_chunk_min(run, &s->extreme, s->mem, run->in[1] + at, n, p, extreme);
        else
            extreme_chunk_max(run, &s->extreme, s->mem, run->in[0] + at, n, p, extreme);
        for (size_t i = chunk_skip(at, p - 1); i < n; i++)
            run->out[0][at + i] = extreme[i] + mult * range[i];
    }
}

IND_INDICATOR(chande) = {
    .name = "chande",
    .title = "Chande Exit",
    .family = "trend",
    .source = "Le Beau's chandelier exit, in Elder, Come Into My Trading Room, 2002",
    .note = "The average is Wilder's, seeded with the mean of the first period ranges, the first "
            "of which is high - low. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 22, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mult", "ratio", 3, -1e6, 1e6},
               {"direction", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"long", "short", NULL}}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(chande),
    .tolerance = 1e-12,
};
