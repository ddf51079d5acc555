/* SPDX-License-Identifier: Apache-2.0 */
/* mama, ehlers_itrend: averages that take their speed from the cycle in the series. */
#include "mama.h"

/* ---- mama: MESA adaptive moving average ---- */

enum { FAST_LIMIT, SLOW_LIMIT };

static size_t mama_state_size(const double *params)
{
    (void)params;
    return sizeof(struct mama);
}

static size_t mama_warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return MAMA_FIRST;
}

static int mama_check(const double *params)
{
    return params[SLOW_LIMIT] > params[FAST_LIMIT] ? IND_EPARAM : IND_OK;
}

static size_t mama_history(const double *params)
{
    (void)params;
    return MAMA_HISTORY;
}

static void define_mama(const struct ind_run *run)
{
    mama_reference(run, run->params[FAST_LIMIT], run->params[SLOW_LIMIT], run->out[0], run->out[1]);
}

static void IND_FN(mama)(const struct ind_run *run)
{
    double mama[CHUNK], fama[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        mama_chunk(run->state, run->in[0] + at, at, n, run->params[FAST_LIMIT],
                   run->params[SLOW_LIMIT], mama, fama);
        for (size_t i = chunk_skip(at, MAMA_FIRST); i < n; i++) {
            run->out[0][at + i] = mama[i];
            run->out[1][at + i] = fama[i];
        }
    }
}

IND_INDICATOR(mama) = {
    .name = "mama",
    .title = "MESA Adaptive Moving Average",
    .family = "cycle",
    .source = "Ehlers, MESA Adaptive Moving Averages, Stocks & Commodities, 2001",
    .note = "The price is taken to have stood at its first value before. The phase stays while the "
            "in-phase part is 0. slow_limit must not exceed "
            "fast_limit. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"fast_limit", "ratio", 0.5, 0, 1}, {"slow_limit", "ratio", 0.05, 0, 1}},
    .outputs = {"mama_values", "fama_values"},
    .warmup = mama_warmup,
    .history = mama_history,
    .check = mama_check,
    .state_size = mama_state_size,
    .reference = define_mama,
    .run = IND_FN(mama),
    .tolerance = 1e-8, /* ratios of small differences of prices */
};

/* ---- ehlers_itrend: instantaneous trendline ----
 *
 *   dc = floor(smoothed period + 0.5), 1 .. max_dc_period;   it = mean of the last dc prices
 *   out = (4 it + 3 it' + 2 it'' + it''') / 10 */

enum { WARMUP_BARS, MAX_DC };

struct itrend_state {
    struct hilbert hilbert;
    double it[3];
};

static size_t itrend_state_size(const double *params)
{
    (void)params;
    return sizeof(struct itrend_state);
}

static size_t itrend_history(const double *params) { return size_max((size_t)params[MAX_DC], 3); }

static long double itrend_reference_measure(long double re, long double im, long double period)
{
    (void)period;
    return re == 0 || im == 0 ? 0 : 2 * CYCLE_PI / atan2l(im, re);
}

static void itrend_reference(const struct ind_run *run)
{
    const struct hilbert_series h = hilbert_reference(run, 0, 0, itrend_reference_measure);
    double *it = run_scratch(run, 5);

    for (size_t t = 0; t < run->to; t++) {
        long double sum = 0, dc = floorl(h.length[t] + 0.5L);
        dc = dc < 1 ? 1 : dc > run->params[MAX_DC] ? run->params[MAX_DC] : dc;
        for (size_t i = 0; i < (size_t)dc && i <= t; i++)
            sum += run->in[0][t - i];
        it[t] = (double)(isnan(h.length[t]) ? NAN : sum / dc);
        sum = 0;
        for (size_t i = 0; i < 4; i++)
            sum += (long double)(4 - i) * (t >= i ? it[t - i] : 0);
        if (t >= run_int(run, WARMUP_BARS))
            run->out[0][t] = (double)(sum / 10);
    }
}

/* Mean of the last n prices; what was before the first is 0. */
static double mean_back(const double *x, size_t t, size_t n)
{
    const size_t m = size_min(n, t + 1);
    double sum = 0;

    for (size_t i = 0; i < m; i++)
        sum += x[t - i];
    return sum / (double)n;
}

static inline double itrend_measure(double re, double im, double before)
{
    (void)before;
    return re == 0 || im == 0 ? 0 : HILBERT_TURN / atan2(im, re);
}

static void IND_FN(ehlers_itrend)(const struct ind_run *run)
{
    const double *x = run->in[0], most = run->params[MAX_DC];
    struct itrend_state *s = run->state;
    struct hilbert_rooms r;

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, run_int(run, WARMUP_BARS)), n);

        for (size_t i = 0; i < n; i++)
            hilbert_smooth(&r)[i] = hilbert_price(x + at + i, at + i, 0);
        hilbert_chunk(&s->hilbert, n, &r, itrend_measure);
        for (size_t i = 0; i < n; i++) {
            const double whole = floor(r.length[i] + 0.5);
            const double dc = whole < 1 ? 1 : whole > most ? most : whole;
            const double it = isnan(dc) ? NAN : mean_back(x, at + i, (size_t)dc);
            if (i >= skip)
                run->out[0][at + i] = (4 * it + 3 * s->it[0] + 2 * s->it[1] + s->it[2]) / 10;
            s->it[2] = s->it[1];
            s->it[1] = s->it[0];
            s->it[0] = it;
        }
    }
}

static size_t itrend_warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[WARMUP_BARS];
}

IND_INDICATOR(ehlers_itrend) = {
    .name = "ehlers_itrend",
    .title = "Ehlers Instantaneous Trendline",
    .family = "cycle",
    .source = "Ehlers, Rocket Science for Traders, 2001",
    .note = "Prices before the first bar count as 0. A NaN or infinite bar makes all later values "
            "NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"warmup_bars", "bars", 12, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"max_dc_period", "bars", 50, 1, 1e6, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = itrend_warmup,
    .history = itrend_history,
    .state_size = itrend_state_size,
    .reference = itrend_reference,
    .run = IND_FN(ehlers_itrend),
    .tolerance = 1e-9,
};
