/* SPDX-License-Identifier: Apache-2.0 */
/* mab: moving average bands.
 *
 *   middle = average over fast_period;   s = average over slow_period
 *   dev = root of the mean of (middle - s)^2 over fast_period
 *   upper = s + devup dev;   lower = s - devdn dev */
#include "moving_average.h"

enum { FAST, SLOW, DEV_UP, DEV_DOWN, FAST_MA, SLOW_MA };

struct state {
    struct ma fast, slow, square;
    double mem[]; /* of fast, slow, square */
};

/* The first bar that has both averages. */
static size_t both_first(const double *params)
{
    return size_max(ma_warmup((enum ma_kind)params[FAST_MA], (size_t)params[FAST]),
                    ma_warmup((enum ma_kind)params[SLOW_MA], (size_t)params[SLOW]));
}

/* One bar more than the mean needs, as the catalogue has it. */
static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return both_first(params) + (size_t)params[FAST];
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * ma_size((size_t)params[FAST]) + ma_size((size_t)params[SLOW]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, FAST), len = run->to;
    double *fast = run_scratch(run, 0), *slow = run_scratch(run, 1);

    for (size_t t = 0; t < len; t++)
        fast[t] = slow[t] = run->in[0][t];
    ma_reference(fast, 0, len, (enum ma_kind)run->params[FAST_MA], p);
    ma_reference(slow, 0, len, (enum ma_kind)run->params[SLOW_MA], run_int(run, SLOW));
    for (size_t t = warmup(run->params, 0); t < len; t++) {
        long double sum = 0;
        for (size_t i = 0; i < p; i++) {
            const long double d = (long double)fast[t - i] - slow[t - i];
            sum += d * d / (long double)p;
        }
        run->out[0][t] = (double)(slow[t] + run->params[DEV_UP] * sqrtl(sum));
        run->out[1][t] = fast[t];
        run->out[2][t] = (double)(slow[t] - run->params[DEV_DOWN] * sqrtl(sum));
    }
}

static void IND_FN(mab)(const struct ind_run *run)
{
    const struct averaging fast_how =
        averaging_make(run, (enum ma_kind)run->params[FAST_MA], run_int(run, FAST));
    const struct averaging slow_how =
        averaging_make(run, (enum ma_kind)run->params[SLOW_MA], run_int(run, SLOW));
    const struct averaging square_how = averaging_make(run, MA_SMA, fast_how.p);
    const size_t both = both_first(run->params), first = warmup(run->params, 0);
    const double up = run->params[DEV_UP], down = run->params[DEV_DOWN];
    struct state *s = run->state;
    double *slow_mem = s->mem + ma_doubles(fast_how.p);
    double *square_mem = slow_mem + ma_doubles(slow_how.p);
    double fast[CHUNK], slow[CHUNK], square[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, both), n);

        ma_chunk(&fast_how, &s->fast, s->mem, x, fast, n);
        ma_chunk(&slow_how, &s->slow, slow_mem, x, slow, n);
        for (size_t i = skip; i < n; i++)
            square[i] = (fast[i] - slow[i]) * (fast[i] - slow[i]);
        ma_chunk(&square_how, &s->square, square_mem, square + skip, square + skip, n - skip);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            const double dev = sqrt(square[i] < 0 ? 0 : square[i]);
            run->out[0][at + i] = slow[i] + up * dev;
            run->out[1][at + i] = fast[i];
            run->out[2][at + i] = slow[i] - down * dev;
        }
    }
}

IND_INDICATOR(mab) = {
    .name = "mab",
    .title = "Moving Average Bands",
    .family = "bands/channel",
    .source = "Soni, Moving Average Bands, Stocks & Commodities, 2021",
    .note = "All outputs begin one bar after the deviation has its fast_period values. With "
            "window averages a NaN or infinite bar shows while it is in one, with exponential "
            "ones all later values are NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"fast_period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_period", "bars", 50, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"devup", "ratio", 1, 0, 1e6},
               {"devdn", "ratio", 1, 0, 1e6},
               MA_PARAM("fast_ma_type", MA_SMA),
               MA_PARAM("slow_ma_type", MA_SMA)},
    .outputs = {"upperband", "middleband", "lowerband"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(mab),
    .tolerance = 1e-9, /* the root of a running sum that has come close to 0 */
};
