/* SPDX-License-Identifier: Apache-2.0 */
/* Wilder's directional movement: dm, di, dx.
 *
 *   S[p-1] = v[1] + ... + v[p-1];   S[t] = S[t-1] - S[t-1] / p + v[t]
 *
 * for v the plus and the minus movement and the true range. */
#include "price.h"

struct state {
    double plus, minus, range;
};

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

static inline double wilder_sum(double sum, double value, size_t t, size_t p)
{
    return t < p ? sum + value : sum - sum / (double)p + value;
}

static inline void state_push(struct state *s, const struct ind_run *run, size_t t, size_t p)
{
    const double *high = run->in[0], *low = run->in[1];

    s->plus = wilder_sum(s->plus, plus_movement(high, low, t), t, p);
    s->minus = wilder_sum(s->minus, minus_movement(high, low, t), t, p);
    if (run->in[2])
        s->range = wilder_sum(s->range, true_range(high[t], low[t], run->in[2][t - 1]), t, p);
}

static inline double percent(double part, double whole)
{
    return whole == 0 ? 0 : 100 * part / whole;
}

static inline double dx_of(const struct state *s)
{
    return percent(fabs(s->plus - s->minus), s->plus + s->minus);
}

/* The definition: each value summed, with what is left of it by bar t, in long double. */
struct plain {
    long double plus, minus, range;
};

static void plain_push(struct plain *s, const struct ind_run *run, size_t t, size_t p)
{
    const long double n = (long double)p;
    const double *high = run->in[0], *low = run->in[1];

    s->plus += (t < p ? 0 : -s->plus / n) + plus_movement(high, low, t);
    s->minus += (t < p ? 0 : -s->minus / n) + minus_movement(high, low, t);
    if (run->in[2])
        s->range += (t < p ? 0 : -s->range / n) + true_range(high[t], low[t], run->in[2][t - 1]);
}

#define DIRECTIONAL_PARAM                                                                          \
    {                                                                                              \
        {                                                                                          \
            "period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER                                   \
        }                                                                                          \
    }
#define DIRECTIONAL_SOURCE "Wilder, New Concepts in Technical Trading Systems, 1978"
#define DIRECTIONAL_NOTE                                                                           \
    "Sums begin with the second bar and hold period - 1 values at the first output. A NaN or "     \
    "infinite bar makes all later values NaN."

static void dm_reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct plain s = {0};

    for (size_t t = 0; t < run->to; t++) {
        if (t > 0)
            plain_push(&s, run, t, p);
        if (t + 1 < p)
            continue;
        run->out[0][t] = (double)s.plus;
        run->out[1][t] = (double)s.minus;
    }
}

static void di_reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct plain s = {0};

    for (size_t t = 0; t < run->to; t++) {
        if (t > 0)
            plain_push(&s, run, t, p);
        if (t + 1 < p)
            continue;
        run->out[0][t] = s.range == 0 ? 0 : (double)(100 * s.plus / s.range);
        run->out[1][t] = s.range == 0 ? 0 : (double)(100 * s.minus / s.range);
    }
}

static void dx_reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct plain s = {0};

    for (size_t t = 0; t < run->to; t++) {
        if (t > 0)
            plain_push(&s, run, t, p);
        if (t + 1 < p)
            continue;
        const long double sum = s.plus + s.minus;
        run->out[0][t] = sum == 0 ? 0 : (double)(100 * fabsl(s.plus - s.minus) / sum);
    }
}

static void IND_FN(dm)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        if (t > 0)
            state_push(s, run, t, p);
        if (t + 1 < p)
            continue;
        run->out[0][t] = s->plus;
        run->out[1][t] = s->minus;
    }
}

static void IND_FN(di)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        if (t > 0)
            state_push(s, run, t, p);
        if (t + 1 < p)
            continue;
        run->out[0][t] = percent(s->plus, s->range);
        run->out[1][t] = percent(s->minus, s->range);
    }
}

static void IND_FN(dx)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    struct state *s = run->state;

    for (size_t t = run->from; t < run->to; t++) {
        if (t > 0)
            state_push(s, run, t, p);
        if (t + 1 >= p)
            run->out[0][t] = dx_of(s);
    }
}

IND_INDICATOR(dm) = {
    .name = "dm",
    .title = "Directional Movement",
    .family = "trend",
    .source = DIRECTIONAL_SOURCE,
    .note = DIRECTIONAL_NOTE,
    .inputs = {{"high", "high"}, {"low", "low"}},
    .params = DIRECTIONAL_PARAM,
    .outputs = {"plus", "minus"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = dm_reference,
    .run = IND_FN(dm),
    .tolerance = 1e-12,
};

IND_INDICATOR(di) = {
    .name = "di",
    .title = "Directional Indicator",
    .family = "trend",
    .source = DIRECTIONAL_SOURCE,
    .note = "100 times the summed movement over the summed true range; 0 when that is "
            "0. " DIRECTIONAL_NOTE,
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = DIRECTIONAL_PARAM,
    .outputs = {"plus", "minus"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = di_reference,
    .run = IND_FN(di),
    .tolerance = 1e-12,
};

IND_INDICATOR(dx) = {
    .name = "dx",
    .title = "Directional Movement Index",
    .family = "trend",
    .source = DIRECTIONAL_SOURCE,
    .note = "100 |plus - minus| / (plus + minus) of the summed movements; 0 when nothing "
            "moved. " DIRECTIONAL_NOTE,
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = DIRECTIONAL_PARAM,
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = dx_reference,
    .run = IND_FN(dx),
    .tolerance = 1e-12,
};
