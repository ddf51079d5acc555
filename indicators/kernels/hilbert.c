/* SPDX-License-Identifier: Apache-2.0 */
/* Ehlers' dominant cycle by the homodyne discriminator, and what follows from it: its length and
 * phase, the phasor, the sine waves, the trendline, the mode of the market.
 *
 *   s = (4 x + 3 x' + 2 x'' + x''') / 10
 *   H(v)[t] = (0.0962 (v[t] - v[t-6]) + 0.5769 (v[t-2] - v[t-4])) (0.075 period before + 0.54)
 *   d = H(s);   Q = H(d);   I = d three bars ago
 *   I2 = I - H(Q), Q2 = Q + H(I), each moved towards by 0.2 a bar
 *   re = I2 I2' + Q2 Q2', im = I2 Q2' - Q2 I2', moved towards by 0.2
 *   period = one turn / atan(im / re), at most 1.5 and at least 0.67 times the one before, from 6
 *            to 50, moved towards by 0.2;   length = period, moved towards by 0.33
 *
 * Everything before bar `begin` counts as 0. The sums are of differences: so what stands still is 0
 * to the last digit. */
#include "hilbert.h"

#define TURN HILBERT_TURN

/* As TA-Lib: what is shown early begins early. */
enum { EARLY = 12, EARLY_SHOWN = 32, LATE = 37, LATE_SHOWN = 63 };

struct mode {
    double phase, sine, lead;
    double trend[3]; /* means over a cycle, newest first */
    double days;     /* since sine and lead crossed */
};

struct state {
    struct hilbert hilbert;
    struct mode mode;
    double wheel[HILBERT_LONGEST + 1][2]; /* cosine and sine of a turn / n */
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t early(const double *params, size_t output)
{
    (void)params, (void)output;
    return EARLY_SHOWN;
}

static size_t late(const double *params, size_t output)
{
    (void)params, (void)output;
    return LATE_SHOWN;
}

static size_t history(const double *params)
{
    (void)params;
    return HILBERT_LONGEST;
}

/* ---- Kernel ---- */

/* n bars at x, none before `begin`. */
static void cycle_chunk(struct state *s, const double *x, size_t n, struct hilbert_rooms *r)
{
    for (size_t i = 0; i < n; i++) {
        const double *at = x + i;
        hilbert_smooth(r)[i] = (4 * at[0] + 3 * at[-1] + 2 * at[-2] + at[-3]) / 10;
    }
    hilbert_chunk(&s->hilbert, n, r, hilbert_homodyne);
}

/* Whole bars in a cycle. */
static size_t bars_of(double length) { return length >= 0 ? (size_t)(length + 0.5) : 0; }

static void wheel_ready(const struct ind_run *run)
{
    double(*wheel)[2] = ((struct state *)run->state)->wheel;

    if (run->from > 0)
        return;
    for (size_t n = 1; n <= HILBERT_LONGEST; n++) {
        wheel[n][0] = cos(TURN / (double)n);
        wheel[n][1] = sin(TURN / (double)n);
    }
}

/* In degrees, from the first Fourier coefficient of the last cycle of s; where it stood when that
 * is flat. */
static double phase_of(double real, double imag, double length, double before)
{
    const double angle = atan(real / (imag == 0 ? 0.0 : imag)) * (360 / TURN) + 90 + 360 / length;
    const double turned = imag < 0 ? angle + 180 : angle;

    if (real == 0 && imag == 0)
        return before + 0 * length; /* a NaN shows */
    return turned > 315 ? turned - 360 : turned;
}

/* Horner's scheme on the wheel, over distances from the newest value: over a whole turn that
 * changes nothing, but for what one bar makes of a turn. */
static double phase_at(const struct state *s, const double *smooth, double length)
{
    const size_t n = bars_of(length);
    const double cosine = s->wheel[n][0], sine = s->wheel[n][1], base = n > 1 ? smooth[0] : 0;
    double real = 0, imag = 0;

    for (size_t i = n; i-- > 0;) {
        const double before = imag;
        imag = imag * cosine - real * sine + (*(smooth - i) - base);
        real = before * sine + real * cosine;
    }
    return phase_of(real, imag, length, s->mode.phase);
}

/* The mean of x over the last cycle goes in; out comes the trendline. */
static double trendline_push(double *trend, const double *x, double length)
{
    const size_t n = bars_of(length);
    double sum = 0 * length;

    for (size_t i = 0; i < n; i++)
        sum += *(x - i);
    const double mean = n ? sum / (double)n : sum;
    const double line = (4 * mean + 3 * trend[0] + 2 * trend[1] + trend[2]) / 10;
    trend[2] = trend[1];
    trend[1] = trend[0];
    trend[0] = mean;
    return line;
}

static double lead_of(double phase) { return sin((phase + 45) * (TURN / 360)); }

/* 1: trend, 0: cycle. */
static double mode_of(struct mode *m, double phase, double length, double smooth, double line)
{
    const double sine = sin(phase * (TURN / 360)), lead = lead_of(phase);
    const bool up = sine > lead && m->sine <= m->lead, down = sine < lead && m->sine >= m->lead;
    const double step = phase - m->phase, usual = 360 / length;

    m->days = up || down ? 1 : m->days + 1;
    m->phase = phase;
    m->sine = sine;
    m->lead = lead;
    if (isnan(phase))
        return NAN;
    if (line != 0 && fabs((smooth - line) / line) >= 0.015)
        return 1;
    if (up || down || m->days < 0.5 * length || (step > 0.67 * usual && step < 1.5 * usual))
        return 0;
    return 1;
}

/* ---- Reference: every series whole, each bar from its definition ---- */

enum { R_PHASE = 5, R_MEAN, R_LINE }; /* rooms behind those of hilbert_reference() */

/* What a series was `back` bars before bar t, 0 before it began. */
static long double past(const double *v, size_t t, size_t back, size_t begin)
{
    return hilbert_reference_at(v, t, back, begin, 0);
}

static struct hilbert_series cycle_reference(const struct ind_run *run, size_t begin)
{
    return hilbert_reference(run, begin, 0, hilbert_reference_homodyne);
}

/* The phases, and the cycle that they are of. */
static struct hilbert_series phase_reference(const struct ind_run *run)
{
    const struct hilbert_series h = cycle_reference(run, LATE);
    double *phase = run_scratch(run, R_PHASE);

    for (size_t t = LATE; t < run->to; t++) {
        const size_t n = bars_of(h.length[t]);
        const long double base = n > 1 ? h.smooth[t] : 0;
        long double real = 0, imag = 0;
        for (size_t i = 0; i < n; i++) {
            const long double angle = (long double)i * (long double)TURN / (long double)n;
            real += sinl(angle) * (past(h.smooth, t, i, LATE) - base);
            imag += cosl(angle) * (past(h.smooth, t, i, LATE) - base);
        }
        phase[t] =
            phase_of((double)real, (double)imag, h.length[t], (double)past(phase, t, 1, LATE));
    }
    return h;
}

static void trendline_reference(const struct ind_run *run, const double *length)
{
    double *mean = run_scratch(run, R_MEAN), *line = run_scratch(run, R_LINE);

    for (size_t t = LATE; t < run->to; t++) {
        const size_t n = bars_of(length[t]);
        long double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += run->in[0][t - i] / (long double)n;
        mean[t] = (double)(sum + 0 * length[t]);
        sum = 0;
        for (size_t k = 0; k < 4; k++)
            sum += (long double)(4 - k) * past(mean, t, k, LATE) / 10;
        line[t] = (double)sum;
    }
}

/* ---- The six ---- */

static void ht_dcperiod_reference(const struct ind_run *run)
{
    const struct hilbert_series h = cycle_reference(run, EARLY);

    for (size_t t = EARLY_SHOWN; t < run->to; t++)
        run->out[0][t] = h.length[t];
}

static void IND_FN(ht_dcperiod)(const struct ind_run *run)
{
    struct state *s = run->state;
    struct hilbert_rooms r;

    RUN_CHUNKS(run, EARLY, at, n)
    {
        cycle_chunk(s, run->in[0] + at, n, &r);
        for (size_t i = chunk_skip(at, EARLY_SHOWN); i < n; i++)
            run->out[0][at + i] = r.length[i];
    }
}

static void ht_phasor_reference(const struct ind_run *run)
{
    const struct hilbert_series h = cycle_reference(run, EARLY);

    for (size_t t = EARLY_SHOWN; t < run->to; t++) {
        run->out[0][t] = h.in_phase[t];
        run->out[1][t] = h.quadrature[t];
    }
}

static void IND_FN(ht_phasor)(const struct ind_run *run)
{
    struct state *s = run->state;
    struct hilbert_rooms r;

    RUN_CHUNKS(run, EARLY, at, n)
    {
        cycle_chunk(s, run->in[0] + at, n, &r);
        for (size_t i = chunk_skip(at, EARLY_SHOWN); i < n; i++) {
            run->out[0][at + i] = hilbert_in_phase(&r, i);
            run->out[1][at + i] = hilbert_quadrature(&r, i);
        }
    }
}

static void ht_dcphase_reference(const struct ind_run *run)
{
    phase_reference(run);
    for (size_t t = LATE_SHOWN; t < run->to; t++)
        run->out[0][t] = run_scratch(run, R_PHASE)[t];
}

/* Phases of n bars from bar `at` on; the last is kept. */
static void phase_chunk(const struct ind_run *run, size_t at, size_t n, double *phase)
{
    struct state *s = run->state;
    struct hilbert_rooms r;

    cycle_chunk(s, run->in[0] + at, n, &r);
    for (size_t i = 0; i < n; i++)
        phase[i] = s->mode.phase = phase_at(s, hilbert_smooth(&r) + i, r.length[i]);
}

static void IND_FN(ht_dcphase)(const struct ind_run *run)
{
    double phase[CHUNK];

    wheel_ready(run);
    RUN_CHUNKS(run, LATE, at, n)
    {
        phase_chunk(run, at, n, phase);
        for (size_t i = chunk_skip(at, LATE_SHOWN); i < n; i++)
            run->out[0][at + i] = phase[i];
    }
}

static void ht_sine_reference(const struct ind_run *run)
{
    phase_reference(run);
    for (size_t t = LATE_SHOWN; t < run->to; t++) {
        const double phase = run_scratch(run, R_PHASE)[t];
        run->out[0][t] = sin(phase * (TURN / 360));
        run->out[1][t] = lead_of(phase);
    }
}

static void IND_FN(ht_sine)(const struct ind_run *run)
{
    double phase[CHUNK];

    wheel_ready(run);
    RUN_CHUNKS(run, LATE, at, n)
    {
        phase_chunk(run, at, n, phase);
        for (size_t i = chunk_skip(at, LATE_SHOWN); i < n; i++) {
            run->out[0][at + i] = sin(phase[i] * (TURN / 360));
            run->out[1][at + i] = lead_of(phase[i]);
        }
    }
}

static void ht_trendline_reference(const struct ind_run *run)
{
    trendline_reference(run, cycle_reference(run, LATE).length);
    for (size_t t = LATE_SHOWN; t < run->to; t++)
        run->out[0][t] = run_scratch(run, R_LINE)[t];
}

static void IND_FN(ht_trendline)(const struct ind_run *run)
{
    struct state *s = run->state;
    struct hilbert_rooms r;

    RUN_CHUNKS(run, LATE, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, LATE_SHOWN), n);

        cycle_chunk(s, x, n, &r);
        for (size_t i = 0; i < n; i++) {
            const double line = trendline_push(s->mode.trend, x + i, r.length[i]);
            if (i >= skip)
                run->out[0][at + i] = line;
        }
    }
}

static void ht_trendmode_reference(const struct ind_run *run)
{
    const struct hilbert_series h = phase_reference(run);
    struct mode m = {0};

    trendline_reference(run, h.length);
    for (size_t t = LATE; t < run->to; t++) {
        const double mode = mode_of(&m, run_scratch(run, R_PHASE)[t], h.length[t], h.smooth[t],
                                    run_scratch(run, R_LINE)[t]);
        if (t >= LATE_SHOWN)
            run->out[0][t] = mode;
    }
}

static void IND_FN(ht_trendmode)(const struct ind_run *run)
{
    struct state *s = run->state;
    struct hilbert_rooms r;

    wheel_ready(run);
    RUN_CHUNKS(run, LATE, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, LATE_SHOWN), n);

        cycle_chunk(s, x, n, &r);
        for (size_t i = 0; i < n; i++) {
            const double *smooth = hilbert_smooth(&r) + i;
            const double phase = phase_at(s, smooth, r.length[i]);
            const double line = trendline_push(s->mode.trend, x + i, r.length[i]);
            const double mode = mode_of(&s->mode, phase, r.length[i], smooth[0], line);
            if (i >= skip)
                run->out[0][at + i] = mode;
        }
    }
}

#define HILBERT(NAME, TITLE, SHOWN, TOLERANCE, NOTE, ...)                                          \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "cycle",                                                                         \
        .source = "Ehlers, Rocket Science for Traders, 2001",                                      \
        .note = NOTE " A NaN or infinite bar makes all later values NaN.",                         \
        .inputs = {{"data", "close"}},                                                             \
        .outputs = {__VA_ARGS__},                                                                  \
        .warmup = SHOWN,                                                                           \
        .history = history,                                                                        \
        .state_size = state_size,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
        .tolerance = TOLERANCE,                                                                    \
    }

HILBERT(ht_dcperiod, "Hilbert Dominant Cycle Period", early, 1e-9,
        "Bars in the dominant cycle, from 6 to 50.", "values");
HILBERT(ht_phasor, "Hilbert Phasor", early, 1e-9,
        "In-phase and quadrature component of the detrended price.", "inphase", "quadrature");
HILBERT(ht_dcphase, "Hilbert Dominant Cycle Phase", late, 1e-7,
        "Degrees, up to 315; where the last cycle is flat the phase stays.", "values");
HILBERT(ht_sine, "Hilbert Sine Wave", late, 1e-7,
        "Sine of the phase of the dominant cycle, and that 45 degrees on.", "sine", "leadsine");
HILBERT(ht_trendline, "Hilbert Instantaneous Trendline", late, 1e-11,
        "Mean price over the dominant cycle, averaged 4, 3, 2, 1.", "values");
HILBERT(ht_trendmode, "Hilbert Trend or Cycle Mode", late, 0.5,
        "1 in a trend, 0 in a cycle: for half a cycle after the sine waves cross, and while the "
        "phase runs at its usual pace, unless price is 1.5 percent or more from the trendline.",
        "values");
