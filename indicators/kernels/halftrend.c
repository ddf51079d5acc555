/* SPDX-License-Identifier: Apache-2.0 */
/* halftrend: a line that steps along under a rising and over a falling market.
 *
 * While the market rises, the line is the highest of the last lows; it falls when the mean of the
 * highs is below that and the close below the low before. And the other way round.
 *
 *   atr_high, atr_low = line +- channel_deviation * average true range / 2 */
#include "average_range.h"
#include "extrema.h"
#include "window_sum.h"

enum { AMPLITUDE, CHANNEL_DEVIATION, ATR_PERIOD };
enum { LINE, TREND, ATR_HIGH, ATR_LOW, BUY, SELL };

/* What is known of the market so far. */
struct market {
    double support, resistance; /* highest low while it rises, lowest high while it falls */
    double line;
    int falling;
    int watch_highs; /* for a turn down; else for one up */
};

struct state {
    struct smooth range;
    struct window_sum high_sum, low_sum;
    struct extreme high, low;
    struct market market;
    double mem[]; /* of high, low */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return size_max((size_t)params[AMPLITUDE], (size_t)params[ATR_PERIOD]) - 1;
}

static size_t history(const double *params) { return (size_t)params[AMPLITUDE]; }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size((size_t)params[AMPLITUDE]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, AMPLITUDE), first = warmup(run->params, 0);
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    const size_t start = first > 0 ? first - 1 : 0;
    double *range = run_scratch(run, 0), *line = run->out[LINE];
    double most = low[start], least = high[start];
    int trend = 0, next = 0;

    average_range_reference(high, low, close, run->to, run_int(run, ATR_PERIOD), range);
    for (size_t t = first; t < run->to; t++) {
        const double top = window_max(high, t, p), bottom = window_min(low, t, p);
        const double low_before = low[t > 0 ? t - 1 : 0], high_before = high[t > 0 ? t - 1 : 0];
        const int before = trend;

        if (next == 1) {
            most = bottom > most ? bottom : most;
            if (plain_sum(high, t, p) < (long double)p * most && close[t] < low_before) {
                trend = 1;
                next = 0;
                least = top;
            }
        } else {
            least = top < least ? top : least;
            if (plain_sum(low, t, p) > (long double)p * least && close[t] > high_before) {
                trend = 0;
                next = 1;
                most = bottom;
            }
        }
        if (t == first)
            line[t] = most;
        else if (trend != before) /* the line goes on from where it was */
            line[t] = line[t - 1];
        else
            line[t] = trend == 0 ? (most > line[t - 1] ? most : line[t - 1])
                                 : (least < line[t - 1] ? least : line[t - 1]);
        const double width = run->params[CHANNEL_DEVIATION] * range[t] / 2;
        run->out[TREND][t] = trend;
        run->out[ATR_HIGH][t] = line[t] + width;
        run->out[ATR_LOW][t] = line[t] - width;
        run->out[BUY][t] = trend < before ? line[t] - range[t] / 2 : NAN;
        run->out[SELL][t] = trend > before ? line[t] + range[t] / 2 : NAN;
    }
}

/* Take in a bar: the sums over its window, the extremes of it. True: the trend has turned. */
static bool market_push(struct market *m, const double *sums, double top, double bottom,
                        bool closed_low, bool closed_high, double p)
{
    const int falling = m->falling;

    if (m->watch_highs) {
        m->support = bottom > m->support ? bottom : m->support;
        if (sums[0] < p * m->support && closed_low) {
            m->falling = 1;
            m->watch_highs = 0;
            m->resistance = top;
        }
    } else {
        m->resistance = top < m->resistance ? top : m->resistance;
        if (sums[1] > p * m->resistance && closed_high) {
            m->falling = 0;
            m->watch_highs = 1;
            m->support = bottom;
        }
    }
    if (m->falling != falling)
        return true;
    if (m->falling)
        m->line = m->resistance < m->line ? m->resistance : m->line;
    else
        m->line = m->support > m->line ? m->support : m->line;
    return false;
}

static void IND_FN(halftrend)(const struct ind_run *run)
{
    const size_t p = run_int(run, AMPLITUDE), first = warmup(run->params, 0);
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    const struct smoothing how = smoothing_wilder(run, run_int(run, ATR_PERIOD));
    struct state *s = run->state;
    struct market *m = &s->market;
    double range[CHUNK], top[CHUNK], bottom[CHUNK], high_sum[CHUNK], low_sum[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        average_range_chunk(&how, &s->range, high, low, close, at, n, range);
        window_sum_chunk(&s->high_sum, high + at, n, p, high_sum);
        window_sum_chunk(&s->low_sum, low + at, n, p, low_sum);
        extreme_chunk_max(run, &s->high, s->mem, high + at, n, p, top);
        extreme_chunk_min(run, &s->low, s->mem + p, low + at, n, p, bottom);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            const size_t t = at + i, before = t > 0 ? t - 1 : 0;
            const double sums[] = {high_sum[i], low_sum[i]};

            if (t == first) {
                m->support = low[before];
                m->resistance = high[before];
                m->line = -INFINITY;
            }
            const bool turned =
                market_push(m, sums, top[i], bottom[i],
                            close[t]<low[before], close[t]> high[before], (double)p);
            const double width = run->params[CHANNEL_DEVIATION] * range[i] / 2;
            run->out[LINE][t] = m->line;
            run->out[TREND][t] = m->falling;
            run->out[ATR_HIGH][t] = m->line + width;
            run->out[ATR_LOW][t] = m->line - width;
            run->out[BUY][t] = turned && !m->falling ? m->line - range[i] / 2 : NAN;
            run->out[SELL][t] = turned && m->falling ? m->line + range[i] / 2 : NAN;
        }
    }
}

IND_INDICATOR(halftrend) = {
    .name = "halftrend",
    .title = "HalfTrend",
    .family = "trend",
    .source = "everget, HalfTrend, TradingView, 2021",
    .note = "trend is 0 while the market rises, as it does first, and 1 while it falls. "
            "buy_signal and sell_signal have a value on the bar where the trend turns only, half "
            "an average true range beyond the line. The average is Wilder's. A NaN bar keeps the "
            "trend from turning while it is in the window and makes all later bands NaN.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"amplitude", "bars", 2, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"channel_deviation", "ratio", 2, -1e6, 1e6},
               {"atr_period", "bars", 100, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"halftrend", "trend", "atr_high", "atr_low", "buy_signal", "sell_signal"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(halftrend),
    .tolerance = 1e-12,
};
