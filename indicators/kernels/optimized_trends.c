/* SPDX-License-Identifier: Apache-2.0 */
/* ott, otto: Kıvanç Özbilgiç's optimized trend tracker, a stop that follows an average at a
 * distance of some percent, and the oscillator made with it.
 *
 *   long = the average less percent, never lowered while the average is above; short, mirrored
 *   stop = long until the average falls below it, then short until it rises above that
 *   out = stop (200 +- percent) / 200,   + while the average is above the stop */
#include "moving_average.h"

/* The average of choice. var: towards x by 2 / (p + 1) times the size of Chande's momentum over 9
 * bars, from 0 on. */
enum average_kind { VAR, SMA, EMA, WMA, WWMA, DEMA, TMA, HULL, ZLEMA, TSF };

#define AVERAGE_PARAM                                                                              \
    {                                                                                              \
        "ma_type", "choice", VAR, VAR, TSF, IND_INTEGER, (const char *const[])                     \
        {                                                                                          \
            "var", "sma", "ema", "wma", "wwma", "dema", "tma", "hull", "zlema", "tsf", NULL        \
        }                                                                                          \
    }

/* What moving_average.h has of them; of zlema the smoothing, of var and tsf nothing. */
static const enum ma_kind KINDS[] = {
    [VAR] = MA_SMA,   [SMA] = MA_SMA,   [EMA] = MA_EMA,  [WMA] = MA_WMA,    [WWMA] = MA_SMMA,
    [DEMA] = MA_DEMA, [TMA] = MA_TRIMA, [HULL] = MA_HMA, [ZLEMA] = MA_DEMA, [TSF] = MA_WMA};

enum { MOMENTUM = 9 };

/* Room for the longest of what looks back: the period, or the momentum. */
struct average {
    struct ma ma;
    struct window_line line;
    struct smooth smooth;
    struct tail tail;
    double y;
};

static size_t back_of(size_t p) { return size_max(p, MOMENTUM); }
static size_t average_size(size_t p) { return size_max(ma_size(p), series_size(back_of(p))); }

static size_t average_warmup(enum average_kind kind, size_t p)
{
    return kind == VAR ? 0 : kind >= ZLEMA ? p - 1 : ma_warmup(KINDS[kind], p);
}

struct average_how {
    enum average_kind kind;
    struct averaging averaging;
};

static struct average_how average_make(const struct ind_run *run, enum average_kind kind, size_t p)
{
    return (struct average_how){kind, averaging_make(run, KINDS[kind], p)};
}

/* rate[i] = |gains - losses| / (gains + losses) of the 9 changes up to at[i], 0 before there are 9;
 * `bar` is that of at[0]. */
static void momentum_chunk(const double *at, size_t bar, size_t n, double *rate)
{
    const size_t skip = size_min(chunk_skip(bar, MOMENTUM), n);
    double way[CHUNK];

    for (size_t i = 0; i < n; i++)
        rate[i] = way[i] = 0;
    /* what all changes come to, and the way they went */
    for (size_t k = 0; k < MOMENTUM; k++)
        for (size_t i = skip; i < n; i++) {
            const double change = *(at + i - k) - *(at + i - k - 1);
            rate[i] += change;
            way[i] += fabs(change);
        }
    for (size_t i = skip; i < n; i++) {
        const double ratio = fabs(rate[i]) / way[i];
        rate[i] = way[i] == 0 ? 0 : ratio;
    }
}

/* A variable average of x by the momentum that is in rate[]. */
static double var_chunk(double before, size_t p, const double *rate, const double *x, double *y,
                        size_t n)
{
    const double alpha = ema_alpha(p);
    double part[CHUNK];

    for (size_t i = 0; i < n; i++)
        part[i] = alpha * rate[i];
    return follow_chunk(before, part, x, y, n);
}

/* n bars from `bar` on. */
static void average_chunk(const struct average_how *how, struct average *s, double *mem,
                          const double *x, size_t bar, size_t n, double *out)
{
    const size_t p = how->averaging.p, lag = (p - 1) / 2;
    double slope[CHUNK];

    if (how->kind >= SMA && how->kind < ZLEMA) {
        ma_chunk(&how->averaging, &s->ma, mem, x, out, n);
        return;
    }
    const double *at = tail_append(&s->tail, mem, back_of(p), x, n);
    if (how->kind == VAR) {
        momentum_chunk(at, bar, n, slope);
        s->y = var_chunk(s->y, p, slope, at, out, n);
    } else if (how->kind == TSF) {
        window_line_chunk(&s->line, at, n, p, out, slope);
        for (size_t i = 0; i < n; i++)
            out[i] = line_at(out[i], slope[i], p, 1);
    } else {
        for (size_t i = 0; i < n; i++)
            out[i] = bar + i < lag ? at[i] : 2 * at[i] - *(at + i - lag);
        smooth_chunk(&how->averaging.smoothing, &s->smooth, out, out, n);
    }
}

struct stops {
    double low, high;
    int side; /* 0: not begun; 1: the low one; -1: the high one */
};

static void stops_chunk(struct stops *s, double percent, const double *average, size_t n,
                        double *out)
{
    const double part = 0.01 * percent;

    for (size_t i = 0; i < n; i++) {
        const double m = average[i], low = m - part * m, high = m + part * m;
        const double low_before = s->side ? s->low : low, high_before = s->side ? s->high : high;

        s->low = m > low_before && low_before > low ? low_before : low;
        s->high = m < high_before && high_before < high ? high_before : high;
        if (s->side == 0 || (s->side < 0 && m > high_before))
            s->side = 1;
        else if (s->side > 0 && m < low_before)
            s->side = -1;
        const double stop = s->side > 0 ? s->low : s->high;
        out[i] = stop * (m > stop ? 200 + percent : 200 - percent) / 200;
    }
}

/* ---- For references ---- */

static long double momentum_plain(const double *x, size_t t)
{
    long double up = 0, down = 0;

    for (size_t i = 0; i < MOMENTUM && t >= MOMENTUM; i++) {
        const long double change = (long double)x[t - i] - x[t - i - 1];
        up += change > 0 ? change : 0;
        down += change < 0 ? -change : 0;
    }
    return up + down == 0 ? 0 : fabsl(up - down) / (up + down);
}

static void var_define(const double *x, size_t len, size_t p, double *y)
{
    long double v = 0;

    for (size_t t = 0; t < len; t++) {
        v += 2 / (long double)(p + 1) * momentum_plain(x, t) * (x[t] - v);
        y[t] = (double)v;
    }
}

static void average_define(const double *x, size_t len, enum average_kind kind, size_t p, double *y)
{
    const size_t lag = (p - 1) / 2;
    struct smooth_reference zlema = {0};

    if (kind == VAR)
        var_define(x, len, p, y);
    for (size_t t = 0; t < len && kind != VAR; t++) {
        y[t] = x[t];
        if (kind == ZLEMA) {
            const long double u = t < lag ? x[t] : 2 * (long double)x[t] - x[t - lag];
            y[t] = (double)smooth_reference_push(&zlema, u, 1, 2 / (long double)(p + 1));
        }
        if (kind == TSF && t + 1 >= p) {
            const long double mean = sma_plain(x, t, p), wma = wma_plain(x, t, p);
            /* the mean is where the line is in mid-window, wma at two thirds */
            y[t] = (double)(p < 2 ? mean
                                  : mean + (wma - mean) * 3 * (long double)(p + 1) /
                                               (long double)(p - 1));
        }
    }
    if (kind >= SMA && kind < ZLEMA)
        ma_reference(y, 0, len, KINDS[kind], p);
}

static void stops_define(const double *average, size_t from, size_t len, double percent,
                         double *out)
{
    long double low = 0, high = 0;
    bool up = true;

    for (size_t t = from; t < len; t++) {
        const long double m = average[t], low_before = t == from ? -INFINITY : low;
        const long double high_before = t == from ? INFINITY : high;
        low = m * (1 - percent / 100.0L);
        high = m * (1 + percent / 100.0L);
        if (m > low_before)
            low = fmaxl(low, low_before);
        if (m < high_before)
            high = fminl(high, high_before);
        up = up ? !(m < low_before) : m > high_before;
        const long double stop = up ? low : high;
        out[t] = (double)(stop * (m > stop ? 200 + percent : 200 - percent) / 200);
    }
}

/* ---- ott ---- */

enum { PERIOD, PERCENT, TYPE };

struct ott_state {
    struct average average;
    struct stops stops;
    double mem[];
};

static size_t ott_state_size(const double *params)
{
    return sizeof(struct ott_state) + average_size((size_t)params[PERIOD]);
}

static size_t ott_warmup(const double *params, size_t output)
{
    (void)output;
    return average_warmup((enum average_kind)params[TYPE], (size_t)params[PERIOD]);
}

static void ott_reference(const struct ind_run *run)
{
    double *average = run_scratch(run, 0);

    average_define(run->in[0], run->to, (enum average_kind)run->params[TYPE], run_int(run, PERIOD),
                   average);
    stops_define(average, ott_warmup(run->params, 0), run->to, run->params[PERCENT], run->out[0]);
}

static void IND_FN(ott)(const struct ind_run *run)
{
    const struct average_how how =
        average_make(run, (enum average_kind)run->params[TYPE], run_int(run, PERIOD));
    const size_t first = ott_warmup(run->params, 0);
    struct ott_state *s = run->state;
    double average[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, first), n);

        average_chunk(&how, &s->average, s->mem, run->in[0] + at, at, n, average);
        stops_chunk(&s->stops, run->params[PERCENT], average + skip, n - skip,
                    run->out[0] + at + skip);
    }
}

#define SOURCE "Ozbilgic, Optimized Trend Tracker, TradingView, 2019"

IND_INDICATOR(ott) = {
    .name = "ott",
    .title = "Optimized Trend Tracker",
    .family = "trend",
    .source = SOURCE,
    .note = "The average var is 0 for the first 9 bars. With it and with exponential averages a "
            "NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 2, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"percent", "percent", 1.4, 0, 100},
               AVERAGE_PARAM},
    .outputs = {"values"},
    .warmup = ott_warmup,
    .state_size = ott_state_size,
    .reference = ott_reference,
    .run = IND_FN(ott),
    .tolerance = 1e-11,
};

/* ---- otto ----
 *
 *   lott = v(slow / 2) / (v(slow) - v(slow fast) + constant), v being the var average of x
 *   hott = ott of lott */

enum { OTT_PERIOD, OTT_PERCENT, FAST_LENGTH, SLOW_LENGTH, CONSTANT, OTT_TYPE };
enum { HOTT, LOTT };

struct otto_state {
    double v[3];
    struct average average;
    struct stops stops;
    double mem[];
};

static size_t otto_state_size(const double *params)
{
    return sizeof(struct otto_state) + average_size((size_t)params[OTT_PERIOD]);
}

static size_t otto_warmup(const double *params, size_t output)
{
    return output == LOTT
               ? 0
               : average_warmup((enum average_kind)params[OTT_TYPE], (size_t)params[OTT_PERIOD]);
}

static void otto_lengths(const double *params, size_t *ret)
{
    ret[0] = (size_t)params[SLOW_LENGTH] / 2;
    ret[1] = (size_t)params[SLOW_LENGTH];
    ret[2] = (size_t)params[SLOW_LENGTH] * (size_t)params[FAST_LENGTH];
}

static void otto_reference(const struct ind_run *run)
{
    double *v[3] = {run_scratch(run, 0), run_scratch(run, 1), run_scratch(run, 2)};
    double *average = run_scratch(run, 3);
    size_t lengths[3];

    otto_lengths(run->params, lengths);
    for (size_t k = 0; k < 3; k++)
        var_define(run->in[0], run->to, lengths[k], v[k]);
    for (size_t t = 0; t < run->to; t++)
        run->out[LOTT][t] = v[0][t] / (v[1][t] - v[2][t] + run->params[CONSTANT]);
    average_define(run->out[LOTT], run->to, (enum average_kind)run->params[OTT_TYPE],
                   run_int(run, OTT_PERIOD), average);
    stops_define(average, otto_warmup(run->params, HOTT), run->to, run->params[OTT_PERCENT],
                 run->out[HOTT]);
}

static void IND_FN(otto)(const struct ind_run *run)
{
    const struct average_how how =
        average_make(run, (enum average_kind)run->params[OTT_TYPE], run_int(run, OTT_PERIOD));
    const size_t first = otto_warmup(run->params, HOTT);
    struct otto_state *s = run->state;
    double rate[CHUNK], v[3][CHUNK], *lott = v[0], *average = v[1];
    size_t lengths[3];

    otto_lengths(run->params, lengths);
    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, first), n);

        momentum_chunk(x, at, n, rate);
        for (size_t k = 0; k < 3; k++)
            s->v[k] = var_chunk(s->v[k], lengths[k], rate, x, v[k], n);
        for (size_t i = 0; i < n; i++)
            run->out[LOTT][at + i] = lott[i] =
                v[0][i] / (v[1][i] - v[2][i] + run->params[CONSTANT]);
        average_chunk(&how, &s->average, s->mem, lott, at, n, average);
        stops_chunk(&s->stops, run->params[OTT_PERCENT], average + skip, n - skip,
                    run->out[HOTT] + at + skip);
    }
}

static size_t otto_history(const double *params)
{
    (void)params;
    return MOMENTUM;
}

IND_INDICATOR(otto) = {
    .name = "otto",
    .title = "OTT Oscillator",
    .family = "trend",
    .source = SOURCE,
    .note = "The averages of lott start at 0 and stay there for the first 9 bars. A NaN or "
            "infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"ott_period", "bars", 2, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"ott_percent", "percent", 0.6, 0, 100},
               {"fast_vidya_length", "bars", 10, 1, 1e6, IND_INTEGER},
               {"slow_vidya_length", "bars", 25, 2, 1e6, IND_INTEGER},
               {"correcting_constant", "price", 100000, -1e12, 1e12},
               AVERAGE_PARAM},
    .outputs = {"hott", "lott"},
    .warmup = otto_warmup,
    .history = otto_history,
    .state_size = otto_state_size,
    .reference = otto_reference,
    .run = IND_FN(otto),
    .tolerance = 1e-9, /* lott moves little */
};
