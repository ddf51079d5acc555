/* SPDX-License-Identifier: Apache-2.0 */
/* aso: how far bulls and bears have had their way, within the bar and within the last bars as one.
 *
 *   bulls of a bar = 50 (close - low + high - open) / (high - low)
 *   bulls of a group: the same with the window's first open, its highest high and lowest low
 *   bears = 100 - bulls;   both averaged over period bars, of all while there are fewer */
#include "extrema.h"
#include "tail.h"
#include "window_sum.h"

enum { OPEN, HIGH, LOW, CLOSE };
enum { PERIOD, MODE };
enum { BOTH, BAR, GROUP };

struct state {
    struct extreme high, low;
    struct tail tail[2];
    struct window_sum sum[2];
    double mem[]; /* of high, low, the tails */
};

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return sizeof(struct state) + 2 * extreme_size(p) + 2 * series_size(p);
}

/* What went up and what went down, out of 100; of a bar without a range as if that were 1. */
static inline double bulls_of(double open, double high, double low, double close)
{
    const double range = high - low;

    return ((close - low) + (high - open)) * 50 / (range == 0 ? 1 : range);
}

static inline double bears_of(double open, double high, double low, double close)
{
    return bulls_of(-open, -low, -high, -close);
}

static inline double mixed(double bar, double group, int mode)
{
    return mode == BAR ? bar : mode == GROUP ? group : 0.5 * (bar + group);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD);
    const int mode = (int)run->params[MODE];
    double *bulls = run_scratch(run, 0), *bears = run_scratch(run, 1);

    for (size_t t = p - 1; t < run->to; t++) {
        const double high = run->in[HIGH][t], low = run->in[LOW][t];
        const double open = run->in[OPEN][t], close = run->in[CLOSE][t];
        const double range = high == low ? 1 : high - low;
        const double top = window_max(run->in[HIGH], t, p), start = run->in[OPEN][t + 1 - p];
        const double bottom = window_min(run->in[LOW], t, p);
        const double span = top == bottom ? 1 : top - bottom;
        bulls[t] = mixed(50 * (close - low + high - open) / range,
                         50 * (close - bottom + top - start) / span, mode);
        bears[t] = mixed(50 * (high - close + open - low) / range,
                         50 * (top - close + start - bottom) / span, mode);
        const size_t n = size_min(p, t + 2 - p);
        run->out[0][t] = (double)(plain_sum(bulls, t, n) / (long double)n);
        run->out[1][t] = (double)(plain_sum(bears, t, n) / (long double)n);
    }
}

static void IND_FN(aso)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = p - 1;
    const int mode = (int)run->params[MODE];
    struct state *s = run->state;
    double top[CHUNK], bottom[CHUNK], side[2][CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *open = run->in[OPEN] + at, *high = run->in[HIGH] + at;
        const double *low = run->in[LOW] + at, *close = run->in[CLOSE] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);
        double *mem = s->mem;

        extreme_chunk_max(run, &s->high, mem, high, n, p, top);
        extreme_chunk_min(run, &s->low, mem + p, low, n, p, bottom);
        for (size_t i = skip; i < n; i++) {
            const double start = ago(open + i, first);
            side[0][i] = mixed(bulls_of(open[i], high[i], low[i], close[i]),
                               bulls_of(start, top[i], bottom[i], close[i]), mode);
            side[1][i] = mixed(bears_of(open[i], high[i], low[i], close[i]),
                               bears_of(start, top[i], bottom[i], close[i]), mode);
        }
        mem += 2 * p;
        for (size_t k = 0; k < 2; k++, mem += series_doubles(p)) {
            double *x = side[k] + skip;
            const double *y = tail_append(&s->tail[k], mem, p, x, n - skip);
            window_sum_chunk(&s->sum[k], y, n - skip, p, x);
            for (size_t i = skip; i < n; i++)
                run->out[k][at + i] = side[k][i] / (double)size_min(p, at + i + 1 - first);
        }
    }
}

IND_INDICATOR(aso) = {
    .name = "aso",
    .title = "Average Sentiment Oscillator",
    .family = "momentum",
    .source = "Nash, Average Sentiment Oscillator, 2010",
    .note = "mode both: the mean of what the bar and what the window says; bar, group: one of "
            "them. A bar or window without a range counts as if its range were 1. The first "
            "outputs are means of what there is. A NaN bar shows for 2 period - 1 bars.",
    .inputs = {{"open", "open"}, {"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mode", "choice", 0, BOTH, GROUP, IND_INTEGER,
                (const char *const[]){"both", "bar", "group", NULL}}},
    .outputs = {"bulls", "bears"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(aso),
    .tolerance = 1e-12,
};
