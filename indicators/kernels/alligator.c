/* SPDX-License-Identifier: Apache-2.0 */
/* alligator: three smoothed averages of one series, each drawn some bars late.
 *
 *   line[t] = average[t - offset], Wilder's over the line's own period */
#include "late_line.h"

enum { LINES = 3 };

struct state {
    struct late_line line[LINES];
    double mem[];
};

/* Parameters come in pairs. */
static size_t period_of(const double *params, size_t line) { return (size_t)params[2 * line]; }
static size_t offset_of(const double *params, size_t line) { return (size_t)params[2 * line + 1]; }

static size_t warmup(const double *params, size_t output)
{
    return period_of(params, output) - 1 + offset_of(params, output);
}

static size_t state_size(const double *params)
{
    size_t doubles = 0;

    for (size_t k = 0; k < LINES; k++)
        doubles += late_line_doubles(offset_of(params, k));
    return sizeof(struct state) + doubles * sizeof(double);
}

static void reference(const struct ind_run *run)
{
    for (size_t k = 0; k < LINES; k++) {
        const size_t p = period_of(run->params, k);
        double *line = run_scratch(run, 0);
        late_line_reference(run->in[0], run->to, p, 1.0L / (long double)p,
                            offset_of(run->params, k), line);
        for (size_t t = warmup(run->params, k); t < run->to; t++)
            run->out[k][t] = line[t];
    }
}

static void IND_FN(alligator)(const struct ind_run *run)
{
    struct state *s = run->state;
    double *mem = s->mem;

    for (size_t k = 0; k < LINES; k++) {
        const struct smoothing how = smoothing_wilder(run, period_of(run->params, k));
        const size_t offset = offset_of(run->params, k), first = warmup(run->params, k);

        RUN_CHUNKS(run, 0, at, n)
        {
            const double *y = late_line_chunk(&how, &s->line[k], mem, offset, run->in[0] + at, n);
            for (size_t i = chunk_skip(at, first); i < n; i++)
                run->out[k][at + i] = ago(y + i, offset);
        }
        mem += late_line_doubles(offset);
    }
}

IND_INDICATOR(alligator) = {
    .name = "alligator",
    .title = "Williams Alligator",
    .family = "trend",
    .source = "Williams, Trading Chaos, 1995",
    .note = "Each line is seeded with the mean of its first period values. A NaN or infinite bar "
            "makes all later values NaN, from the offset of each line on.",
    .inputs = {{"data", "hl2"}},
    .params = {{"jaw_period", "bars", 13, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"jaw_offset", "bars", 8, 0, IND_PERIOD_MAX, IND_INTEGER},
               {"teeth_period", "bars", 8, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"teeth_offset", "bars", 5, 0, IND_PERIOD_MAX, IND_INTEGER},
               {"lips_period", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"lips_offset", "bars", 3, 0, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"jaw", "teeth", "lips"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(alligator),
    .tolerance = 1e-12,
};
