/* SPDX-License-Identifier: Apache-2.0 */
/* How two series move together over the last p bars: correl, correl_hl, beta. */
#include "direct_window.h"

/* Pearson's r. Values are taken less the newest, so that a flat window is exactly flat. */
#define PEARSON                                                                                    \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
        const double *a = run->in[0] + t, *b = run->in[1] + t;                                     \
        real mean_a = 0, mean_b = 0, aa = 0, bb = 0, ab = 0;                                       \
                                                                                                   \
        for (size_t i = 0; i < p; i++) {                                                           \
            mean_a += ago(a, i) - a[0];                                                            \
            mean_b += ago(b, i) - b[0];                                                            \
        }                                                                                          \
        mean_a /= (real)p;                                                                         \
        mean_b /= (real)p;                                                                         \
        for (size_t i = 0; i < p; i++) {                                                           \
            const real da = ago(a, i) - a[0] - mean_a, db = ago(b, i) - b[0] - mean_b;             \
            aa += da * da;                                                                         \
            bb += db * db;                                                                         \
            ab += da * db;                                                                         \
        }                                                                                          \
        run->out[0][t] = (double)(aa == 0 || bb == 0 ? 0 : ab / sqrt(aa * bb));                    \
    }

DIRECT_WINDOW(correl, ind_period_less_1, PEARSON);
DIRECT_WINDOW(correl_hl, ind_period_less_1, PEARSON);

/* Slope of the changes of the second input on those of the first. */
DIRECT_WINDOW(beta, ind_period, {
    const size_t p = run_int(run, 0);
    const double *a = run->in[0] + t, *b = run->in[1] + t;
    real mean_a = 0, mean_b = 0, aa = 0, ab = 0;

    for (size_t i = 0; i < p; i++) {
        mean_a += (ago(a, i) - ago(a, i + 1)) / (real)ago(a, i + 1);
        mean_b += (ago(b, i) - ago(b, i + 1)) / (real)ago(b, i + 1);
    }
    mean_a /= (real)p;
    mean_b /= (real)p;
    for (size_t i = 0; i < p; i++) {
        const real da = (ago(a, i) - ago(a, i + 1)) / (real)ago(a, i + 1) - mean_a;
        const real db = (ago(b, i) - ago(b, i + 1)) / (real)ago(b, i + 1) - mean_b;
        aa += da * da;
        ab += da * db;
    }
    run->out[0][t] = (double)(aa == 0 ? 0 : ab / aa);
});

static size_t history(const double *params) { return (size_t)params[0] + 1; }

IND_INDICATOR(correl) = {
    .name = "correl",
    .title = "Correlation Coefficient",
    .family = "statistics",
    .source = "Pearson, Notes on Regression and Inheritance, 1895",
    .note =
        "Pearson's r; 0 where either series is flat. A NaN or infinite bar shows while it is in "
        "the window.",
    .inputs = {{"a", "high"}, {"b", "low"}},
    .params = {{"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = history,
    .reference = correl_reference,
    .run = IND_FN(correl),
    .tolerance = 1e-9,
};

IND_INDICATOR(correl_hl) = {
    .name = "correl_hl",
    .title = "Correlation of High and Low",
    .family = "statistics",
    .source = "Pearson, Notes on Regression and Inheritance, 1895",
    .note =
        "Pearson's r; 0 where either series is flat. A NaN or infinite bar shows while it is in "
        "the window.",
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = {{"period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = history,
    .reference = correl_hl_reference,
    .run = IND_FN(correl_hl),
    .tolerance = 1e-9,
};

IND_INDICATOR(beta) = {
    .name = "beta",
    .title = "Beta",
    .family = "statistics",
    .source = "Sharpe, Capital Asset Prices, Journal of Finance, 1964",
    .note = "Slope of b's changes, as fractions, on a's; 0 where a does not change. A NaN, an "
            "infinity or a 0 shows while it is in the window.",
    .inputs = {{"a", "high"}, {"b", "low"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = history,
    .reference = beta_reference,
    .run = IND_FN(beta),
    .tolerance = 1e-8,
};
