/* SPDX-License-Identifier: Apache-2.0 */
/* nadaraya_watson_envelope: an average weighted by a Gaussian that stands at the newest bar, and
 * bands around it.
 *
 *   y = sum of exp(-k^2 / (2 bandwidth^2)) x[t - k] / sum of the weights, k < lookback
 *   bands = y +- multiplier * mean of |x - y| over 499 bars */
#include "fir.h"
#include "tail.h"
#include "window_sum.h"

enum { BANDWIDTH, MULTIPLIER, LOOKBACK };
enum { ERRORS = 499 };

struct state {
    struct tail errors;
    struct window_sum sum;
    double mem[]; /* of errors; the weights, oldest first */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[LOOKBACK] - 1 + ERRORS - 1;
}

static size_t history(const double *params) { return (size_t)params[LOOKBACK]; }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size(ERRORS) + (size_t)params[LOOKBACK] * sizeof(double);
}

static void reference(const struct ind_run *run)
{
    const size_t n = run_int(run, LOOKBACK);
    const long double width = run->params[BANDWIDTH];
    double *y = run_scratch(run, 0), *error = run_scratch(run, 1);
    long double *weight = (long double *)run_scratch(run, 2), total = 0; /* two series wide */

    for (size_t k = 0; k < n; k++)
        total += weight[k] = expl(-(long double)k * (long double)k / (2 * width * width));
    for (size_t t = n - 1; t < run->to; t++) {
        long double sum = 0;
        for (size_t k = 0; k < n; k++)
            sum += weight[k] * run->in[0][t - k];
        y[t] = (double)(sum / total);
        error[t] = fabs(run->in[0][t] - y[t]);
        if (t < warmup(run->params, 0))
            continue;
        const double spread =
            run->params[MULTIPLIER] * (double)(plain_sum(error, t, ERRORS) / (long double)ERRORS);
        run->out[0][t] = y[t] + spread;
        run->out[1][t] = y[t] - spread;
    }
}

static void weights(double *ret, size_t n, double width)
{
    for (size_t i = 0; i < n; i++) {
        const double k = (double)(n - 1 - i);
        ret[i] = exp(-k * k / (2 * width * width));
    }
    fir_normalise(ret, n);
}

static void IND_FN(nadaraya_watson_envelope)(const struct ind_run *run)
{
    const size_t n_weights = run_int(run, LOOKBACK), first = warmup(run->params, 0);
    struct state *s = run->state;
    double *weight = s->mem + series_doubles(ERRORS), y[CHUNK], spread[CHUNK];

    if (run->from == 0)
        weights(weight, n_weights, run->params[BANDWIDTH]);
    RUN_CHUNKS(run, n_weights - 1, at, n)
    {
        const double *x = run->in[0] + at;

        fir(x, weight, n_weights, y, 0, n);
        for (size_t i = 0; i < n; i++)
            spread[i] = fabs(x[i] - y[i]);
        window_sum_chunk_scaled(&s->sum, tail_append(&s->errors, s->mem, ERRORS, spread, n), n,
                                ERRORS, run->params[MULTIPLIER] / ERRORS, spread);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            run->out[0][at + i] = y[i] + spread[i];
            run->out[1][at + i] = y[i] - spread[i];
        }
    }
}

IND_INDICATOR(nadaraya_watson_envelope) = {
    .name = "nadaraya_watson_envelope",
    .title = "Nadaraya-Watson Envelope",
    .family = "bands/channel",
    .source = "Nadaraya, On Estimating Regression, 1964; envelope by LuxAlgo, TradingView, 2021",
    .note = "Reads no later bar, so that it does not repaint. A NaN or infinite bar shows for "
            "lookback + 498 bars.",
    .inputs = {{"data", "close"}},
    .params = {{"bandwidth", "bars", 8, 1e-3, 1e6},
               {"multiplier", "ratio", 3, -1e6, 1e6},
               {"lookback", "bars", 500, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"upper", "lower"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(nadaraya_watson_envelope),
    .tolerance = 1e-12,
    .isa_tolerance = 1e-13,
};
