/* SPDX-License-Identifier: Apache-2.0 */
/* percentile_nearest_rank: of the last `length` values, sorted, the one at rank
 * round(percentage / 100 * length). */
#include "order.h"

static size_t state_size(const double *params) { return (size_t)params[0] * sizeof(double); }

static size_t rank_of(const double *params)
{
    const double rank = round(params[1] / 100 * params[0]) - 1;

    return rank < 0 ? 0 : size_min((size_t)rank, (size_t)params[0] - 1);
}

/* The definition: the value that so many lie below. */
static void reference(const struct ind_run *run)
{
    const size_t n = run_int(run, 0), rank = rank_of(run->params);

    for (size_t t = n - 1; t < run->to; t++) {
        const double *x = run->in[0] + t + 1 - n;
        double found = NAN;
        bool nan = false;
        for (size_t i = 0; i < n; i++) {
            size_t below = 0, equal = 0;
            for (size_t j = 0; j < n; j++) {
                below += x[j] < x[i];
                equal += x[j] == x[i];
            }
            nan |= !isfinite(x[i]);
            if (below <= rank && rank < below + equal)
                found = x[i];
        }
        run->out[0][t] = nan ? NAN : found;
    }
}

static void IND_FN(percentile_nearest_rank)(const struct ind_run *run)
{
    const size_t n = run_int(run, 0), rank = rank_of(run->params);
    double *sorted = run->state;

    for (size_t t = run_start(run, n - 1); t < run->to; t++) {
        double sum = 0;
        for (size_t i = 0; i < n; i++) {
            sorted[i] = run->in[0][t - i];
            sum += sorted[i] * 0;
        }
        run->out[0][t] = isnan(sum) ? NAN : order_select(sorted, n, rank);
    }
}

IND_INDICATOR(percentile_nearest_rank) = {
    .name = "percentile_nearest_rank",
    .title = "Percentile, Nearest Rank",
    .family = "statistics",
    .source = "Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996",
    .note = "NaN while a NaN or infinite bar is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"length", "bars", 15, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"percentage", "percent", 50, 0, 100}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(percentile_nearest_rank),
};
