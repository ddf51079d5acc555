/* SPDX-License-Identifier: Apache-2.0 */
/* damiani_volatmeter: is there volatility enough to trade on?
 *
 *   vol = short average true range / long one + (vol of the bar before - vol 3 bars ago) / 2
 *   anti = threshold - short standard deviation / long one */
#include "average_range.h"
#include "deviation.h"

enum { VIS_ATR, VIS_STD, SED_ATR, SED_STD, THRESHOLD };

struct state {
    struct smooth range[2]; /* vis, sed */
    struct window_square square[2];
    double vol[3]; /* the newest first; 0 before the first */
};

static size_t warmup(const double *params, size_t output)
{
    size_t first = 3;

    (void)output;
    for (size_t i = VIS_ATR; i <= SED_STD; i++)
        first = size_max(first, (size_t)params[i]);
    return first;
}

static size_t history(const double *params)
{
    return size_max((size_t)params[VIS_STD], (size_t)params[SED_STD]);
}

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static double ratio(double a, double b)
{
    const double value = a / b;

    return b == 0 ? 0 : value;
}

/* The true range, that of the first bar 0. */
static double range_at(const struct ind_run *run, size_t t)
{
    return t == 0 ? 0 * run->in[0][0] : true_range(run->in[1][t], run->in[2][t], run->in[0][t - 1]);
}

static void reference(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0);
    const size_t vis = run_int(run, VIS_STD), sed = run_int(run, SED_STD);
    const size_t vis_p = run_int(run, VIS_ATR), sed_p = run_int(run, SED_ATR);
    double *vol = run->out[0];
    struct smooth_reference quick = {0}, slow = {0};

    for (size_t t = 0; t < run->to; t++) {
        smooth_reference_push(&quick, range_at(run, t), vis_p, 1.0L / (long double)vis_p);
        smooth_reference_push(&slow, range_at(run, t), sed_p, 1.0L / (long double)sed_p);
        if (t < first)
            continue;
        const double one = t < first + 1 ? 0 : vol[t - 1], three = t < first + 3 ? 0 : vol[t - 3];
        vol[t] = ratio((double)quick.y, (double)slow.y) + (one - three) / 2;
        run->out[1][t] = run->params[THRESHOLD] -
                         ratio(deviation_reference(DEVIATION_STANDARD, run->in[0], t, vis, NULL),
                               deviation_reference(DEVIATION_STANDARD, run->in[0], t, sed, NULL));
    }
}

static void IND_FN(damiani_volatmeter)(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0);
    const double *close = run->in[0];
    const struct smoothing how[2] = {smoothing_wilder(run, run_int(run, VIS_ATR)),
                                     smoothing_wilder(run, run_int(run, SED_ATR))};
    struct state *s = run->state;
    double range[2][CHUNK], spread[2][CHUNK], mean[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        true_range_chunk(run->in[1], run->in[2], close, at, n, range[0]);
        if (at == 0)
            range[0][0] = range_at(run, 0);
        smooth_chunk(&how[1], &s->range[1], range[0], range[1], n);
        smooth_chunk(&how[0], &s->range[0], range[0], range[0], n);
        for (size_t k = 0; k < 2; k++)
            window_square_chunk(&s->square[k], close + at, n,
                                run_int(run, k == 0 ? VIS_STD : SED_STD), mean, spread[k]);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            const double vol = ratio(range[0][i], range[1][i]) + (s->vol[0] - s->vol[2]) / 2;
            run->out[0][at + i] = vol;
            run->out[1][at + i] =
                run->params[THRESHOLD] - ratio(sqrt(spread[0][i]), sqrt(spread[1][i]));
            s->vol[2] = s->vol[1];
            s->vol[1] = s->vol[0];
            s->vol[0] = vol;
        }
    }
}

IND_INDICATOR(damiani_volatmeter) = {
    .name = "damiani_volatmeter",
    .title = "Damiani Volatmeter",
    .family = "volatility",
    .source = "Damiani, Volatmeter, MetaTrader, 2006",
    .note = "The averages are Wilder's, seeded with the mean of their first period ranges, the "
            "first of which is 0; deviations are of the population. vol before the first output "
            "counts as 0, and so does a ratio to nothing. A NaN or infinite bar makes all later "
            "values of vol NaN, those of anti while it is in a window.",
    .inputs = {{"data", "close"}, {"high", "high"}, {"low", "low"}},
    .params = {{"vis_atr", "bars", 13, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"vis_std", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"sed_atr", "bars", 40, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"sed_std", "bars", 100, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"threshold", "ratio", 1.4, -1e6, 1e6}},
    .outputs = {"vol", "anti"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(damiani_volatmeter),
    .tolerance = 1e-9, /* ratios of small deviations */
};
