/* SPDX-License-Identifier: Apache-2.0 */
/* alphatrend: a stop below the price while money flows in, above it while money flows out, that
 * only moves with the flow.
 *
 *   a = mean true range over period
 *   k1 = max(low - coeff a, k1 before) where the flow index is 50 or more,
 *        else min(high + coeff a, k1 before);   k2 = k1 two bars ago */
#include "gain_loss.h"
#include "money_flow.h"
#include "price.h"

enum { OPEN, HIGH, LOW, CLOSE, VOLUME };
enum { COEFF, PERIOD, NO_VOLUME };

struct state {
    struct tail ranges;
    struct window_sum range;
    struct money_flow flow;
    struct gain_loss strength;
    double before[2]; /* k1, the newest first */
    double mem[];     /* of ranges, flow */
};

static size_t warmup(const double *params, size_t output)
{
    return (size_t)params[PERIOD] - 1 + 2 * output;
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[PERIOD];

    return sizeof(struct state) + series_size(p) + money_flow_doubles(p) * sizeof(double);
}

/* The stop of a bar, given what it would be without the one before. */
static double stop_after(double before, double alone, bool rising)
{
    return (rising ? alone < before : alone > before) ? before : alone;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = p - 1;
    const double *high = run->in[HIGH], *low = run->in[LOW], *close = run->in[CLOSE];
    double *range = run_scratch(run, 0), *price = run_scratch(run, 1), *rsi = run_scratch(run, 2);
    double *k = run->out[0];

    for (size_t t = 0; t < run->to; t++) {
        range[t] = true_range_at(high, low, close, t);
        price[t] = (high[t] + low[t] + close[t]) / 3;
    }
    relative_strength_reference(close, run->to, p, 50, rsi);
    for (size_t t = first; t < run->to; t++) {
        const double width = run->params[COEFF] * (double)(plain_sum(range, t, p) / (long double)p);
        long double up, down;
        money_flow_reference(price, run->in[VOLUME], t, p, &up, &down);
        bool rising = up + down >= NO_FLOW && up >= down;
        if (run->params[NO_VOLUME] != 0)
            rising = t >= p && rsi[t] >= 50;
        const double alone = rising ? low[t] - width : high[t] + width;
        k[t] = t == first ? alone : stop_after(k[t - 1], alone, rising);
        if (t >= first + 2)
            run->out[1][t] = k[t - 2];
    }
}

/* rising[i] = whether more flows in than out at bar at + i. */
static void flow_chunk(const struct ind_run *run, struct state *s, const struct smoothing *how,
                       size_t at, size_t n, bool *rising)
{
    const size_t p = run_int(run, PERIOD);
    const double *high = run->in[HIGH], *low = run->in[LOW], *close = run->in[CLOSE];
    double up[CHUNK], down[CHUNK], room[CHUNK + 1], *price = room + 1;

    if (run->params[NO_VOLUME] != 0) {
        const size_t skip = at == 0, late = size_min(chunk_skip(at, p), n);
        gain_loss_chunk(how, &s->strength, close + at + skip, n - skip, up + skip, down + skip);
        for (size_t i = 0; i < late; i++)
            rising[i] = false;
        for (size_t i = late; i < n; i++)
            rising[i] = up[i] + down[i] < INFINITY && up[i] >= down[i];
        return;
    }
    for (size_t i = at == 0; i <= n; i++) /* from the bar before on */
        room[i] = (high[at + i - 1] + low[at + i - 1] + close[at + i - 1]) / 3;
    money_flow_chunk(&s->flow, s->mem + series_doubles(p), p, price, run->in[VOLUME] + at, at == 0,
                     n, up, down);
    for (size_t i = 0; i < n; i++)
        rising[i] = up[i] + down[i] >= NO_FLOW && up[i] >= down[i];
}

static void IND_FN(alphatrend)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), first = p - 1;
    const double *high = run->in[HIGH], *low = run->in[LOW], *close = run->in[CLOSE];
    const double coeff = run->params[COEFF];
    const struct smoothing how = smoothing_wilder(run, p);
    struct state *s = run->state;
    double width[CHUNK];
    bool rising[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        true_range_chunk(high, low, close, at, n, width);
        window_sum_chunk_scaled(&s->range, tail_append(&s->ranges, s->mem, p, width, n), n, p,
                                coeff / (double)p, width);
        flow_chunk(run, s, &how, at, n, rising);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            const size_t t = at + i;
            const double alone = rising[i] ? low[t] - width[i] : high[t] + width[i];
            const double k = t == first ? alone : stop_after(s->before[0], alone, rising[i]);
            run->out[0][t] = k;
            if (t >= first + 2)
                run->out[1][t] = s->before[1];
            s->before[1] = s->before[0];
            s->before[0] = k;
        }
    }
}

IND_INDICATOR(alphatrend) = {
    .name = "alphatrend",
    .title = "AlphaTrend",
    .family = "trend",
    .source = "Ozbilgic, AlphaTrend, TradingView, 2021",
    .note = "The flow is the money flow index of (high + low + close) / 3 or, with no_volume, the "
            "relative strength index of the close, which needs one bar more and until then counts "
            "as falling. No flow of money counts as falling, a close that never moved as rising. "
            "The first true range is high - low. A NaN bar shows in k1 while it is in the window "
            "and starts the stop anew; with no_volume the market falls ever after. Opens are not "
            "read.",
    .inputs = {{"open", "open"},
               {"high", "high"},
               {"low", "low"},
               {"close", "close"},
               {"volume", "volume"}},
    .params = {{"coeff", "ratio", 1, 1e-6, 1e6},
               {"period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"no_volume", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}}},
    .outputs = {"k1", "k2"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(alphatrend),
    .tolerance = 1e-12,
};
