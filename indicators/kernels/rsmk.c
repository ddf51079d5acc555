/* SPDX-License-Identifier: Apache-2.0 */
/* rsmk: relative strength against another series.
 *
 *   r = ln(main / compare);   indicator = 100 * average of r[t] - r[t - lookback] over period
 *   signal = average of indicator over signal_period */
#include "moving_average.h"

enum { LOOKBACK, PERIOD, SIGNAL, MA_TYPE, SIGNAL_MA };

struct state {
    struct ma line, signal;
    double mem[]; /* of line, signal */
};

static size_t warmup(const double *params, size_t output)
{
    const size_t line = ma_warmup((enum ma_kind)params[MA_TYPE], (size_t)params[PERIOD]);
    const size_t signal = ma_warmup((enum ma_kind)params[SIGNAL_MA], (size_t)params[SIGNAL]);

    return (size_t)params[LOOKBACK] + line + (output == 0 ? 0 : signal);
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + ma_size((size_t)params[PERIOD]) + ma_size((size_t)params[SIGNAL]);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, LOOKBACK), len = run->to;
    const double *x = run->in[0], *y = run->in[1];
    double *line = run->out[0], *signal = run->out[1];

    for (size_t t = p; t < len; t++)
        line[t] = (double)(100 * (logl((long double)x[t] / y[t]) -
                                  logl((long double)x[t - p] / y[t - p])));
    ma_reference(line, size_min(p, len), len, (enum ma_kind)run->params[MA_TYPE],
                 run_int(run, PERIOD));
    for (size_t t = 0; t < len; t++)
        signal[t] = line[t];
    ma_reference(signal, size_min(warmup(run->params, 0), len), len,
                 (enum ma_kind)run->params[SIGNAL_MA], run_int(run, SIGNAL));
}

static void IND_FN(rsmk)(const struct ind_run *run)
{
    const struct averaging line_how =
        averaging_make(run, (enum ma_kind)run->params[MA_TYPE], run_int(run, PERIOD));
    const struct averaging signal_how =
        averaging_make(run, (enum ma_kind)run->params[SIGNAL_MA], run_int(run, SIGNAL));
    const size_t p = run_int(run, LOOKBACK);
    const size_t first = warmup(run->params, 0), signal_first = warmup(run->params, 1);
    struct state *s = run->state;
    double *signal_mem = s->mem + ma_doubles(line_how.p), room[CHUNK];

    RUN_CHUNKS(run, p, at, n)
    {
        const double *x = run->in[0] + at, *y = run->in[1] + at;
        const double *x_old = x - p, *y_old = y - p;
        const size_t skip = size_min(chunk_skip(at, first), n);

        for (size_t i = 0; i < n; i++) { /* both logarithms in one */
            const double old = x_old[i] / y_old[i];
            room[i] = 100 * log(old < 0 ? NAN : x[i] / y[i] / old);
        }
        ma_chunk(&line_how, &s->line, s->mem, room, room, n);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = room[i];
        ma_chunk(&signal_how, &s->signal, signal_mem, room + skip, room + skip, n - skip);
        for (size_t i = chunk_skip(at, signal_first); i < n; i++)
            run->out[1][at + i] = room[i];
    }
}

IND_INDICATOR(rsmk) = {
    .name = "rsmk",
    .title = "Relative Strength, Katsanos",
    .family = "momentum",
    .source = "Katsanos, Using RSMK, Stocks & Commodities, 2020",
    .note = "0 against itself. Exponential averages are seeded with the mean of their first "
            "values; with them a NaN or infinite bar, or a quotient that is not positive, makes "
            "all later values NaN.",
    .inputs = {{"main", "close"}, {"compare", "close"}},
    .params = {{"lookback", "bars", 90, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"signal_period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("matype", MA_EMA),
               MA_PARAM("signal_matype", MA_EMA)},
    .outputs = {"indicator", "signal"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(rsmk),
    .tolerance = 1e-11, /* the logarithm of what is close to 1 */
};
