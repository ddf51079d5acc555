/* SPDX-License-Identifier: Apache-2.0 */
/* qqe: the smoothed relative strength index, and a stop that trails it at some of its own average
 * moves.
 *
 *   fast = average of the RSI over smoothing_factor
 *   width = fast_factor * Wilder average over 14 of the Wilder average over 14 of |change of fast|
 *   slow = the band fast +- width that is beyond it, else itself */
#include "gain_loss.h"

enum { RSI_PERIOD, SMOOTHING_FACTOR, FAST_FACTOR };
enum { MOVE_PERIOD = 14 };

struct state {
    struct gain_loss strength;
    struct smooth fast, move, width;
    double fast_before, slow;
};

/* `slow` starts where the average is seeded, one bar before it would be for a period of 1. */
static size_t warmup(const double *params, size_t output)
{
    const size_t first = (size_t)params[RSI_PERIOD], p = (size_t)params[SMOOTHING_FACTOR];

    return output == 0 || p < 2 ? first : first + p - 2;
}

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static double trail(double slow, double fast_before, double fast, double width)
{
    const double up = fast + width, down = fast - width;

    if (up < slow)
        return up;
    if (down > slow || (fast > slow && fast_before < slow))
        return down;
    return fast < slow && fast_before > slow ? up : slow;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, SMOOTHING_FACTOR), first = warmup(run->params, 1);
    double *rsi = run_scratch(run, 0), *fast = run->out[0], *slow = run->out[1];
    struct smooth_reference s = {0}, move = {0}, width = {0};

    relative_strength_reference(run->in[0], run->to, run_int(run, RSI_PERIOD), 50, rsi);
    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        fast[t] = (double)smooth_reference_push(&s, rsi[t], p, 2.0L / (long double)(p + 1));
        if (t == first)
            slow[t] = fast[t];
        if (t <= first)
            continue;
        smooth_reference_push(&move, fabsl((long double)fast[t] - fast[t - 1]), 0,
                              1.0L / MOVE_PERIOD);
        smooth_reference_push(&width, move.y, 0, 1.0L / MOVE_PERIOD);
        slow[t] =
            trail(slow[t - 1], fast[t - 1], fast[t], run->params[FAST_FACTOR] * (double)width.y);
    }
}

static void IND_FN(qqe)(const struct ind_run *run)
{
    const size_t p = run_int(run, SMOOTHING_FACTOR);
    const size_t fast_first = warmup(run->params, 0), slow_first = warmup(run->params, 1);
    const struct smoothing of_change = smoothing_wilder(run, run_int(run, RSI_PERIOD));
    const struct smoothing of_index = smoothing_ema(run, p);
    const struct smoothing of_move = smoothing_make(run, 0, wilder_alpha(MOVE_PERIOD));
    struct state *s = run->state;
    double fast[CHUNK], width[CHUNK];

    RUN_CHUNKS(run, 1, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, fast_first), n);
        const size_t late = size_min(chunk_skip(at, slow_first + 1), n);

        gain_loss_chunk(&of_change, &s->strength, run->in[0] + at, n, fast, width);
        for (size_t i = skip; i < n; i++)
            fast[i] = relative_strength(fast[i], width[i], 50);
        smooth_chunk(&of_index, &s->fast, fast + skip, fast + skip, n - skip);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = fast[i];
        for (size_t i = chunk_skip(at, slow_first); i < late; i++)
            run->out[1][at + i] = s->slow = s->fast_before = fast[i];
        for (size_t i = late; i < n; i++)
            width[i] = fabs(fast[i] - (i == 0 ? s->fast_before : fast[i - 1]));
        smooth_chunk(&of_move, &s->move, width + late, width + late, n - late);
        smooth_chunk(&of_move, &s->width, width + late, width + late, n - late);
        for (size_t i = late; i < n; i++) {
            s->slow = trail(s->slow, s->fast_before, fast[i], run->params[FAST_FACTOR] * width[i]);
            run->out[1][at + i] = s->slow;
            s->fast_before = fast[i];
        }
    }
}

IND_INDICATOR(qqe) = {
    .name = "qqe",
    .title = "Quantitative Qualitative Estimation",
    .family = "momentum",
    .source = "Ignatov, Qualitative Quantitative Estimation, MetaTrader, 2006",
    .note = "fast is seeded with the running mean of its first smoothing_factor values and handed "
            "out from the first; slow starts as fast and the averages of its moves at 0. The index "
            "is 50 when nothing has moved. A NaN or infinite bar makes all later values of fast "
            "NaN and lets slow stand.",
    .inputs = {{"data", "close"}},
    .params = {{"rsi_period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"smoothing_factor", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"fast_factor", "ratio", 4.236, 0, 1e6}},
    .outputs = {"fast", "slow"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(qqe),
    .tolerance = 1e-10,
};
