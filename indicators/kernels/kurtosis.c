/* SPDX-License-Identifier: Apache-2.0 */
/* kurtosis: excess kurtosis of the population, m4 / m2^2 - 3 over the last p bars. */
#include "direct_window.h"

DIRECT_WINDOW(kurtosis, ind_period_less_1, {
    const size_t p = run_int(run, 0);
    const double *at = run->in[0] + t;
    real mean = 0, m2 = 0, m4 = 0;

    for (size_t i = 0; i < p; i++)
        mean += ago(at, i) - at[0]; /* less the newest: exact where the window is flat */
    mean /= (real)p;
    for (size_t i = 0; i < p; i++) {
        const real d = ago(at, i) - at[0] - mean;
        m2 += d * d;
        m4 += d * d * d * d;
    }
    run->out[0][t] = (double)(m2 == 0 ? (real)NAN : m4 * (real)p / (m2 * m2) - 3);
});

IND_INDICATOR(kurtosis) = {
    .name = "kurtosis",
    .title = "Kurtosis",
    .family = "statistics",
    .source = "Pearson, Das Fehlergesetz und seine Verallgemeinerungen, 1905",
    .note = "NaN where the window is flat, and while a NaN or infinite bar is in it.",
    .inputs = {{"data", "hl2"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .reference = kurtosis_reference,
    .run = IND_FN(kurtosis),
    .tolerance = 1e-9,
};
