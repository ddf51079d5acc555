/* SPDX-License-Identifier: Apache-2.0 */
/* Wilder's directional movement: dm, di, dx.
 *
 *   S[p-1] = v[1] + ... + v[p-1];   S[t] = S[t-1] - S[t-1] / p + v[t]
 *
 * for v the plus and the minus movement and the true range. */
#include "group.h"
#include "price.h"
#include "smooth.h"

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

/* Such a sum is smoothing that takes each value whole. */
static struct smoothing summing_of(const struct ind_run *run)
{
    struct smoothing how = smoothing_wilder(run, run_int(run, 0));

    how.alpha = 1;
    return how;
}

/* n sums from bar at >= 1 on, out of as many values; `v` becomes the sums. */
static inline void wilder_sum_chunk(const struct smoothing *how, double *sum, size_t at, size_t n,
                                    double *v)
{
    const size_t p = how->seed;
    size_t i = 0;

    if (!isfinite(*sum) || !all_finite(v, n)) {
        for (; i < n; i++)
            v[i] = *sum = wilder_sum(*sum, v[i], at + i, p);
        return;
    }
    for (; i < n && at + i < p; i++)
        v[i] = *sum += v[i];
    if (n - i >= 16) {
        const size_t blocks = (n - i) / 16;
        *sum = smooth_blocks(how, *sum, v + i, v + i, blocks, false);
        i += 16 * blocks;
    }
    for (; i < n; i++)
        v[i] = *sum = wilder_sum(*sum, v[i], at + i, p);
}

/* The sums of bars at .. at + n - 1, of the range where it is wanted; before bar 1 there is nothing
 * to sum. */
static inline void state_chunk(const struct smoothing *how, struct state *s,
                               const struct ind_run *run, size_t at, size_t n, double *plus,
                               double *minus, double *range)
{
    const double *high = run->in[0], *low = run->in[1], *close = run->in[2];
    const size_t skip = at == 0;

    plus[0] = minus[0] = 0;
    for (size_t i = skip; i < n; i++) {
        plus[i] = plus_movement(high, low, at + i);
        minus[i] = minus_movement(high, low, at + i);
    }
    wilder_sum_chunk(how, &s->plus, at + skip, n - skip, plus + skip);
    wilder_sum_chunk(how, &s->minus, at + skip, n - skip, minus + skip);
    if (!range)
        return;
    range[0] = 0;
    for (size_t i = skip; i < n; i++)
        range[i] = true_range(high[at + i], low[at + i], close[at + i - 1]);
    wilder_sum_chunk(how, &s->range, at + skip, n - skip, range + skip);
}

static inline double percent(double part, double whole)
{
    const double value = 100 * part / whole;

    return whole == 0 ? 0 : value;
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
    const struct smoothing how = summing_of(run);
    double plus[CHUNK], minus[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        state_chunk(&how, run->state, run, at, n, plus, minus, NULL);
        for (size_t i = chunk_skip(at, run_int(run, 0) - 1); i < n; i++) {
            run->out[0][at + i] = plus[i];
            run->out[1][at + i] = minus[i];
        }
    }
}

static void IND_FN(di)(const struct ind_run *run)
{
    const struct smoothing how = summing_of(run);
    double plus[CHUNK], minus[CHUNK], range[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        state_chunk(&how, run->state, run, at, n, plus, minus, range);
        for (size_t i = chunk_skip(at, run_int(run, 0) - 1); i < n; i++) {
            run->out[0][at + i] = percent(plus[i], range[i]);
            run->out[1][at + i] = percent(minus[i], range[i]);
        }
    }
}

static void IND_FN(dx)(const struct ind_run *run)
{
    const struct smoothing how = summing_of(run);
    double plus[CHUNK], minus[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        state_chunk(&how, run->state, run, at, n, plus, minus, NULL);
        for (size_t i = chunk_skip(at, run_int(run, 0) - 1); i < n; i++) {
            const double sum = plus[i] + minus[i];
            run->out[0][at + i] = percent(fabs(plus[i] - minus[i]), sum);
        }
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
