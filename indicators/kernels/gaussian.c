/* SPDX-License-Identifier: Apache-2.0 */
/* gaussian: one to four exponential averages in a row, all begun at 0.
 *
 *   b = (1 - cos(2 pi / p)) / (2^(1/poles) - 1),   alpha = -b + sqrt(b^2 + 2 b) */
#include "cycle.h"
#include "smooth.h"

enum { PERIOD, POLES, MOST_POLES = 4 };

static size_t state_size(const double *params)
{
    (void)params;
    return MOST_POLES * sizeof(struct smooth);
}

/* 1 - cos(2 a) = 2 sin(a)^2, without the loss of digits. */
static long double alpha_of(const double *params)
{
    const long double b = 2 * powl(sinl(CYCLE_PI / params[PERIOD]), 2) /
                          (powl(2, 1 / (long double)params[POLES]) - 1);

    return -b + sqrtl(b * b + 2 * b);
}

static void reference(const struct ind_run *run)
{
    const long double alpha = alpha_of(run->params);
    long double y[MOST_POLES + 1] = {0};

    for (size_t t = 0; t < run->to; t++) {
        y[0] = run->in[0][t];
        for (size_t k = 1; k <= run_int(run, POLES); k++)
            y[k] += alpha * (y[k - 1] - y[k]);
        run->out[0][t] = (double)y[run_int(run, POLES)];
    }
}

static void IND_FN(gaussian)(const struct ind_run *run)
{
    const struct smoothing how = smoothing_make(run, 1, (double)alpha_of(run->params));
    const size_t poles = run_int(run, POLES);
    struct smooth *s = run->state;

    for (size_t k = 0; k < poles && run->from == 0; k++)
        s[k] = smooth_from_0();
    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        for (size_t k = 0; k < poles; k++, x = run->out[0] + at)
            smooth_chunk(&how, &s[k], x, run->out[0] + at, n);
    }
}

IND_INDICATOR(gaussian) = {
    .name = "gaussian",
    .title = "Gaussian Filter",
    .family = "moving average",
    .source = "Ehlers, Rocket Science for Traders, 2001",
    .note = "All poles start at 0, so the first values climb towards the price. A NaN or infinite "
            "bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"poles", "count", 4, 1, MOST_POLES, IND_INTEGER}},
    .outputs = {"values"},
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(gaussian),
    .tolerance = 1e-12,
};
