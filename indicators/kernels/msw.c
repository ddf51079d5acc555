/* SPDX-License-Identifier: Apache-2.0 */
/* msw: Mesa sine wave.
 *
 *   R, I = sum of cos(2 pi k / p) x[t-k], of sin(2 pi k / p) x[t-k],   k = 0 .. p - 1
 *   phase = atan(I / R), + pi where R < 0, + pi / 2
 *   sine = sin(phase);   lead = sin(phase + 45 degrees)
 *
 * with pi = 3.1415926, to which the definition owes what it says of flat markets. */
#include "fir.h"

#define MSW_PI 3.1415926L

/* R so small is no cycle: the phase is then pi. */
static const double LEAST = 0.001;

static size_t state_size(const double *params) { return 2 * (size_t)params[0] * sizeof(double); }

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const long double step = 2 * MSW_PI / (long double)p;

    for (size_t t = p - 1; t < run->to; t++) {
        long double r = 0, i = 0;
        for (size_t k = 0; k < p; k++) {
            r += cosl(step * (long double)k) * run->in[0][t - k];
            i += sinl(step * (long double)k) * run->in[0][t - k];
        }
        long double phase = fabsl(r) <= LEAST ? (i < 0 ? -MSW_PI : MSW_PI) : atanl(i / r);
        phase += r < 0 ? MSW_PI * 1.5L : MSW_PI / 2;
        phase += phase < 0 ? 2 * MSW_PI : phase > 2 * MSW_PI ? -2 * MSW_PI : 0;
        run->out[0][t] = (double)sinl(phase);
        run->out[1][t] = (double)((sinl(phase) + cosl(phase)) * sqrtl(0.5L));
    }
}

static void waves_make(double *cosine, double *sine, size_t p)
{
    const long double step = 2 * MSW_PI / (long double)p;

    for (size_t k = 0; k < p; k++) {
        cosine[p - 1 - k] = (double)cosl(step * (long double)k);
        sine[p - 1 - k] = (double)sinl(step * (long double)k);
    }
}

/* Sine and cosine of the phase follow from R and I without a function: the direction of (R, I)
 * turned by a right angle, but for the digits that pi lacks. */
static void IND_FN(msw)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double lack = (double)(1.57079632679489661923132169163975144L - MSW_PI / 2);
    const double near = sin(lack), far = sin(3 * lack), half = sqrt(0.5);
    /* of a flat market: R not negative, R negative */
    const double flat_sine[2] = {sin((double)(MSW_PI * 1.5L)), sin((double)(MSW_PI / 2))};
    const double flat_cosine[2] = {cos((double)(MSW_PI * 1.5L)), cos((double)(MSW_PI / 2))};
    double *weight = run->state, real[CHUNK], imag[CHUNK];

    if (run->from == 0)
        waves_make(weight, weight + p, p);
    RUN_CHUNKS(run, p - 1, at, n)
    {
        fir(run->in[0] + at, weight, p, real, 0, n);
        fir(run->in[0] + at, weight + p, p, imag, 0, n);
        for (size_t i = 0; i < n; i++) {
            const double r = real[i], m = imag[i], size = sqrt(r * r + m * m);
            const double turn = r < 0 ? far : near; /* its cosine is 1 */
            const bool flat = fabs(r) <= LEAST;
            const double sine = flat ? flat_sine[r < 0] : (r + m * turn) / size;
            const double cosine = flat ? flat_cosine[r < 0] : (r * turn - m) / size;
            run->out[0][at + i] = sine;
            run->out[1][at + i] = (sine + cosine) * half;
        }
    }
}

IND_INDICATOR(msw) = {
    .name = "msw",
    .title = "Mesa Sine Wave",
    .family = "cycle",
    .source = "Ehlers, MESA and Trading Market Cycles, 2002",
    .note = "Where R is within 0.001 of 0 the phase is 3 pi / 2, or pi / 2 if R is negative. Uses "
            "pi = 3.1415926, as Tulip. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"sine", "lead"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(msw),
    .absolute = 1,     /* the least R */
    .tolerance = 1e-9, /* R and I are small sums of large products */
    .isa_tolerance = 1e-9,
};
