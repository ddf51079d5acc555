/* SPDX-License-Identifier: Apache-2.0 */
/* voss: Ehlers' use of Voss's predictor.
 *
 *   filt = resonance at period, begun at 0 at bar max(period, 5, order);   order = 3 predict
 *   voss[t] = (3 + order) / 2 filt[t] - sum of (k + 1) / order voss[t - order + k], k < order */
#include "cycle.h"
#include "tail.h"

enum { PERIOD, PREDICT, BANDWIDTH };
enum { VOSS, FILT };

struct state {
    double filt[2]; /* newest first */
    struct tail tail;
    double mem[];
};

static size_t order_of(const double *params) { return 3 * (size_t)params[PREDICT]; }

static size_t first_of(const double *params)
{
    return size_max(size_max((size_t)params[PERIOD], 5), order_of(params));
}

/* filt is 0 for two bars before it begins. */
static size_t warmup(const double *params, size_t output)
{
    return first_of(params) - (output == FILT ? 2 : 0);
}

static int check(const double *params)
{
    return resonance_check(params[PERIOD], params[BANDWIDTH]);
}

static size_t history(const double *params)
{
    (void)params;
    return 2;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + tail_size(order_of(params) + 1);
}

static void reference(const struct ind_run *run)
{
    const struct resonance r = resonance_make(run->params[PERIOD], run->params[BANDWIDTH]);
    const size_t order = order_of(run->params), first = first_of(run->params);
    const double *x = run->in[0];
    double *voss = run_scratch(run, 0);
    long double f[3] = {0};

    for (size_t t = first - 2; t < run->to; t++) {
        f[2] = f[1], f[1] = f[0];
        if (t >= first)
            f[0] = r.in * ((long double)x[t] - x[t - 2]) + r.one * f[1] + r.two * f[2];
        run->out[FILT][t] = (double)f[0];
        if (t < first)
            continue;
        long double sum = 0;
        for (size_t k = 0; k < order; k++)
            sum += (long double)(k + 1) / (long double)order * voss[t - order + k];
        run->out[VOSS][t] = voss[t] = (double)((long double)(3 + order) / 2 * f[0] - sum);
    }
}

/* Of the last `order` values, oldest first, at at[0] the newest. */
static double weighted(const double *at, size_t order)
{
    const double *x = at + 1 - order;
    double sum = 0;

    for (size_t k = 0; k < order; k++)
        sum += (double)(k + 1) * x[k];
    return sum / (double)order;
}

static void IND_FN(voss)(const struct ind_run *run)
{
    const struct resonance r = resonance_make(run->params[PERIOD], run->params[BANDWIDTH]);
    const size_t order = order_of(run->params), first = first_of(run->params);
    const double scale = 0.5 * (double)(3 + order);
    struct state *s = run->state;
    double filt[CHUNK];

    for (size_t t = run_start(run, first - 2); t < size_min(run->to, first); t++)
        run->out[FILT][t] = 0;
    RUN_CHUNKS(run, first, at, n)
    {
        const double *last = s->mem + s->tail.pos + order; /* of the values so far */

        resonance_chunk(&r, run->in[0] + at, n, s->filt, filt);
        for (size_t i = 0; i < n; i++) {
            const double voss = scale * filt[i] - weighted(last, order);
            last = tail_push(&s->tail, s->mem, order + 1, voss);
            run->out[FILT][at + i] = filt[i];
            run->out[VOSS][at + i] = voss;
        }
    }
}

IND_INDICATOR(voss) = {
    .name = "voss",
    .title = "Voss Predictor",
    .family = "cycle",
    .source = "Ehlers, A Peek into the Future, Stocks & Commodities, 2019",
    .note = "bandwidth must be below a quarter of period. A NaN or infinite bar makes all later "
            "values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 20, 2, IND_PERIOD_MAX, IND_INTEGER},
               {"predict", "bars", 3, 1, 1e6, IND_INTEGER},
               {"bandwidth", "ratio", 0.25, 1e-6, 1}},
    .outputs = {"voss", "filt"},
    .warmup = warmup,
    .history = history,
    .check = check,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(voss),
    .tolerance = 1e-9, /* a cycle is a small difference of prices */
};
