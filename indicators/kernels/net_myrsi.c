/* SPDX-License-Identifier: Apache-2.0 */
/* net_myrsi: Ehlers' MyRSI, freed of noise by Kendall's correlation with time.
 *
 *   r = (gains - losses) / (gains + losses) over period changes
 *   out = (pairs of the last period r in which the later is larger - those in which it is smaller)
 *         / (period (period - 1) / 2) */
#include "tail.h"
#include "window_sum.h"

struct state {
    struct tail gains, losses, r;
    struct window_sum gain, loss;
    double surplus; /* of rising pairs over falling ones */
    double mem[];   /* of gains, losses, r */
};

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 3 * series_size((size_t)params[0] + 1);
}

/* What part of the moves went up, from -1 to 1. */
static double ratio(double gain, double loss)
{
    const double sum = gain + loss, value = (gain - loss) / sum;

    return sum == 0 ? 0 : value;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double *x = run->in[0];
    double *r = run_scratch(run, 0);

    for (size_t t = p; t < run->to; t++) {
        long double gain = 0, loss = 0;
        for (size_t i = 0; i < p; i++) {
            const double d = x[t - i] - x[t - i - 1];
            gain += d < 0 ? 0 : d;
            loss += d > 0 ? 0 : -d;
        }
        r[t] = ratio((double)gain, (double)loss);
    }
    for (size_t t = p - 1; t < run->to; t++) {
        double surplus = 0;
        for (size_t i = 0; i < p && i + p <= t; i++)
            for (size_t k = i + 1; k < p && k + p <= t; k++)
                surplus += (r[t - i] > r[t - k]) - (r[t - i] < r[t - k]);
        run->out[0][t] = surplus / (0.5 * (double)p * (double)(p - 1));
    }
}

/* How many of x[0] .. x[n - 1] are below `value`, less those above it. */
static inline double surplus_over(const double *x, size_t n, double value)
{
    double surplus = 0;

    for (size_t i = 0; i < n; i++)
        surplus += (double)((x[i] < value) - (x[i] > value));
    return surplus;
}

static void IND_FN(net_myrsi)(const struct ind_run *run)
{
    const size_t p = run_int(run, 0);
    const double pairs = 0.5 * (double)p * (double)(p - 1);
    struct state *s = run->state;
    double *loss_mem = s->mem + series_doubles(p + 1), *r_mem = loss_mem + series_doubles(p + 1);
    double gain[CHUNK], loss[CHUNK];

    if (run->from <= p - 1 && run->to >= p)
        run->out[0][p - 1] = 0; /* no pair yet */
    RUN_CHUNKS(run, 1, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, p), n);

        for (size_t i = 0; i < n; i++) {
            const double d = x[i] - *(x + i - 1);
            gain[i] = d < 0 ? 0 : d;
            loss[i] = d > 0 ? 0 : -d;
        }
        window_sum_chunk(&s->gain, tail_append(&s->gains, s->mem, p + 1, gain, n), n, p, gain);
        window_sum_chunk(&s->loss, tail_append(&s->losses, loss_mem, p + 1, loss, n), n, p, loss);
        for (size_t i = skip; i < n; i++)
            gain[i] = ratio(gain[i], loss[i]);
        const double *r = tail_append(&s->r, r_mem, p + 1, gain + skip, n - skip) - skip;
        for (size_t i = skip; i < n; i++) {
            const size_t before = size_min(at + i - p, p - 1); /* of the r so far those that stay */
            const double *old = r + i - before;
            if (at + i >= 2 * p)
                s->surplus += surplus_over(old, before, old[-1]); /* pairs it was the earlier of */
            s->surplus += surplus_over(old, before, r[i]);
            run->out[0][at + i] = s->surplus / pairs;
        }
    }
}

IND_INDICATOR(net_myrsi) = {
    .name = "net_myrsi",
    .title = "MyRSI With Noise Elimination",
    .family = "momentum",
    .source = "Ehlers, Noise Elimination Technology, Stocks & Commodities, 2020",
    .note = "r is 0 where nothing has moved. Pairs that are equal, or that there are not yet, "
            "count 0, so do those with a NaN; bar period - 1 shows 0.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 14, 2, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"values"},
    .warmup = ind_period_less_1,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(net_myrsi),
    .tolerance = 1e-12,
};
