/* SPDX-License-Identifier: Apache-2.0 */
/* range_filter: a line that stays where it is until the price is a range away, and is then dragged
 * along at that distance.
 *
 *   range = range_size * average of |change| over range_period, averaged again over smooth_period
 *   filter = filter before, held within price +- range;   bands = filter +- range */
#include "extrema.h"
#include "smooth.h"

enum { RANGE_SIZE, RANGE_PERIOD, SMOOTH_RANGE, SMOOTH_PERIOD };

struct state {
    struct smooth change, range;
    double filter;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    const size_t p = (size_t)params[RANGE_PERIOD];

    (void)output;
    return params[SMOOTH_RANGE] != 0 ? size_max(p, (size_t)params[SMOOTH_PERIOD]) : p;
}

static void reference(const struct ind_run *run)
{
    const double *x = run->in[0];
    struct smooth_reference change = {0}, smoothed = {0};
    double filter = x[0];

    for (size_t t = 1; t < run->to; t++) {
        long double range = run->params[RANGE_SIZE] *
                            smooth_reference_push(&change, fabsl((long double)x[t] - x[t - 1]), 1,
                                                  2 / (run->params[RANGE_PERIOD] + 1.0L));
        if (run->params[SMOOTH_RANGE] != 0)
            range =
                smooth_reference_push(&smoothed, range, 1, 2 / (run->params[SMOOTH_PERIOD] + 1.0L));
        filter = nan_min(nan_max(filter, (double)(x[t] - range)), (double)(x[t] + range));
        if (t < warmup(run->params, 0))
            continue;
        run->out[0][t] = filter;
        run->out[1][t] = (double)(filter + range);
        run->out[2][t] = (double)(filter - range);
    }
}

static void IND_FN(range_filter)(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0);
    const struct smoothing of_change =
        smoothing_make(run, 1, ema_alpha(run_int(run, RANGE_PERIOD)));
    const struct smoothing of_range =
        smoothing_make(run, 1, ema_alpha(run_int(run, SMOOTH_PERIOD)));
    struct state *s = run->state;
    double range[CHUNK], filter[CHUNK];

    if (run->from == 0)
        s->filter = run->in[0][0];
    RUN_CHUNKS(run, 1, at, n)
    {
        const double *x = run->in[0] + at;

        for (size_t i = 0; i < n; i++)
            range[i] = fabs(x[i] - *(x + i - 1));
        smooth_chunk(&of_change, &s->change, range, range, n);
        for (size_t i = 0; i < n; i++)
            range[i] *= run->params[RANGE_SIZE];
        if (run->params[SMOOTH_RANGE] != 0)
            smooth_chunk(&of_range, &s->range, range, range, n);
        for (size_t i = 0; i < n; i++)
            filter[i] = s->filter = nan_min(nan_max(s->filter, x[i] - range[i]), x[i] + range[i]);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            run->out[0][at + i] = filter[i];
            run->out[1][at + i] = filter[i] + range[i];
            run->out[2][at + i] = filter[i] - range[i];
        }
    }
}

IND_INDICATOR(range_filter) = {
    .name = "range_filter",
    .title = "Range Filter",
    .family = "trend",
    .source = "Wall (DonovanWall), Range Filter, TradingView, 2018",
    .note = "The averages are exponential, seeded with their first value; the filter starts at the "
            "first bar. Without smooth_range smooth_period has no meaning. A NaN or infinite bar "
            "makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"range_size", "ratio", 2.618, 0, 1e6},
               {"range_period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"smooth_range", "choice", 1, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}},
               {"smooth_period", "bars", 27, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"filter", "high_band", "low_band"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(range_filter),
    .tolerance = 1e-12,
};
