/* SPDX-License-Identifier: Apache-2.0 */
/* ehlers_pma, pma: Ehlers' predictive moving average, an average carried on by what it lags.
 *
 *   w1 = WMA(x, 7),   w2 = WMA(w1, 7),   predict = 2 w1 - w2,   trigger = WMA(predict, 4)
 *
 * All of it is linear: predict is one weighted window of 13 values, trigger one of 16. */
#include "fir.h"

enum { WMA = 7, TRIGGER = 4, PREDICT_LEN = 2 * WMA - 1, TRIGGER_LEN = PREDICT_LEN + TRIGGER - 1 };

struct state {
    double predict[PREDICT_LEN], trigger[TRIGGER_LEN]; /* weights, oldest first */
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

/* Of the value i before the newest in an average over n. */
static double wma_weight(size_t i, size_t n)
{
    return 2.0 * (double)(n - i) / (double)(n * (n + 1));
}

static void weights_make(struct state *s)
{
    double *newest = s->predict + PREDICT_LEN - 1, *last = s->trigger + TRIGGER_LEN - 1;

    for (size_t i = 0; i < WMA; i++) {
        *(newest - i) += 2 * wma_weight(i, WMA);
        for (size_t k = 0; k < WMA; k++)
            *(newest - i - k) -= wma_weight(i, WMA) * wma_weight(k, WMA);
    }
    for (size_t i = 0; i < TRIGGER; i++)
        for (size_t k = 0; k < PREDICT_LEN; k++)
            *(last - i - k) += wma_weight(i, TRIGGER) * *(newest - k);
}

/* ---- The start of pma, whose windows hold zeros for what is not there yet ---- */

static double early_w1(const double *x, size_t t)
{
    double sum = 0;

    for (size_t i = 0; i < WMA && t + 1 >= WMA; i++)
        sum += wma_weight(i, WMA) * x[t - i];
    return sum;
}

static double early_predict(const double *x, size_t t)
{
    double w2 = 0;

    for (size_t i = 0; i < WMA && i <= t; i++)
        w2 += wma_weight(i, WMA) * early_w1(x, t - i);
    return 2 * early_w1(x, t) - w2;
}

static double early_trigger(const double *x, size_t t)
{
    double sum = 0;

    for (size_t i = 0; i < TRIGGER; i++)
        sum += wma_weight(i, TRIGGER) * early_predict(x, t - i);
    return sum;
}

/* The definition, stage by stage, `lag` bars late. `zeros`: missing terms count as 0. */
static void define(const struct ind_run *run, size_t lag, bool zeros)
{
    double *w1 = run_scratch(run, 0), *predict = run_scratch(run, 1);
    const double missing = zeros ? 0 : (double)NAN;

    for (size_t t = 0; t < run->to; t++) {
        long double sum = 0, w2 = 0, trigger = 0;

        for (size_t i = 0; i < WMA; i++)
            sum += (long double)(WMA - i) * (t >= i + lag ? run->in[0][t - i - lag] : NAN);
        w1[t] = t + 1 < WMA + lag ? missing : (double)(sum / 28);
        for (size_t i = 0; i < WMA; i++)
            w2 += (long double)(WMA - i) * (t >= i ? w1[t - i] : missing);
        predict[t] = t + 1 < WMA + lag ? missing : (double)(2 * w1[t] - w2 / 28);
        for (size_t i = 0; i < TRIGGER; i++)
            trigger += (long double)(TRIGGER - i) * (t >= i ? predict[t - i] : missing);
        if (!zeros || t + 1 >= WMA)
            run->out[0][t] = predict[t];
        if (!zeros || t + 1 >= WMA + TRIGGER - 1)
            run->out[1][t] = (double)(trigger / 10);
    }
}

static size_t ehlers_pma_warmup(const double *params, size_t output)
{
    (void)params;
    return output == 0 ? PREDICT_LEN : TRIGGER_LEN;
}

static void ehlers_pma_reference(const struct ind_run *run) { define(run, 1, false); }

static void IND_FN(ehlers_pma)(const struct ind_run *run)
{
    const double *x = run->in[0] - 1; /* the bar before */
    struct state *s = run->state;

    if (run->from == 0)
        weights_make(s);
    fir(x, s->predict, PREDICT_LEN, run->out[0], run_start(run, PREDICT_LEN), run->to);
    fir(x, s->trigger, TRIGGER_LEN, run->out[1], run_start(run, TRIGGER_LEN), run->to);
}

static size_t pma_warmup(const double *params, size_t output)
{
    (void)params;
    return output == 0 ? WMA - 1 : WMA + TRIGGER - 2;
}

static void pma_reference(const struct ind_run *run) { define(run, 0, true); }

static void IND_FN(pma)(const struct ind_run *run)
{
    const double *x = run->in[0];
    struct state *s = run->state;
    size_t t;

    if (run->from == 0)
        weights_make(s);
    for (t = run_start(run, WMA - 1); t < size_min(run->to, PREDICT_LEN - 1); t++)
        run->out[0][t] = early_predict(x, t);
    for (t = run_start(run, WMA + TRIGGER - 2); t < size_min(run->to, TRIGGER_LEN - 1); t++)
        run->out[1][t] = early_trigger(x, t);
    fir(x, s->predict, PREDICT_LEN, run->out[0], run_start(run, PREDICT_LEN - 1), run->to);
    fir(x, s->trigger, TRIGGER_LEN, run->out[1], run_start(run, TRIGGER_LEN - 1), run->to);
}

static size_t history(const double *params)
{
    (void)params;
    return TRIGGER_LEN;
}

#define PREDICTIVE_AVERAGE(NAME, TITLE, NOTE)                                                      \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "moving average",                                                                \
        .source = "Ehlers, Rocket Science for Traders, 2001",                                      \
        .note =                                                                                    \
            NOTE " A NaN or infinite bar shows while it is in the windows, of 13 and 16 bars.",    \
        .inputs = {{"data", "close"}},                                                             \
        .outputs = {"predict", "trigger"},                                                         \
        .warmup = NAME##_warmup,                                                                   \
        .history = history,                                                                        \
        .state_size = state_size,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = 1e-12,                                                                        \
        .isa_tolerance = 1e-12,                                                                    \
    }

PREDICTIVE_AVERAGE(ehlers_pma, "Ehlers Predictive Moving Average",
                   "Of the bars before the present one; begins when all windows are full.");
PREDICTIVE_AVERAGE(pma, "Predictive Moving Average",
                   "Begins when the first window is full; what is not there yet counts as 0, so "
                   "the first values are biased.");
