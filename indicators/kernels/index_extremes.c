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

#define INDEX_EXTREMES(NAME, TITLE, OUTPUTS, N, ...)                                               \
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
                                                                                                   \
        for (size_t t = run->from; t < run->to; t++) {                                             \
            const size_t high = index_queue_push(&s->high, s->ring, run->in[0], t, p, 1);          \
            const size_t low = index_queue_push(&s->low, s->ring + p, run->in[0], t, p, -1);       \
            const size_t bars[] = {__VA_ARGS__};                                                   \
            (void)high, (void)low;                                                                 \
            for (size_t i = 0; i < (N) && t + 1 >= p; i++)                                         \
                run->out[i][t] = (double)bars[i];                                                  \
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

INDEX_EXTREMES(maxindex, "Bar of the Highest Value", ITEMS({"values"}), 1, high);
INDEX_EXTREMES(minindex, "Bar of the Lowest Value", ITEMS({"values"}), 1, low);
INDEX_EXTREMES(rolling_minmaxindex, "Bars of the Lowest and Highest Value",
               ITEMS({"minidx", "maxidx"}), 2, low, high);
