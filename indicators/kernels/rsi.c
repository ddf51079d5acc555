/* SPDX-License-Identifier: Apache-2.0 */
/* rsi: relative strength index.
 *
 *   gain, loss = Wilder averages of max(x[t] - x[t-1], 0) and max(x[t-1] - x[t], 0)
 *   out[t] = 100 gain / (gain + loss) */
#include "compat.h"
#include "gain_loss.h"

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct gain_loss);
}

/* What there is to say of a market that has not moved. */
static double unmoved(const double *params)
{
    return params[1] == COMPAT_TALIB ? 0 : params[1] == COMPAT_TULIP ? NAN : 50;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    double *out = run_scratch(run, 0);

    relative_strength_reference(run->in[0], run->to, p, unmoved(run->params), out);
    for (size_t t = p; t < run->to; t++)
        run->out[0][t] = out[t];
}

/* 16 bars a block, from x[0] on, both averages in registers. */
static inline void rsi_blocks(const struct smoothing *how, struct gain_loss *s, const double *x,
                              double *out, size_t blocks, double flat)
{
    const struct smooth_registers r = smooth_load(how);
    const v8 hundred = v8_set(100), unmoved_lanes = v8_set(flat), zero = v8_set(0);
    struct smooth_lanes gains = smooth_begin(how, s->gain.y), losses = smooth_begin(how, s->loss.y);

    for (size_t i = 0; i < blocks; i++, x += 16, out += 16) {
        const v8 p = v8_sub(v8_load(x), v8_load(x - 1)), q = v8_sub(v8_load(x + 8), v8_load(x + 7));
        v8 gain[2] = {v8_positive(p), v8_positive(q)};
        v8 loss[2] = {v8_positive(v8_sub(zero, p)), v8_positive(v8_sub(zero, q))};
        smooth_block(&r, &gains, &gain[0], &gain[1]);
        smooth_block(&r, &losses, &loss[0], &loss[1]);
        for (int k = 0; k < 2; k++) {
            const v8 sum = v8_add(gain[k], loss[k]);
            const v8 value = v8_div(v8_mul(hundred, gain[k]), sum);
            v8_store(out + 8 * k, v8_if_zero(sum, unmoved_lanes, value));
        }
    }
    s->gain.y = v8_lane7(gains.y);
    s->loss.y = v8_lane7(losses.y);
}

static void IND_FN(rsi)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const struct smoothing how = smoothing_wilder(run, p);
    const double *x = run->in[0], flat = unmoved(run->params);
    struct gain_loss *s = run->state;
    size_t t = run_start(run, 1);

    for (; t < run->to; t++) {
        if (t > p && run->to - t >= 16 && t % 8 == 0) {
            const size_t blocks = (run->to - t) / 16;
            rsi_blocks(&how, s, x + t, run->out[0] + t, blocks, flat);
            t += 16 * blocks;
            if (t == run->to)
                break;
        }
        const double change = x[t] - x[t - 1];
        const double gain = smooth_push(&s->gain, change < 0 ? 0 : change, p, how.alpha);
        const double loss = smooth_push(&s->loss, change > 0 ? 0 : -change, p, how.alpha);
        if (t >= p)
            run->out[0][t] = relative_strength(gain, loss, flat);
    }
}

IND_INDICATOR(rsi) = {
    .name = "rsi",
    .title = "Relative Strength Index",
    .family = "momentum",
    .source = "Wilder, New Concepts in Technical Trading Systems, 1978",
    .note = "Seeded with the mean gain and loss of the first period changes. 50 when nothing has "
            "moved (as TA-Lib 0, as Tulip NaN). A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER}, COMPAT_PARAM},
    .outputs = {"values"},
    .warmup = ind_period,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(rsi),
    .tolerance = 1e-12,
};
