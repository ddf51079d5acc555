/* SPDX-License-Identifier: Apache-2.0 */
/* stc: Schaff trend cycle.
 *
 *   macd = fast average - slow average
 *   k = where macd stands between its extremes over k_period, in percent;   d = average of k
 *   out = the same two steps on d */
#include "made_extremes.h"
#include "moving_average.h"
#include <float.h>

enum { FAST, SLOW, K, D, FAST_MA, SLOW_MA };

/* One of the two rounds. */
struct round {
    struct made_extremes extremes;
    struct smooth smooth;
    size_t count;
};

struct state {
    double base; /* the first value: averages are of distances from it, for the last digits */
    struct ma fast, slow;
    struct round rounds[2];
    double mem[]; /* of fast, slow, the rounds */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return size_max(ma_warmup((enum ma_kind)params[FAST_MA], (size_t)params[FAST]),
                    ma_warmup((enum ma_kind)params[SLOW_MA], (size_t)params[SLOW]));
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[FAST]) + ma_size((size_t)params[SLOW]) +
           2 * made_extremes_size((size_t)params[K]);
}

/* `count` values so far. */
static double stand(double x, double low, double high, size_t count, size_t p)
{
    const double range = high - low, value = (x - low) / range * 100;

    return count < p || range <= DBL_EPSILON ? 50 : value;
}

/* The rounds in double, step by step: a market that only rises brings the averages so close to 100
 * that what digits are left decides. */
static void reference(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0), k = run_int(run, K), d = run_int(run, D);
    double *x = run_scratch(run, 0), *slow = run_scratch(run, 1), *out = run->out[0];

    for (size_t t = 0; t < run->to; t++)
        x[t] = slow[t] = run->in[0][t] - run->in[0][0];
    ma_reference(x, 0, run->to, (enum ma_kind)run->params[FAST_MA], run_int(run, FAST));
    ma_reference(slow, 0, run->to, (enum ma_kind)run->params[SLOW_MA], run_int(run, SLOW));
    for (size_t t = 0; t < run->to; t++)
        x[t] -= slow[t];
    for (int round = 0; round < 2; round++) {
        double mean = 0, sum = 0;
        for (size_t t = first; t < run->to; t++) {
            const size_t count = t - first + 1;
            const double high = made_max(x, first, t, k), low = made_min(x, first, t, k);
            const double raw = stand(x[t], low, high, count, k);
            sum += raw;
            mean = count <= d ? sum / (double)count : mean + ema_alpha(d) * (raw - mean);
            out[t] = mean;
        }
        for (size_t t = first; t < run->to; t++)
            x[t] = out[t];
    }
}

/* x[i] becomes its average stand. Bar by bar: values that rise towards 100 do not fall in between,
 * as they may in blocks. */
static void round_chunk(const struct ind_run *run, struct round *r, double *mem, double *x,
                        size_t n)
{
    const size_t k = run_int(run, K), d = run_int(run, D);
    double high[CHUNK], low[CHUNK];

    made_extremes_chunk(run, &r->extremes, mem, k, x, n, high, low);
    for (size_t i = 0; i < n; i++)
        x[i] = stand(x[i], low[i], high[i], ++r->count, k);
    for (size_t i = 0; i < n; i++)
        x[i] = smooth_push(&r->smooth, x[i], d, ema_alpha(d));
}

static void IND_FN(stc)(const struct ind_run *run)
{
    const struct averaging fast_how =
        averaging_make(run, (enum ma_kind)run->params[FAST_MA], run_int(run, FAST));
    const struct averaging slow_how =
        averaging_make(run, (enum ma_kind)run->params[SLOW_MA], run_int(run, SLOW));
    const size_t first = warmup(run->params, 0);
    struct state *s = run->state;
    double *slow_mem = s->mem + ma_doubles(fast_how.p);
    double *round_mem = slow_mem + ma_doubles(slow_how.p);
    double x[CHUNK], slow[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, first), n);

        if (at == 0)
            s->base = run->in[0][0];
        for (size_t i = 0; i < n; i++)
            x[i] = run->in[0][at + i] - s->base;
        ma_chunk(&slow_how, &s->slow, slow_mem, x, slow, n);
        ma_chunk(&fast_how, &s->fast, s->mem, x, x, n);
        for (size_t i = skip; i < n; i++)
            x[i] -= slow[i];
        round_chunk(run, &s->rounds[0], round_mem, x + skip, n - skip);
        round_chunk(run, &s->rounds[1], round_mem + made_extremes_doubles(run_int(run, K)),
                    x + skip, n - skip);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = x[i];
    }
}

IND_INDICATOR(stc) = {
    .name = "stc",
    .title = "Schaff Trend Cycle",
    .family = "momentum",
    .source = "Schaff, The Schaff Trend Cycle, 2008",
    .note = "50 until there are k_period values and where their range is no more than 2.2e-16. "
            "The averages of the stands are exponential and begin with the mean so far. A NaN or "
            "infinite bar makes all later values NaN with exponential averages.",
    .inputs = {{"data", "close"}},
    .params = {{"fast_period", "bars", 23, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_period", "bars", 50, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"k_period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"d_period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("fast_ma_type", MA_EMA),
               MA_PARAM("slow_ma_type", MA_EMA)},
    .outputs = {"values"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(stc),
    .tolerance = 1e-4, /* the range of macd may be as small as its rounding */
};
