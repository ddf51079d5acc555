/* SPDX-License-Identifier: Apache-2.0 */
/* supertrend: a stop on one side of the price that only moves towards it, and changes side when the
 * close goes through.
 *
 *   bands = (high + low) / 2 +- factor * average true range */
#include "extrema.h"
#include "price.h"
#include "smooth.h"

enum { PERIOD, FACTOR };

struct state {
    struct smooth range;
    double upper, lower;
    int falling; /* the stop is the upper band */
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

/* The definition: bands in full first, then the side of each bar. */
static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const double *close = run->in[2];
    double *upper = run_scratch(run, 0), *lower = run_scratch(run, 1);
    struct smooth_reference range = {0};
    int falling = 0;

    for (size_t t = 0; t < run->to; t++) {
        const double tr = true_range_at(run->in[0], run->in[1], close, t);
        const long double width =
            run->params[FACTOR] * smooth_reference_push(&range, tr, p, 1.0L / (long double)p);
        const long double mid = ((long double)run->in[0][t] + run->in[1][t]) / 2;
        upper[t] = (double)(mid + width);
        lower[t] = (double)(mid - width);
        if (t >= p && close[t - 1] <= upper[t - 1])
            upper[t] = nan_min(upper[t], upper[t - 1]);
        if (t >= p && close[t - 1] >= lower[t - 1])
            lower[t] = nan_max(lower[t], lower[t - 1]);
    }
    for (size_t t = p - 1; t < run->to; t++) {
        const int before = falling;
        falling = t == p - 1 || falling ? close[t] <= upper[t] : !(close[t] >= lower[t]);
        run->out[0][t] = falling ? upper[t] : lower[t];
        run->out[1][t] = t > p - 1 && falling != before;
    }
}

static void IND_FN(supertrend)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        const double tr = true_range_at(high, low, close, t);
        const double width = run->params[FACTOR] * smooth_push(&s->range, tr, p, wilder_alpha(p));
        const double mid = (high[t] + low[t]) / 2;
        double upper = mid + width, lower = mid - width;

        if (t + 1 < p)
            continue;
        if (t >= p && close[t - 1] <= s->upper)
            upper = nan_min(upper, s->upper);
        if (t >= p && close[t - 1] >= s->lower)
            lower = nan_max(lower, s->lower);
        const int falling = t + 1 == p || s->falling ? close[t] <= upper : !(close[t] >= lower);
        run->out[0][t] = falling ? upper : lower;
        run->out[1][t] = t >= p && falling != s->falling;
        s->upper = upper;
        s->lower = lower;
        s->falling = falling;
    }
}

IND_INDICATOR(supertrend) = {
    .name = "supertrend",
    .title = "SuperTrend",
    .family = "trend",
    .source = "Seban, Das ist die Aktienstrategie, 2007",
    .note =
        "The line is the upper band while the price is below it, else the lower; changed is 1 on "
        "the bar where it switches. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"factor", "ratio", 3, 0, 1e6}},
    .outputs = {"trend", "changed"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(supertrend),
    .tolerance = 1e-11,
};
