/* SPDX-License-Identifier: Apache-2.0 */
/* Candles that look like a market: a random walk whose volatility comes in clusters, with calm
 * stretches, flat bars and bars without volume, all of which real data has and kernels trip over.
 * Only + - * / and integer work: the same seed gives the same bits on every machine. */
#include "series.h"

#include <stdlib.h>

/* splitmix64, by Sebastiano Vigna, public domain algorithm: any seed is a good one. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state) { return (double)(next_random(state) >> 11) * 0x1p-53; }

/* Near enough to a normal: the sum of four uniforms, centred, variance 1. */
static double bell(uint64_t *state)
{
    double sum = uniform(state) + uniform(state) + uniform(state) + uniform(state);

    return (sum - 2.0) * 1.7320508075688772;
}

/* Prices are quoted in cents. */
static double to_cents(double x) { return (double)(int64_t)(x * 100.0 + 0.5) / 100.0; }

struct walk {
    uint64_t random;
    double price;      /* last close */
    double volatility; /* typical change of one bar, as a ratio */
    size_t calm;       /* bars still to come in which nothing trades */
};

static void step_volatility(struct walk *w)
{
    const double shock = bell(&w->random);

    w->volatility = 0.94 * w->volatility + 0.06 * 0.004 * (0.4 + shock * shock);
    if (w->calm == 0 && uniform(&w->random) < 0.0005)
        w->calm = 5 + (size_t)(uniform(&w->random) * 40);
}

static void step(struct walk *w, struct series *s, size_t t)
{
    step_volatility(w);
    if (w->calm > 0) {
        w->calm--;
        s->column[SERIES_OPEN][t] = s->column[SERIES_HIGH][t] = w->price;
        s->column[SERIES_LOW][t] = s->column[SERIES_CLOSE][t] = w->price;
        s->column[SERIES_VOLUME][t] = 0;
        return;
    }
    const double open = w->price;
    double change = bell(&w->random) * w->volatility;

    /* A weak pull towards 100 keeps a million bars in the range of a price. */
    change += (100.0 - open) / 100.0 * 0.0002;
    const double close = to_cents(open * (1.0 + change));
    const double wick = open * w->volatility;
    const double top = open > close ? open : close, bottom = open > close ? close : open;
    const double low = to_cents(bottom - wick * uniform(&w->random) * 0.7);
    const double size = change < 0 ? -change : change;

    s->column[SERIES_OPEN][t] = open;
    s->column[SERIES_HIGH][t] = to_cents(top + wick * uniform(&w->random) * 0.7);
    s->column[SERIES_LOW][t] = low < 0.01 ? 0.01 : low;
    s->column[SERIES_CLOSE][t] = close;
    s->column[SERIES_VOLUME][t] =
        (5.0 + 40.0 * uniform(&w->random)) * (1.0 + 100.0 * size) * uniform(&w->random);
    if (s->column[SERIES_HIGH][t] < top)
        s->column[SERIES_HIGH][t] = top;
    if (s->column[SERIES_LOW][t] > bottom)
        s->column[SERIES_LOW][t] = bottom;
    w->price = close;
}

int series_generate(struct series *ret, size_t bars, uint64_t seed, struct series_message *err)
{
    struct walk w = {.random = seed, .price = 100.0, .volatility = 0.004};

    for (int i = SERIES_TIMESTAMP; i <= SERIES_VOLUME; i++) {
        ret->column[i] = malloc(bars * sizeof(double));
        if (!ret->column[i])
            return series_fail(err, "out of memory for %zu bars", bars);
    }
    ret->len = bars;
    for (size_t t = 0; t < bars; t++) {
        ret->column[SERIES_TIMESTAMP][t] = 1600000000000.0 + (double)t * 60000.0;
        step(&w, ret, t);
    }
    return 0;
}
