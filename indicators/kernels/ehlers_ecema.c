/* SPDX-License-Identifier: Apache-2.0 */
/* ehlers_ecema: Ehlers' error-correcting exponential moving average.
 *
 *   e = EMA(x, length);   out = a (e + g (x - out')) + (1 - a) out',   a = 2 / (length + 1)
 *   with the gain g of -gain_limit / 10 .. gain_limit / 10 that leaves out nearest to x */
#include "error_correction.h"
#include "smooth.h"

enum { LENGTH, GAIN_LIMIT, PINE, CONFIRMED };

#define FLAG(name)                                                                                 \
    {                                                                                              \
        name, "choice", 0, 0, 1, IND_INTEGER, (const char *const[]) { "false", "true", NULL }      \
    }

struct state {
    struct smooth ema;
    double y;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return params[PINE] ? 0 : (size_t)params[LENGTH] - 1;
}

/* Pine's variable starts at 0. */
static struct smooth_reference reference_begin(const struct ind_run *run)
{
    return (struct smooth_reference){.n = run->params[PINE] ? run_int(run, LENGTH) : 0};
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, LENGTH), first = warmup(run->params, 0);
    const long double alpha = 2 / (run->params[LENGTH] + 1.0L);
    const long limit = (long)run->params[GAIN_LIMIT];
    struct smooth_reference ema = reference_begin(run);
    long double y = 0;

    for (size_t t = 0; t < run->to; t++) {
        const long double e = smooth_reference_push(&ema, run->in[0][t], p, alpha);
        const double x = run->in[0][run->params[CONFIRMED] && t > 0 ? t - 1 : t];
        if (t < first)
            continue;
        if (t == first && !run->params[PINE])
            y = e;
        y = error_correct_reference(x, e, y, alpha, -limit, limit);
        run->out[0][t] = (double)y;
    }
}

static void IND_FN(ehlers_ecema)(const struct ind_run *run)
{
    const struct smoothing how = smoothing_ema(run, run_int(run, LENGTH));
    const size_t first = warmup(run->params, 0);
    const double limit = run->params[GAIN_LIMIT];
    struct state *s = run->state;
    double ema[CHUNK];

    if (run->from == 0 && run->params[PINE])
        s->ema.n = how.seed;
    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;

        smooth_chunk(&how, &s->ema, x, ema, n);
        for (size_t i = chunk_skip(at, first); i < n; i++) {
            const bool late = run->params[CONFIRMED] && at + i > 0;
            const bool start = at + i == first && !run->params[PINE];
            s->y = error_correct(*(x + i - late), ema[i], start ? ema[i] : s->y, how.alpha, -limit,
                                 limit);
            run->out[0][at + i] = s->y;
        }
    }
}

IND_INDICATOR(ehlers_ecema) = {
    .name = "ehlers_ecema",
    .title = "Ehlers Error-Correcting Exponential Moving Average",
    .family = "moving average",
    .source = "Ehlers and Way, Zero Lag (Well, Almost), Stocks & Commodities, 2010",
    .note = "The EMA is seeded with the mean of its first values; pine_compatible: it and the "
            "output start at 0, and show from the first bar on. confirmed_only: the value "
            "corrected towards is that of the bar before. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"length", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"gain_limit", "tenths", 50, 1, ERROR_GAIN_MAX, IND_INTEGER},
               FLAG("pine_compatible"),
               FLAG("confirmed_only")},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(ehlers_ecema),
    .tolerance = 1e-11,
};
