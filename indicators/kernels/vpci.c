/* SPDX-License-Identifier: Apache-2.0 */
/* vpci: volume price confirmation indicator.
 *
 *   vpci = (long weighted mean - long mean) * (short weighted mean / short mean)
 *          * (short mean volume / long mean volume)
 *   vpcis = mean of vpci over short_range, weighted by volume */
#include "tail.h"
#include "volume_mean.h"

enum { SHORT, LONG };

struct state {
    struct volume_mean quick, slow;
    struct tail products, weighted;
    struct window_sum sum;
    double mem[]; /* of products, weighted */
};

static size_t longest(const double *params)
{
    return size_max((size_t)params[SHORT], (size_t)params[LONG]);
}

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return longest(params) - 1;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + series_size(longest(params)) + series_size((size_t)params[SHORT]);
}

static void reference(const struct ind_run *run)
{
    const size_t first = warmup(run->params, 0);
    const size_t quick_p = run_int(run, SHORT), slow_p = run_int(run, LONG);
    const double *price = run->in[0], *volume = run->in[1];
    double *vpci = run->out[0];

    for (size_t t = first; t < run->to; t++) {
        const struct volume_mean_reference quick = volume_mean_reference(price, volume, t, quick_p);
        const struct volume_mean_reference slow = volume_mean_reference(price, volume, t, slow_p);
        long double sum = 0;
        vpci[t] = (double)((slow.weighted - slow.plain) * (quick.weighted / quick.plain) *
                           (quick.volume / slow.volume));
        for (size_t i = 0; i < size_min(quick_p, t + 1 - first); i++)
            sum += isfinite(vpci[t - i]) ? vpci[t - i] * (long double)volume[t - i] : 0;
        run->out[1][t] =
            quick.volume == 0 ? (double)NAN : (double)(sum / (quick.volume * (long double)quick_p));
    }
}

static void IND_FN(vpci)(const struct ind_run *run)
{
    const size_t quick_p = run_int(run, SHORT), slow_p = run_int(run, LONG);
    const size_t first = warmup(run->params, 0);
    struct state *s = run->state;
    double *weighted_mem = s->mem + series_doubles(longest(run->params));
    struct volume_means quick, slow;
    double product[CHUNK], sum[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *price = run->in[0] + at, *volume = run->in[1] + at;
        const size_t skip = size_min(chunk_skip(at, first), n), m = n - skip;
        double *vpci = run->out[0] + at;

        for (size_t i = 0; i < n; i++)
            product[i] = price[i] * volume[i];
        const double *products =
            tail_append(&s->products, s->mem, longest(run->params), product, n);
        volume_mean_chunk(&s->quick, price, volume, products, n, quick_p, &quick);
        volume_mean_chunk(&s->slow, price, volume, products, n, slow_p, &slow);
        for (size_t i = skip; i < n; i++) {
            const double value = (slow.weighted[i] - slow.plain[i]) *
                                 (quick.weighted[i] / quick.plain[i]) *
                                 (quick.volume[i] / slow.volume[i]);
            vpci[i] = value;
            sum[i] = isfinite(value) ? value * volume[i] : 0;
        }
        window_sum_chunk(&s->sum, tail_append(&s->weighted, weighted_mem, quick_p, sum + skip, m),
                         m, quick_p, sum + skip);
        for (size_t i = skip; i < n; i++) {
            const double value = sum[i] / (quick.volume[i] * (double)quick_p);
            run->out[1][at + i] = quick.volume[i] == 0 ? NAN : value;
        }
    }
}

IND_INDICATOR(vpci) = {
    .name = "vpci",
    .title = "Volume Price Confirmation Indicator",
    .family = "volume",
    .source = "Dormeier, Investing with Volume Analysis, 2011",
    .note = "NaN where the short window has no volume. In vpcis a bar without vpci, as all before "
            "the first, counts as 0. A NaN or infinite bar shows while it is in the window.",
    .inputs = {{"close", "close"}, {"volume", "volume"}},
    .params = {{"short_range", "bars", 5, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"long_range", "bars", 25, 1, IND_PERIOD_MAX, IND_INTEGER}},
    .outputs = {"vpci", "vpcis"},
    .warmup = warmup,
    .history = longest,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(vpci),
    .tolerance = 1e-10, /* the two means of a window differ by little */
};
