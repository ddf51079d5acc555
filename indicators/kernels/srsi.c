/* SPDX-License-Identifier: Apache-2.0 */
/* srsi: stochastic oscillator of the relative strength index.
 *
 *   r = Wilder's RSI (100 without losses);   s = 100 (r - lowest) / (highest - lowest)
 *   k = mean of s over k;   d = mean of k over d */
#include "extrema.h"
#include "made_sum.h"
#include "price.h"
#include "smooth.h"

enum { RSI, STOCH, K, D };

struct state {
    struct smooth gain, loss;
    struct tail r;
    struct extreme high, low;
    struct made_sum k, d;
    double mem[]; /* of r, high, low, k, d */
};

static size_t warmup(const double *params, size_t output)
{
    const size_t k = (size_t)(params[RSI] + params[STOCH] + params[K]) - 2;

    return k + (output == 0 ? 0 : (size_t)params[D] - 1);
}

static size_t state_size(const double *params)
{
    const size_t p = (size_t)params[STOCH];

    return sizeof(struct state) + tail_size(p + 1) + 2 * extreme_size(p) +
           made_sum_size((size_t)params[K]) + made_sum_size((size_t)params[D]);
}

/* An index whose window spans less than rounding can tell has been flat. */
static double stochastic(double r, double low, double high)
{
    return percent_of_range(r, low, high - low < 1e-10 ? low : high, 50);
}

static void reference(const struct ind_run *run)
{
    const size_t r_p = run_int(run, RSI), p = run_int(run, STOCH), k_p = run_int(run, K);
    double *r = run_scratch(run, 0), *s = run_scratch(run, 1);
    struct smooth_reference gain = {0}, loss = {0};

    for (size_t t = 1; t < run->to; t++) {
        const long double change = (long double)run->in[0][t] - run->in[0][t - 1];
        smooth_reference_push(&gain, change < 0 ? 0 : change, r_p, 1.0L / (long double)r_p);
        smooth_reference_push(&loss, change > 0 ? 0 : -change, r_p, 1.0L / (long double)r_p);
        r[t] = loss.y == 0 ? 100 : (double)(100 * gain.y / (gain.y + loss.y));
    }
    for (size_t t = r_p + p - 1; t < run->to; t++)
        s[t] = stochastic(r[t], window_min(r, t, p), window_max(r, t, p));
    for (size_t t = warmup(run->params, 0); t < run->to; t++)
        run->out[0][t] = (double)(plain_sum(s, t, k_p) / (long double)k_p);
    for (size_t t = warmup(run->params, 1); t < run->to; t++)
        run->out[1][t] = (double)(plain_sum(run->out[0], t, run_int(run, D)) / run->params[D]);
}

static void IND_FN(srsi)(const struct ind_run *run)
{
    const size_t r_p = run_int(run, RSI), p = run_int(run, STOCH), k_p = run_int(run, K);
    const size_t d_p = run_int(run, D), k_first = warmup(run->params, 0);
    const double *x = run->in[0], alpha = wilder_alpha(r_p);
    struct state *s = run->state;
    double *high_mem = s->mem + 2 * (p + 1), *low_mem = high_mem + p, *k_mem = low_mem + p;
    double *d_mem = k_mem + made_sum_doubles(k_p);

    for (size_t t = run_start(run, 1); t < run->to; t++) {
        const double change = x[t] - x[t - 1];
        const double gain = smooth_push(&s->gain, change < 0 ? 0 : change, r_p, alpha);
        const double loss = smooth_push(&s->loss, change > 0 ? 0 : -change, r_p, alpha);
        if (t < r_p)
            continue;
        const double r = loss == 0 ? 100 : 100 * gain / (gain + loss);
        const double *at = tail_push(&s->r, s->mem, p + 1, r);
        const double high = extreme_push_max(&s->high, high_mem, at, p);
        const double low = extreme_push_min(&s->low, low_mem, at, p);
        if (t + 1 < r_p + p)
            continue;
        const double raw = stochastic(r, low, high);
        const double k = made_sum_push(&s->k, k_mem, k_p, raw) / (double)k_p;
        if (t < k_first)
            continue;
        run->out[0][t] = k;
        const double d = made_sum_push(&s->d, d_mem, d_p, k) / (double)d_p;
        if (t >= k_first + d_p - 1)
            run->out[1][t] = d;
    }
}

IND_INDICATOR(srsi) = {
    .name = "srsi",
    .title = "Stochastic RSI",
    .family = "momentum",
    .source = "Chande and Kroll, The New Technical Trader, 1994",
    .note = "50 where the index has been flat (within 1e-10). A NaN or infinite bar makes all "
            "later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"rsi_period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"stoch_period", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"k", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"d", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"k", "d"},
    .warmup = warmup,
    .history = ind_history_1,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(srsi),
    .tolerance = 1e-4, /* the range of the index may be as small as 1e-10 */
};
