/* SPDX-License-Identifier: Apache-2.0 */
/* mod_god_mode: the mean of several oscillators, its signal and how they differ.
 *
 *   index: channel index over n1, times 1 / 0.025, averaged over n2, + 50
 *   strength: relative strength index over n3;   flow: money flow index over n3
 *   drive: mean of strength and 50 + 50 * (changes averaged over n1, then n2) / (the same of
 *          |changes|); in godmode_mg changes are divided by the mean of both closes
 *   reach: 60 (close - highest) / (highest - lowest) + 80, of the closes over n2
 *   swing: strength - strength n2 bars ago + strength averaged over n3
 *   laguerre: Laguerre relative strength index, alpha 0.7
 *
 *   godmode = index, drive, flow, reach;   tradition = index, flow, strength
 *   godmode_mg = godmode, swing, laguerre; tradition_mg = tradition, swing, laguerre
 *   signal = mean of 6;   histogram = 50 + 2 (wavetrend - signal), averaged over n3 */
#include "channel_index.h"
#include "extrema.h"
#include "gain_loss.h"
#include "money_flow.h"
#include "moving_average.h"

enum { HIGH, LOW, CLOSE, VOLUME };
enum { N1, N2, N3, MODE, USE_VOLUME };
enum { GODMODE, TRADITION, GODMODE_MG, TRADITION_MG };
enum { STAGES = 4, SIGNAL_OF = 6 };

/* Laguerre steps that sum to less than this part of the close are rounding. */
#define NO_STEPS 1e-9

struct state {
    struct channel_index index;
    struct smooth index_mean;
    struct gain_loss strength;
    struct smooth change[2], size[2];
    struct extreme high, low;
    struct tail swing_tail;
    struct smooth swing_mean;
    double stage[STAGES];
    struct money_flow flow;
    struct tail signal_tail;
    struct window_sum signal;
    struct smooth histogram;
    double mem[]; /* of high, low, swing, flow, signal */
};

static bool is_mg(const double *params) { return params[MODE] >= GODMODE_MG; }
static bool is_god(const double *params)
{
    return params[MODE] == GODMODE || params[MODE] == GODMODE_MG;
}

static size_t warmup(const double *params, size_t output)
{
    const size_t n = size_max(size_max((size_t)params[N1], (size_t)params[N2]), (size_t)params[N3]);

    return n - 1 + (output == 0 ? 0 : SIGNAL_OF - 1);
}

static size_t history(const double *params) { return size_max(1, (size_t)params[N2]); }

static size_t state_size(const double *params)
{
    const size_t n2 = (size_t)params[N2];

    return sizeof(struct state) + 2 * extreme_size(n2) + series_size(n2 + 1) +
           money_flow_doubles((size_t)params[N3]) * sizeof(double) + series_size(SIGNAL_OF);
}

/* The change from one close to the next, as the mode takes it. */
static inline double change_of(double before, double close, bool relative)
{
    const double change = close - before, middle = 0.5 * (before + close);

    if (!relative)
        return change;
    return middle == 0 ? 0 : change / middle;
}

/* All changes were up: nothing flowed down. */
static inline double flow_index(double up, double down)
{
    return down == 0 ? 100 : 100 * up / (up + down);
}

static inline double reach_of(double close, double high, double low)
{
    const double value = 60 * (close - high) / (high - low) + 80;

    return high == low ? NAN : value;
}

/* ---- The definition ---- */

/* Each oscillator in full, one after the other; NaN where it has no value. */
static void reference_flow(const struct ind_run *run, const double *strength, double *flow)
{
    const size_t p = run_int(run, N3);
    double *price = run_scratch(run, 12);

    for (size_t t = 0; t < run->to; t++) {
        price[t] = (run->in[HIGH][t] + run->in[LOW][t] + run->in[CLOSE][t]) / 3;
        flow[t] = NAN;
        if (t < p)
            continue;
        long double up, down;
        money_flow_reference(price, run->in[VOLUME], t, p, &up, &down);
        flow[t] = run->params[USE_VOLUME] == 0 ? strength[t]
                  : down == 0                  ? 100
                                               : (double)(100 * up / (up + down));
    }
}

static void reference_drive(const struct ind_run *run, const double *strength, double *drive)
{
    const long double slow = 2 / (run->params[N1] + 1.0L), quick = 2 / (run->params[N2] + 1.0L);
    const double *x = run->in[CLOSE];
    struct smooth_reference c[2] = {{0}, {0}}, s[2] = {{0}, {0}};

    drive[0] = NAN;
    for (size_t t = 1; t < run->to; t++) {
        const long double change = change_of(x[t - 1], x[t], is_mg(run->params));
        const long double size = fabsl((long double)x[t] - x[t - 1]);
        smooth_reference_push(&c[1], smooth_reference_push(&c[0], change, 1, slow), 1, quick);
        smooth_reference_push(&s[1], smooth_reference_push(&s[0], size, 1, slow), 1, quick);
        drive[t] = t < run_int(run, N3) || s[1].y == 0
                       ? (double)NAN
                       : (double)((strength[t] + 50 + 50 * (c[1].y / s[1].y)) / 2);
    }
}

static void reference_swing(const struct ind_run *run, const double *strength, double *swing)
{
    const size_t n2 = run_int(run, N2), n3 = run_int(run, N3);
    struct smooth_reference mean = {0};

    for (size_t t = 0; t < run->to; t++) {
        swing[t] = NAN;
        if (t >= n3)
            smooth_reference_push(&mean, strength[t], 1, 2 / (run->params[N3] + 1.0L));
        if (t >= n3 + n2)
            swing[t] = (double)(strength[t] - strength[t - n2] + mean.y);
    }
}

static void reference_laguerre(const double *x, size_t len, double *out)
{
    long double stage[STAGES] = {0};

    for (size_t t = 0; t < len; t++) {
        long double up = 0, down = 0, carried = 0;
        for (int k = 0; k < STAGES; k++) {
            const long double before = stage[k];
            stage[k] = k == 0 ? 0.7L * x[t] + 0.3L * before
                              : carried - 0.3L * stage[k - 1] + 0.3L * before;
            carried = before;
        }
        for (int k = 1; k < STAGES; k++) {
            up += fmaxl(stage[k - 1] - stage[k], 0);
            down += fmaxl(stage[k] - stage[k - 1], 0);
        }
        out[t] = !(up + down > NO_STEPS * fabsl((long double)x[t]))
                     ? (double)NAN
                     : (double)(100 * up / (up + down));
    }
}

/* All oscillators of the mode into scratch 0 .. n - 1. Gives n. */
static size_t reference_parts(const struct ind_run *run)
{
    const double *x = run->in[CLOSE];
    const size_t n2 = run_int(run, N2);
    double *strength = run_scratch(run, 11), *index = run_scratch(run, 0);
    struct smooth_reference mean = {0};
    size_t n = 0;

    for (size_t t = 0; t < run->to; t++)
        strength[t] = NAN;
    relative_strength_reference(x, run->to, run_int(run, N3), 100, strength);
    for (size_t t = 0; t < size_min(run_int(run, N3), run->to); t++)
        strength[t] = NAN;
    channel_index_reference(x, run->to, 0, run_int(run, N1), 0.025L, NAN, index);
    for (size_t t = 0; t < run->to; t++)
        if (!isnan(index[t]))
            index[t] = (double)(50 + smooth_reference_push(&mean, index[t], 1,
                                                           2 / (run->params[N2] + 1.0L)));
    n++;
    reference_flow(run, strength, run_scratch(run, n++));
    if (is_god(run->params)) {
        double *reach = run_scratch(run, n++);
        reference_drive(run, strength, run_scratch(run, n++));
        for (size_t t = 0; t < run->to; t++)
            reach[t] = t + 1 < n2 ? (double)NAN
                                  : reach_of(x[t], window_max(x, t, n2), window_min(x, t, n2));
    } else {
        double *copy = run_scratch(run, n++);
        for (size_t t = 0; t < run->to; t++)
            copy[t] = strength[t];
    }
    if (is_mg(run->params)) {
        reference_swing(run, strength, run_scratch(run, n++));
        reference_laguerre(x, run->to, run_scratch(run, n++));
    }
    return n;
}

static void reference(const struct ind_run *run)
{
    const size_t n = reference_parts(run), first = warmup(run->params, 0);
    double *wave = run->out[0];
    struct smooth_reference s = {0};

    for (size_t t = first; t < run->to; t++) {
        long double sum = 0;
        size_t known = 0;
        for (size_t k = 0; k < n; k++) {
            const double value = run_scratch(run, k)[t];
            sum += isfinite(value) ? value : 0;
            known += isfinite(value);
        }
        wave[t] = known == 0 ? (double)NAN : (double)(sum / (long double)known);
        if (t < warmup(run->params, 1))
            continue;
        run->out[1][t] = (double)sma_plain(wave, t, SIGNAL_OF);
        const double apart = 2 * (wave[t] - run->out[1][t]) + 50;
        run->out[2][t] = isnan(apart) ? (double)NAN
                                      : (double)smooth_reference_push(&s, apart, 1,
                                                                      2 / (run->params[N3] + 1.0L));
    }
}

/* ---- The kernel ---- */

/* What is averaged. */
struct total {
    double sum[CHUNK], known[CHUNK];
};

static void total_add(struct total *total, const double *x, size_t from, size_t n)
{
    for (size_t i = from; i < n; i++) {
        const int known = isfinite(x[i]);
        total->sum[i] += known ? x[i] : 0;
        total->known[i] += known;
    }
}

static void add_index(const struct ind_run *run, struct state *s, size_t at, size_t n,
                      struct total *total)
{
    const struct smoothing slow = smoothing_make(run, 1, ema_alpha(run_int(run, N1)));
    const struct smoothing quick = smoothing_make(run, 1, ema_alpha(run_int(run, N2)));
    double index[CHUNK];

    channel_index_chunk(&slow, &s->index, run->in[CLOSE] + at, 0, n, 0.025, NAN, index);
    smooth_chunk_known(&quick, &s->index_mean, index, index, n);
    for (size_t i = 0; i < n; i++)
        index[i] += 50;
    total_add(total, index, 0, n);
}

static void add_flow(const struct ind_run *run, struct state *s, double *mem, size_t at, size_t n,
                     const double *strength, struct total *total)
{
    const size_t p = run_int(run, N3), late = size_min(chunk_skip(at, p), n);
    double up[CHUNK], down[CHUNK], room[CHUNK + 1];

    if (run->params[USE_VOLUME] == 0) {
        total_add(total, strength, late, n);
        return;
    }
    for (size_t i = at == 0; i <= n; i++) { /* from the bar before on */
        const size_t t = at + i - 1;
        room[i] = (run->in[HIGH][t] + run->in[LOW][t] + run->in[CLOSE][t]) / 3;
    }
    money_flow_chunk(&s->flow, mem, p, room + 1, run->in[VOLUME] + at, at == 0, n, up, down);
    for (size_t i = late; i < n; i++)
        up[i] = flow_index(up[i], down[i]);
    total_add(total, up, late, n);
}

static void add_drive(const struct ind_run *run, struct state *s, size_t at, size_t n,
                      const double *strength, struct total *total)
{
    const struct smoothing slow = smoothing_make(run, 1, ema_alpha(run_int(run, N1)));
    const struct smoothing quick = smoothing_make(run, 1, ema_alpha(run_int(run, N2)));
    const size_t skip = at == 0, late = size_min(chunk_skip(at, run_int(run, N3)), n);
    const double *x = run->in[CLOSE] + at;
    double change[CHUNK], size[CHUNK];

    for (size_t i = skip; i < n; i++) {
        change[i] = change_of(*(x + i - 1), x[i], is_mg(run->params));
        size[i] = fabs(x[i] - *(x + i - 1));
    }
    smooth_chunk(&slow, &s->change[0], change + skip, change + skip, n - skip);
    smooth_chunk(&slow, &s->size[0], size + skip, size + skip, n - skip);
    smooth_chunk(&quick, &s->change[1], change + skip, change + skip, n - skip);
    smooth_chunk(&quick, &s->size[1], size + skip, size + skip, n - skip);
    for (size_t i = late; i < n; i++) {
        const double value = 0.5 * (strength[i] + 50 * (change[i] / size[i]) + 50);
        change[i] = size[i] == 0 ? NAN : value;
    }
    total_add(total, change, late, n);
}

static void add_reach(const struct ind_run *run, struct state *s, size_t at, size_t n,
                      struct total *total)
{
    const size_t p = run_int(run, N2), skip = size_min(chunk_skip(at, p - 1), n);
    const double *x = run->in[CLOSE] + at;
    double high[CHUNK], low[CHUNK];

    extreme_chunk_max(run, &s->high, s->mem, x, n, p, high);
    extreme_chunk_min(run, &s->low, s->mem + p, x, n, p, low);
    for (size_t i = skip; i < n; i++)
        high[i] = reach_of(x[i], high[i], low[i]);
    total_add(total, high, skip, n);
}

static void add_swing(const struct ind_run *run, struct state *s, double *mem, size_t at, size_t n,
                      const double *strength, struct total *total)
{
    const size_t n2 = run_int(run, N2), first = run_int(run, N3);
    const size_t skip = size_min(chunk_skip(at, first), n);
    const size_t late = size_min(chunk_skip(at, first + n2), n);
    const struct smoothing how = smoothing_make(run, 1, ema_alpha(first));
    const double *y = tail_append(&s->swing_tail, mem, n2 + 1, strength + skip, n - skip);
    double swing[CHUNK];

    smooth_chunk(&how, &s->swing_mean, strength + skip, swing + skip, n - skip);
    for (size_t i = late; i < n; i++)
        swing[i] += strength[i] - ago(y + (i - skip), n2);
    total_add(total, swing, late, n);
}

static void add_laguerre(const struct ind_run *run, struct state *s, size_t at, size_t n,
                         struct total *total)
{
    const double *x = run->in[CLOSE] + at;
    double out[CHUNK], *l = s->stage;

    for (size_t i = 0; i < n; i++) {
        const double a = l[0], b = l[1], c = l[2];
        l[0] = 0.7 * x[i] + 0.3 * a;
        l[1] = a - 0.3 * l[0] + 0.3 * b;
        l[2] = b - 0.3 * l[1] + 0.3 * c;
        l[3] = c - 0.3 * l[2] + 0.3 * l[3];
        const double steps[] = {l[0] - l[1], l[1] - l[2], l[2] - l[3]};
        double up = 0, all = 0;
        for (int k = 0; k < STAGES - 1; k++) {
            up += steps[k] > 0 ? steps[k] : 0;
            all += fabs(steps[k]);
        }
        out[i] = all > NO_STEPS * fabs(x[i]) ? 100 * up / all : NAN;
    }
    total_add(total, out, 0, n);
}

/* The mean of the oscillators of the mode. */
static void wave_chunk(const struct ind_run *run, struct state *s, size_t at, size_t n,
                       double *wave)
{
    const size_t n2 = run_int(run, N2), n3 = run_int(run, N3), skip = at == 0;
    const struct smoothing how = smoothing_wilder(run, n3);
    double *swing = s->mem + 2 * n2, *flow = swing + series_doubles(n2 + 1);
    double strength[CHUNK];
    struct total total;

    for (size_t i = 0; i < n; i++)
        total.sum[i] = total.known[i] = 0;
    gain_loss_chunk(&how, &s->strength, run->in[CLOSE] + at + skip, n - skip, strength + skip,
                    wave + skip);
    for (size_t i = skip; i < n; i++)
        strength[i] = relative_strength(strength[i], wave[i], 100);
    add_index(run, s, at, n, &total);
    add_flow(run, s, flow, at, n, strength, &total);
    if (is_god(run->params)) {
        add_drive(run, s, at, n, strength, &total);
        add_reach(run, s, at, n, &total);
    } else {
        total_add(&total, strength, size_min(chunk_skip(at, n3), n), n);
    }
    if (is_mg(run->params)) {
        add_swing(run, s, swing, at, n, strength, &total);
        add_laguerre(run, s, at, n, &total);
    }
    for (size_t i = 0; i < n; i++)
        wave[i] = total.known[i] == 0 ? NAN : total.sum[i] / total.known[i];
}

static void IND_FN(mod_god_mode)(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0), late_first = warmup(run->params, 1);
    const size_t n3 = run_int(run, N3);
    const struct smoothing how = smoothing_make(run, 1, ema_alpha(n3));
    struct state *s = run->state;
    double *signals = s->mem + 2 * run_int(run, N2) + series_doubles(run_int(run, N2) + 1) +
                      money_flow_doubles(n3);
    double wave[CHUNK], signal[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, first), n);
        const size_t late = size_min(chunk_skip(at, late_first), n);

        wave_chunk(run, s, at, n, wave);
        ma_chunk_sum(&s->signal_tail, signals, &s->signal, SIGNAL_OF, wave + skip, signal + skip,
                     n - skip);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = wave[i];
        for (size_t i = late; i < n; i++) {
            run->out[1][at + i] = signal[i];
            wave[i] = 2 * (wave[i] - signal[i]) + 50;
        }
        smooth_chunk_known(&how, &s->histogram, wave + late, wave + late, n - late);
        for (size_t i = late; i < n; i++)
            run->out[2][at + i] = wave[i];
    }
}

IND_INDICATOR(mod_god_mode) = {
    .name = "mod_god_mode",
    .title = "Modified God Mode",
    .family = "momentum",
    .source = "Legion, LazyBear and xSilas, Godmode Oscillator, TradingView, 2016",
    .note = "The mean is of the oscillators that have a value: the index none where the close "
            "stands at its average, reach none in a flat window, laguerre none where its stages "
            "have come together (to a billionth of the close), drive none before the close has "
            "moved. Without a fall strength and flow are 100. use_volume false takes strength for "
            "flow. Averages are exponential and seeded with their first value, but strength as "
            "Wilder's; the Laguerre stages start at 0. After a NaN close only reach and flow come "
            "back.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}, {"volume", "volume"}},
    .params = {{"n1", "bars", 17, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"n2", "bars", 6, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"n3", "bars", 4, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"mode", "choice", TRADITION_MG, GODMODE, TRADITION_MG, IND_INTEGER,
                (const char *const[]){"godmode", "tradition", "godmode_mg", "tradition_mg", NULL}},
               {"use_volume", "choice", 1, 0, 1, IND_INTEGER,
                (const char *const[]){"false", "true", NULL}}},
    .outputs = {"wavetrend", "signal", "histogram"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(mod_god_mode),
    .tolerance = 1e-6, /* some parts are ratios of differences down to a billionth of the prices */
};
