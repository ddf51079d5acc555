/* SPDX-License-Identifier: Apache-2.0 */
/* kst: know sure thing.
 *
 *   line = 1 a1 + 2 a2 + 3 a3 + 4 a4, aj = mean of the change over roc_periodj bars, in percent,
 *          over sma_periodj bars;   signal = mean of line over signal_period */
#include "moving_average.h"
#include "price.h"

enum { TERMS = 4, SMA = 0, ROC = TERMS, SIGNAL = 2 * TERMS };

struct state {
    struct ma term[TERMS], signal;
    double mem[]; /* of the terms, signal */
};

/* The first bar of term j, and of them all. */
static size_t term_first(const double *params, size_t j)
{
    return (size_t)params[ROC + j] + (size_t)params[SMA + j] - 1;
}

static size_t line_first(const double *params)
{
    size_t first = 0;

    for (size_t j = 0; j < TERMS; j++)
        first = size_max(first, term_first(params, j));
    return first;
}

static size_t warmup(const double *params, size_t output)
{
    return line_first(params) + (output == 0 ? 0 : (size_t)params[SIGNAL] - 1);
}

static size_t history(const double *params)
{
    size_t longest = 0;

    for (size_t j = 0; j < TERMS; j++)
        longest = size_max(longest, (size_t)params[ROC + j]);
    return longest;
}

static size_t state_size(const double *params)
{
    size_t size = sizeof(struct state) + ma_size((size_t)params[SIGNAL]);

    for (size_t j = 0; j < TERMS; j++)
        size += ma_size((size_t)params[SMA + j]);
    return size;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, SIGNAL);
    double *line = run->out[0];

    for (size_t t = warmup(run->params, 0); t < run->to; t++) {
        long double sum = 0;
        for (size_t j = 0; j < TERMS; j++)
            for (size_t i = 0; i < run_int(run, SMA + j); i++)
                sum += (long double)(j + 1) *
                       percent_change(run->in[0], t - i, run_int(run, ROC + j)) /
                       run->params[SMA + j];
        line[t] = (double)sum;
    }
    for (size_t t = warmup(run->params, 1); t < run->to; t++)
        run->out[1][t] = (double)sma_plain(line, t, p);
}

static void IND_FN(kst)(const struct ind_run *run)
{
    const struct averaging signal = averaging_make(run, MA_SMA, run_int(run, SIGNAL));
    const size_t first = warmup(run->params, 0), signal_first = warmup(run->params, 1);
    struct state *s = run->state;
    double line[CHUNK], term[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = size_min(chunk_skip(at, first), n);
        double *mem = s->mem;

        for (size_t i = 0; i < n; i++)
            line[i] = 0;
        for (size_t j = 0; j < TERMS; j++) {
            const struct averaging how = averaging_make(run, MA_SMA, run_int(run, SMA + j));
            const size_t p = run_int(run, ROC + j), none = size_min(chunk_skip(at, p), n);
            for (size_t i = none; i < n; i++)
                term[i] = percent_change(run->in[0], at + i, p);
            ma_chunk(&how, &s->term[j], mem, term + none, term + none, n - none);
            for (size_t i = skip; i < n; i++)
                line[i] += (double)(j + 1) * term[i];
            mem += ma_doubles(how.p);
        }
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = line[i];
        ma_chunk(&signal, &s->signal, mem, line + skip, line + skip, n - skip);
        for (size_t i = chunk_skip(at, signal_first); i < n; i++)
            run->out[1][at + i] = line[i];
    }
}

IND_INDICATOR(kst) = {
    .name = "kst",
    .title = "Know Sure Thing",
    .family = "momentum",
    .source = "Pring, Summed Rate of Change (KST), Stocks & Commodities, 1992",
    .note = "An old value of 0 gives an infinite change. A NaN or infinite bar shows while it is "
            "in a window.",
    .inputs = {{"data", "close"}},
    .params = {{"sma_period1", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"sma_period2", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"sma_period3", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"sma_period4", "bars", 15, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"roc_period1", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"roc_period2", "bars", 15, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"roc_period3", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"roc_period4", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"signal_period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"line", "signal"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(kst),
    .tolerance = 1e-11, /* changes are differences of prices */
};
