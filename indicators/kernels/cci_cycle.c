/* SPDX-License-Identifier: Apache-2.0 */
/* cci_cycle: Schaff's cycle of the commodity channel index.
 *
 *   c = cci over length;   e = 2 average of c over half of length - average over length
 *   s = Wilder average of e over the root of length
 *   pf = stand of s between its extremes over length, in percent, moved towards by factor a bar
 *   out = the same step on pf */
#include "commodity_channel.h"
#include "made_extremes.h"
#include "smooth.h"

enum { LENGTH, FACTOR };

/* Of the values: so small a range is one of roundings. */
static const double NO_RANGE = 1e-12;

/* One of the two rounds. */
struct round {
    struct made_extremes extremes;
    double stand, y;
    bool begun;
};

struct state {
    struct window_sum sum;
    struct smooth half, whole, wilder;
    struct round rounds[2];
    double mem[]; /* of the rounds */
};

static size_t root_of(const double *params) { return size_max((size_t)round(sqrt(params[0])), 1); }

/* The first bar that has s. */
static size_t s_first(const double *params)
{
    return (size_t)params[LENGTH] - 1 + root_of(params) - 1;
}

/* At least: out begins when pf has moved. */
static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return s_first(params) + 1;
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * made_extremes_size((size_t)params[LENGTH]);
}

/* One value of a round. Where there is no range the first round stands where it stood, at 50 at
 * first, and the second does not move. */
static double round_push(struct round *r, double x, double low, double high, double factor,
                         bool second)
{
    const double range = high - low, stand = (x - low) / range * 100;
    const bool flat = range <= NO_RANGE * (fabs(low) + fabs(high));

    if (flat && second)
        return r->begun ? r->y : (double)NAN;
    r->stand = !flat ? stand : r->begun ? r->stand : 50;
    r->y = r->begun && factor != 0 ? r->y + factor * (r->stand - r->y) : r->stand;
    r->begun = true;
    return r->y;
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, LENGTH), half = (p + 1) / 2, root = root_of(run->params);
    const size_t first = s_first(run->params);
    struct smooth_reference fast = {0}, slow = {0}, wilder = {0};
    double *s = run_scratch(run, 0), *out = run->out[0];

    for (size_t t = p - 1; t < run->to; t++) {
        const double c = commodity_channel_reference(run->in[0], t, p);
        smooth_reference_push(&fast, c, half, 2.0L / (long double)(half + 1));
        smooth_reference_push(&slow, c, p, 2.0L / (long double)(p + 1));
        s[t] = (double)smooth_reference_push(&wilder, 2 * fast.y - slow.y, root,
                                             1.0L / (long double)root);
    }
    for (int k = 0; k < 2; k++) { /* in double: see stc.c */
        struct round r = {.begun = false};
        for (size_t t = first; t < run->to; t++)
            out[t] = round_push(&r, s[t], made_min(s, first, t, p), made_max(s, first, t, p),
                                run->params[FACTOR], k == 1);
        for (size_t t = first; t < run->to; t++)
            s[t] = out[t];
    }
}

static void IND_FN(cci_cycle)(const struct ind_run *run)
{
    const size_t p = run_int(run, LENGTH), half = (p + 1) / 2, first = s_first(run->params);
    const struct smoothing half_how = smoothing_ema(run, half), whole_how = smoothing_ema(run, p);
    const struct smoothing wilder_how = smoothing_wilder(run, root_of(run->params));
    struct state *s = run->state;
    double x[CHUNK], high[CHUNK], low[CHUNK], *other = high;

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t c_skip = size_min(chunk_skip(at, p - 1), n);
        const size_t skip = size_min(chunk_skip(at, first), n);

        commodity_channel_chunk(&s->sum, run->in[0] + at, n, p, c_skip, x);
        smooth_chunk(&whole_how, &s->whole, x + c_skip, other + c_skip, n - c_skip);
        smooth_chunk(&half_how, &s->half, x + c_skip, x + c_skip, n - c_skip);
        for (size_t i = c_skip; i < n; i++)
            x[i] = 2 * x[i] - other[i];
        smooth_chunk(&wilder_how, &s->wilder, x + c_skip, x + c_skip, n - c_skip);
        for (size_t k = 0; k < 2; k++) {
            made_extremes_chunk(run, &s->rounds[k].extremes, s->mem + k * made_extremes_doubles(p),
                                p, x + skip, n - skip, high + skip, low + skip);
            for (size_t i = skip; i < n; i++)
                x[i] =
                    round_push(&s->rounds[k], x[i], low[i], high[i], run->params[FACTOR], k == 1);
        }
        for (size_t i = chunk_skip(at, first + 1); i < n; i++)
            run->out[0][at + i] = x[i];
    }
}

IND_INDICATOR(cci_cycle) = {
    .name = "cci_cycle",
    .title = "CCI Cycle",
    .family = "momentum",
    .source = "Schaff, The Schaff Trend Cycle, 2008; Lambert, Commodity Channel Index, 1980",
    .note = "The averages begin with the mean so far. A stand without a range is the one before "
            "(50 at first); out begins when pf has moved, and stays where it is while that stands "
            "still. A NaN or infinite bar makes all later values NaN.",
    .inputs = {{"data", "close"}},
    .params = {{"length", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"factor", "ratio", 0.5, 0, 1}},
    .outputs = {"values"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(cci_cycle),
    .tolerance = 1e-4, /* the range of s, and that of pf, may be as small as a rounding */
};
