/* SPDX-License-Identifier: Apache-2.0 */
/* At which bar the largest and smallest of the last p values stand, counted from the first valid
 * bar of the series. */
#include "index_queue.h"

struct state {
    struct index_queue high, low;
    size_t ring[]; /* of high, low */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * index_queue_size((size_t)params[0]);
}

enum { HIGHEST = 1, LOWEST = 2, BOTH = 3 };

#define INDEX_EXTREMES(NAME, TITLE, NEEDS, OUTPUTS, N, ...)                                        \
    static void NAME##_reference(const struct ind_run *run)                                        \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
                                                                                                   \
        for (size_t t = p - 1; t < run->to; t++) {                                                 \
            const size_t high = window_index(run->in[0], t, p, 1);                                 \
            const size_t low = window_index(run->in[0], t, p, -1);                                 \
            const size_t bars[] = {__VA_ARGS__};                                                   \
            (void)high, (void)low;                                                                 \
            for (size_t i = 0; i < (N); i++)                                                       \
                run->out[i][t] = (double)bars[i];                                                  \
        }                                                                                          \
    }                                                                                              \
    static void IND_FN(NAME)(const struct ind_run *run)                                            \
    {                                                                                              \
        const size_t p = run_int(run, 0);                                                          \
        struct state *s = run->state;                                                              \
        double highs[CHUNK], lows[CHUNK];                                                          \
                                                                                                   \
        RUN_CHUNKS(run, 0, at, n)                                                                  \
        {                                                                                          \
            if ((NEEDS)&HIGHEST)                                                                   \
                index_chunk(run, &s->high, s->ring, run->in[0], at, n, p, false, highs);           \
            if ((NEEDS)&LOWEST)                                                                    \
                index_chunk(run, &s->low, s->ring + p, run->in[0], at, n, p, true, lows);          \
            for (size_t o = 0; o < (N); o++)                                                       \
                for (size_t i = chunk_skip(at, p - 1); i < n; i++) {                               \
                    const double t = (double)(at + i);                                             \
                    const double high = (NEEDS)&HIGHEST ? t - highs[i] : 0;                        \
                    const double low = (NEEDS)&LOWEST ? t - lows[i] : 0;                           \
                    const double bars[] = {__VA_ARGS__};                                           \
                    (void)high, (void)low;                                                         \
                    run->out[o][at + i] = bars[o];                                                 \
                }                                                                                  \
        }                                                                                          \
    }                                                                                              \
    IND_INDICATOR(NAME) = {                                                                        \
        .name = #NAME,                                                                             \
        .title = TITLE,                                                                            \
        .family = "math operator",                                                                 \
        .source = "Kaufman, Trading Systems and Methods, 2013",                                    \
        .note =                                                                                    \
            "Bars count from 0, the first valid one. Of equal values the oldest counts; a NaN "    \
            "bar is none.",                                                                        \
        .inputs = {{"data", "close"}},                                                             \
        .params = {{"period", "bars", 30, 1, IND_PERIOD_MAX, IND_INTEGER}},                        \
        .outputs = OUTPUTS,                                                                        \
        .warmup = ind_period_less_1,                                                               \
        .history = ind_history_period,                                                             \
        .state_size = state_size,                                                                  \
        .reference = NAME##_reference,                                                             \
        .run = IND_FN(NAME),                                                                       \
    }

#define ITEMS(...) __VA_ARGS__

INDEX_EXTREMES(maxindex, "Bar of the Highest Value", HIGHEST, ITEMS({"values"}), 1, high);
INDEX_EXTREMES(minindex, "Bar of the Lowest Value", LOWEST, ITEMS({"values"}), 1, low);
INDEX_EXTREMES(rolling_minmaxindex, "Bars of the Lowest and Highest Value", BOTH,
               ITEMS({"minidx", "maxidx"}), 2, low, high);
