/* SPDX-License-Identifier: Apache-2.0 */
/* efi: Elder's force index, the average over p of (x[t] - x[t-1]) volume[t], seeded with the first.
 */
#include "smooth.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct smooth);
}

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return 1;
}

static void reference(const struct ind_run *run)
{
    const long double alpha = 2 / (run->params[0] + 1.0L);
    long double y = 0;

    for (size_t t = 1; t < run->to; t++) {
        const long double force = ((long double)run->in[0][t] - run->in[0][t - 1]) * run->in[1][t];
        y = t == 1 ? force : alpha * force + (1 - alpha) * y;
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(efi)(const struct ind_run *run)
{
    const double *x = run->in[0], *volume = run->in[1], alpha = ema_alpha(run_int(run, 0));
    struct smooth *s = run->state;

    for (size_t t = run_start(run, 1); t < run->to; t++)
        run->out[0][t] = smooth_push(s, (x[t] - x[t - 1]) * volume[t], 1, alpha);
}

IND_INDICATOR(efi) = {
    .name = "efi",
    .title = "Elder's Force Index",
    .family = "volume",
    .source = "Elder, Trading for a Living, 1993",
    .note = "A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"price", "close"}, {"volume", "volume"}},
    .params = {{"period", "bars", 13, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(efi),
    .tolerance = 1e-9,
};
