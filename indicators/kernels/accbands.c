/* SPDX-License-Identifier: Apache-2.0 */
/* accbands: acceleration bands, means over p bars of
 *
 *   high (1 + 4 (high - low) / (high + low)),   close,   low (1 - 4 (high - low) / (high + low)) */
#include "made_sum.h"

struct state {
    struct made_sum upper, lower;
    struct window_sum middle;
    double mem[]; /* of upper, lower */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * made_sum_size((size_t)params[0]);
}

static inline double tilt(double high, double low)
{
    const double value = 4 * (high - low) / (high + low);

    return high + low == 0 ? 0 : value;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);

    for (size_t t = p - 1; t < run->to; t++) {
        long double upper = 0, lower = 0;
        for (size_t i = 0; i < p; i++) {
            const double high = run->in[0][t - i], low = run->in[1][t - i];
            upper += high * (1 + (long double)tilt(high, low));
            lower += low * (1 - (long double)tilt(high, low));
        }
        run->out[0][t] = (double)(upper / (long double)p);
        run->out[1][t] = (double)(plain_sum(run->in[2], t, p) / (long double)p);
        run->out[2][t] = (double)(lower / (long double)p);
    }
}

static void IND_FN(accbands)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double n = (double)p;
    struct state *s = run->state;
    double upper[CHUNK], middle[CHUNK], lower[CHUNK];

    RUN_CHUNKS(run, 0, at, m)
    {
        for (size_t i = 0; i < m; i++) {
            const double high = run->in[0][at + i], low = run->in[1][at + i], by = tilt(high, low);
            upper[i] = high * (1 + by);
            lower[i] = low * (1 - by);
        }
        made_sum_chunk(&s->upper, s->mem, p, upper, upper, m);
        made_sum_chunk(&s->lower, s->mem + made_sum_doubles(p), p, lower, lower, m);
        window_sum_chunk(&s->middle, run->in[2] + at, m, p, middle);
        for (size_t i = chunk_skip(at, p - 1); i < m; i++) {
            run->out[0][at + i] = upper[i] / n;
            run->out[1][at + i] = middle[i] / n;
            run->out[2][at + i] = lower[i] / n;
        }
    }
}

IND_INDICATOR(accbands) = {
    .name = "accbands",
    .title = "Acceleration Bands",
    .family = "bands/channel",
    .source = "Headley, Big Trends in Trading, 2002",
    .note = "A bar whose high + low is 0 has no tilt. A NaN or infinite bar shows while it is in "
            "the window.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"period", "bars", 20, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"upper", "middle", "lower"},
    .warmup = ind_period_less_1,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(accbands),
    .tolerance = 1e-11,
};
