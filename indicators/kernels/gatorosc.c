/* SPDX-License-Identifier: Apache-2.0 */
/* gatorosc: how far apart the alligator's lines are, and whether they part or close.
 *
 *   upper = |jaws - teeth|;   lower = -|teeth - lips|
 *   changes: of the two distances from the bar before */
#include "late_line.h"

enum { JAWS, TEETH, LIPS, LINES };
enum { UPPER, LOWER, UPPER_CHANGE, LOWER_CHANGE };

struct state {
    struct late_line line[LINES];
    double mem[];
};

static size_t length_of(const double *params, size_t line) { return (size_t)params[2 * line]; }
static size_t shift_of(const double *params, size_t line) { return (size_t)params[2 * line + 1]; }

/* Of the distance between a line and the next. */
static size_t first_of(const double *params, size_t line)
{
    return size_max(length_of(params, line) + shift_of(params, line),
                    length_of(params, line + 1) + shift_of(params, line + 1)) -
           1;
}

static size_t warmup(const double *params, size_t output)
{
    const size_t line = output == UPPER || output == UPPER_CHANGE ? JAWS : TEETH;

    return first_of(params, line) + (output >= UPPER_CHANGE);
}

static size_t state_size(const double *params)
{
    size_t doubles = 0;

    for (size_t k = 0; k < LINES; k++)
        doubles += late_line_doubles(shift_of(params, k));
    return sizeof(struct state) + doubles * sizeof(double);
}

static void reference(const struct ind_run *run)
{
    for (size_t k = 0; k < LINES; k++)
        late_line_reference(run->in[0], run->to, 1,
                            2.0L / (long double)(length_of(run->params, k) + 1),
                            shift_of(run->params, k), run_scratch(run, k));
    for (size_t k = 0; k + 1 < LINES; k++) {
        const size_t first = first_of(run->params, k);
        const double *a = run_scratch(run, k), *b = run_scratch(run, k + 1);
        for (size_t t = first; t < run->to; t++) {
            const double apart = fabs(a[t] - b[t]);
            run->out[k][t] = k == UPPER ? apart : -apart;
            if (t > first)
                run->out[UPPER_CHANGE + k][t] = apart - fabs(a[t - 1] - b[t - 1]);
        }
    }
}

static void IND_FN(gatorosc)(const struct ind_run *run)
{
    struct smoothing how[LINES];
    struct state *s = run->state;

    for (size_t k = 0; k < LINES; k++)
        how[k] = smoothing_make(run, 1, ema_alpha(length_of(run->params, k)));
    RUN_CHUNKS(run, 0, at, n)
    {
        const double *line[LINES];
        double *mem = s->mem;

        for (size_t k = 0; k < LINES; k++) {
            const size_t shift = shift_of(run->params, k);
            line[k] = late_line_chunk(&how[k], &s->line[k], mem, shift, run->in[0] + at, n);
            mem += late_line_doubles(shift);
        }
        for (size_t k = 0; k + 1 < LINES; k++) {
            const double *a = line[k], *b = line[k + 1], sign = k == UPPER ? 1 : -1;
            const size_t late_a = shift_of(run->params, k), late_b = shift_of(run->params, k + 1);
            const size_t first = first_of(run->params, k);
            for (size_t i = chunk_skip(at, first); i < n; i++)
                run->out[k][at + i] = sign * fabs(ago(a + i, late_a) - ago(b + i, late_b));
            for (size_t i = chunk_skip(at, first + 1); i < n; i++)
                run->out[UPPER_CHANGE + k][at + i] =
                    fabs(ago(a + i, late_a) - ago(b + i, late_b)) -
                    fabs(ago(a + i, late_a + 1) - ago(b + i, late_b + 1));
        }
    }
}

IND_INDICATOR(gatorosc) = {
    .name = "gatorosc",
    .title = "Gator Oscillator",
    .family = "trend",
    .source = "Williams, New Trading Dimensions, 1998; with exponential averages",
    .note = "The lines are exponential averages seeded with the first value. A change above 0 "
            "says that lines part. A NaN or infinite bar makes all later values NaN, from the "
            "shift of each line on.",
    .inputs = {{"data", "close"}},
    .params = {{"jaws_length", "bars", 13, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"jaws_shift", "bars", 8, 0, IND_PERIOD_MAX, IND_INTEGER},
               {"teeth_length", "bars", 8, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"teeth_shift", "bars", 5, 0, IND_PERIOD_MAX, IND_INTEGER},
               {"lips_length", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"lips_shift", "bars", 3, 0, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"upper", "lower", "upper_change", "lower_change"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(gatorosc),
    .tolerance = 1e-9, /* small differences of prices */
};
