/* SPDX-License-Identifier: Apache-2.0 */
/* bandpass: Ehlers' band-pass filter.
 *
 *   hp = one-pole high-pass filter of round(4 p / bandwidth) bars, which starts with x[0]
 *   bp = resonance of hp at p, which starts with hp[0], hp[1]
 *   bp_normalized = bp / peak,   peak = max(|bp|, 0.991 peak),   from bar 2 on
 *   trigger = high-pass filter of bp_normalized, of round(p / bandwidth / 1.5) bars */
#include "cycle.h"
#include "smooth.h"

enum { PERIOD, BANDWIDTH };
enum { BP, NORMALIZED, SIGNAL, TRIGGER };
enum { FIRST = 2 };

static const double FADE = 0.991;

/* y[0] = x[0];   y[t] = in (x[t] - x[t-1]) + keep y[t-1] */
struct highpass {
    long double in, keep;
};

struct highpass_state {
    double x, y;
};

static struct highpass highpass_make(double period)
{
    const long double alpha = highpass_alpha(2 * CYCLE_PI / period);

    return (struct highpass){1 - alpha / 2, 1 - alpha};
}

static double slow_period(const double *params)
{
    return round(4 * params[PERIOD] / params[BANDWIDTH]);
}

static double trigger_period(const double *params)
{
    return round(params[PERIOD] / params[BANDWIDTH] / 1.5);
}

struct state {
    struct highpass_state slow, trigger;
    double hp[2], bp[2], peak; /* newest first */
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)params, (void)output;
    return FIRST;
}

static int check(const double *params)
{
    if (trigger_period(params) < 2)
        return IND_EPARAM;
    return resonance_check(params[PERIOD], params[BANDWIDTH]);
}

static double side(double normalized, double trigger)
{
    return normalized < trigger ? 1 : normalized > trigger ? -1 : 0;
}

static void reference(const struct ind_run *run)
{
    const struct resonance r = resonance_make(run->params[PERIOD], run->params[BANDWIDTH]);
    const struct highpass slow = highpass_make(slow_period(run->params));
    const struct highpass quick = highpass_make(trigger_period(run->params));
    long double hp[3] = {0}, bp[3] = {0}, peak = 0, before = 0, trigger = 0;

    for (size_t t = 0; t < run->to; t++) {
        const double *x = run->in[0];
        hp[2] = hp[1], hp[1] = hp[0], bp[2] = bp[1], bp[1] = bp[0];
        hp[0] = t == 0 ? x[0] : slow.in * ((long double)x[t] - x[t - 1]) + slow.keep * hp[1];
        bp[0] = t < FIRST ? hp[0] : r.in * (hp[0] - hp[2]) + r.one * bp[1] + r.two * bp[2];
        if (t < FIRST)
            continue;
        peak *= FADE;
        peak = fabsl(bp[0]) > peak ? fabsl(bp[0]) : peak;
        const long double normalized = peak == 0 ? 0 : bp[0] / peak;
        trigger = t == FIRST ? normalized : quick.in * (normalized - before) + quick.keep * trigger;
        before = normalized;
        run->out[BP][t] = (double)bp[0];
        run->out[NORMALIZED][t] = (double)normalized;
        run->out[SIGNAL][t] = normalized < trigger ? 1 : normalized > trigger ? -1 : 0;
        run->out[TRIGGER][t] = (double)trigger;
    }
}

/* n bars; `start`: the first of them is the filter's first. */
static void highpass_chunk(const struct highpass *how, struct highpass_state *s, bool start,
                           const double *x, double *y, size_t n)
{
    const double in = (double)how->in, keep = (double)how->keep;
    double all[CHUNK], add[CHUNK];

    for (size_t i = 0; i < n; i++)
        all[i] = keep;
    for (size_t i = 1; i < n; i++)
        add[i] = in * (x[i] - x[i - 1]);
    add[0] = in * (x[0] - s->x);
    if (start) {
        add[0] = x[0];
        all[0] = 0;
    }
    s->x = x[n - 1];
    s->y = fade_chunk(s->y, all, add, y, n);
}

static void normalize(struct state *s, const double *bp, double *out, size_t n)
{
    double peak = s->peak;

    for (size_t i = 0; i < n; i++) {
        const double size = fabs(bp[i]), faded = FADE * peak;
        peak = size > faded ? size : faded;
        out[i] = peak;
    }
    for (size_t i = 0; i < n; i++) {
        const double value = bp[i] / out[i];
        out[i] = out[i] == 0 ? 0 : value;
    }
    s->peak = peak;
}

static void IND_FN(bandpass)(const struct ind_run *run)
{
    const struct resonance r = resonance_make(run->params[PERIOD], run->params[BANDWIDTH]);
    const struct highpass slow = highpass_make(slow_period(run->params));
    const struct highpass quick = highpass_make(trigger_period(run->params));
    struct state *s = run->state;
    double room[CHUNK + 2], *hp = room + 2, bp[CHUNK], normalized[CHUNK], trigger[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, FIRST), n), m = n - skip;

        hp[-1] = s->hp[0], hp[-2] = s->hp[1];
        highpass_chunk(&slow, &s->slow, at == 0, run->in[0] + at, hp, n);
        for (size_t i = 0; i < skip; i++) {
            s->bp[1] = s->bp[0];
            s->bp[0] = hp[i];
        }
        s->hp[0] = hp[n - 1], s->hp[1] = *(hp + n - 2);
        if (m == 0)
            continue;
        resonance_chunk(&r, hp + skip, m, s->bp, bp);
        normalize(s, bp, normalized, m);
        highpass_chunk(&quick, &s->trigger, at + skip == FIRST, normalized, trigger, m);
        for (size_t i = 0; i < m; i++) {
            const size_t t = at + skip + i;
            run->out[BP][t] = bp[i];
            run->out[NORMALIZED][t] = normalized[i];
            run->out[SIGNAL][t] = side(normalized[i], trigger[i]);
            run->out[TRIGGER][t] = trigger[i];
        }
    }
}

IND_INDICATOR(bandpass) = {
    .name = "bandpass",
    .title = "Band-Pass Filter",
    .family = "cycle",
    .source = "Ehlers, Cycle Analytics for Traders, 2013",
    .note = "signal is 1 while bp_normalized is below trigger, -1 while above, 0 when equal. "
            "bandwidth must be below a quarter of period. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 20, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"bandwidth", "ratio", 0.3, 1e-6, 1}},
    .outputs = {"bp", "bp_normalized", "signal", "trigger"},
    .warmup = warmup,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(bandpass),
    .tolerance = 1e-8, /* a cycle is a small difference of prices, and is divided by its peak */
};
