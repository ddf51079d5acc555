/* SPDX-License-Identifier: Apache-2.0 */
/* dvdiqqe: how positive and negative volume part from their averages, with two stops that trail it
 * and its mean.
 *
 *   pvi += change of close where volume grew;   nvi -= change of close where it shrank
 *   dvdi = average over smoothing_period of (pvi - its average over period), less that of nvi
 *   stops: at multiplier * average of the average over 2 period - 1 of |change of dvdi| */
#include "extrema.h"
#include "smooth.h"

enum { OPEN, HIGH, LOW, CLOSE, VOLUME };
enum { PERIOD, SMOOTHING, FAST, SLOW, VOLUME_TYPE, CENTER_TYPE, TICK_SIZE };
enum { STOPS = 2 };

/* What is summed up from bar to bar. */
struct flow {
    double up, down; /* pvi, nvi */
    double close, volume, body;
};

struct state {
    struct flow flow;
    struct smooth mean[2], smoothed[2], range[2];
    double dvdi, stop[STOPS], sum;
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return 2 * (size_t)params[PERIOD] - 1;
}

static size_t state_size(const double *params)
{
    (void)params;
    return sizeof(struct state);
}

/* The volume of bar t. Ticks stand for one that is not there: those between open and close, and
 * those of the bar before, *body, while these are less than one. */
static double volume_at(const struct ind_run *run, size_t t, double *body)
{
    const double tick = run->params[TICK_SIZE], move = run->in[CLOSE][t] - run->in[OPEN][t];

    if (!(fabs(move) < tick))
        *body = move;
    else if (t == 0)
        *body = tick;
    if (run->params[VOLUME_TYPE] == 0 && isfinite(run->in[VOLUME][t]))
        return run->in[VOLUME][t];
    return fabs(*body) / tick;
}

/* Take in bar t. Where the sums begin makes no difference to how far they are from their averages,
 * so they begin at 0, with the second bar. */
static void flow_push(const struct ind_run *run, struct flow *f, size_t t)
{
    const double close = run->in[CLOSE][t], change = t == 0 ? 0 * close : close - f->close;
    const double volume = volume_at(run, t, &f->body);

    if (volume > f->volume)
        f->up += change;
    if (volume < f->volume)
        f->down -= change;
    f->close = close;
    f->volume = volume;
}

/* A stop gives no way: it moves with the line only, and changes side when the line has crossed. */
static double trail(double stop, double line, double width)
{
    return line > stop ? nan_max(line - width, stop) : nan_min(line + width, stop);
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), q = run_int(run, SMOOTHING), wide = 2 * p - 1;
    const long double alpha = 2.0L / (long double)(p + 1), beta = 2.0L / (long double)(q + 1);
    const long double gamma = 2.0L / (long double)(wide + 1);
    struct smooth_reference mean[2] = {{0}, {0}}, smoothed[2] = {{0}, {0}}, range[2] = {{0}, {0}};
    double *dvdi = run_scratch(run, 0), close = 0, volume = 0, body = 0;
    long double sum = 0, pvi = 0, nvi = 0;

    for (size_t t = 0; t < run->to; t++) {
        const double now = volume_at(run, t, &body), change = run->in[CLOSE][t] - close;
        pvi += now > volume ? change : 0;
        nvi -= now < volume ? change : 0;
        close = run->in[CLOSE][t];
        volume = now;
        const long double up = pvi - smooth_reference_push(&mean[0], pvi, p, alpha);
        const long double down = nvi - smooth_reference_push(&mean[1], nvi, p, alpha);
        dvdi[t] = (double)(smooth_reference_push(&smoothed[0], up, q, beta) -
                           smooth_reference_push(&smoothed[1], down, q, beta));
        if (t > 0)
            smooth_reference_push(&range[1],
                                  smooth_reference_push(&range[0],
                                                        fabsl((long double)dvdi[t] - dvdi[t - 1]),
                                                        wide, gamma),
                                  wide, gamma);
        if (t < wide)
            continue;
        run->out[0][t] = dvdi[t];
        for (size_t k = 0; k < STOPS; k++) {
            double *stop = run->out[1 + k];
            stop[t] = t == wide
                          ? dvdi[t]
                          : trail(stop[t - 1], dvdi[t], run->params[FAST + k] * (double)range[1].y);
        }
        sum += dvdi[t];
        run->out[3][t] =
            run->params[CENTER_TYPE] == 0 ? (double)(sum / (long double)(t + 1 - wide)) : 0;
    }
}

static void IND_FN(dvdiqqe)(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), wide = 2 * p - 1;
    const struct smoothing of_mean = smoothing_ema(run, p);
    const struct smoothing of_line = smoothing_ema(run, run_int(run, SMOOTHING));
    const struct smoothing of_range = smoothing_ema(run, wide);
    struct state *s = run->state;
    double side[2][CHUNK], mean[CHUNK], *dvdi = side[0], *range = side[1];

    RUN_CHUNKS(run, 0, at, n)
    {
        const size_t skip = at == 0, show = size_min(chunk_skip(at, wide), n);
        const size_t late = size_min(chunk_skip(at, wide + 1), n);

        for (size_t i = 0; i < n; i++) {
            flow_push(run, &s->flow, at + i);
            side[0][i] = s->flow.up;
            side[1][i] = s->flow.down;
        }
        for (size_t k = 0; k < 2; k++) {
            smooth_chunk(&of_mean, &s->mean[k], side[k], mean, n);
            for (size_t i = 0; i < n; i++)
                side[k][i] -= mean[i];
            smooth_chunk(&of_line, &s->smoothed[k], side[k], side[k], n);
        }
        for (size_t i = 0; i < n; i++) {
            dvdi[i] -= side[1][i];
            range[i] = fabs(dvdi[i] - s->dvdi);
            s->dvdi = dvdi[i];
        }
        for (size_t k = 0; k < 2; k++)
            smooth_chunk(&of_range, &s->range[k], range + skip, range + skip, n - skip);
        for (size_t i = show; i < n; i++)
            run->out[0][at + i] = dvdi[i];
        for (size_t k = 0; k < STOPS; k++) {
            for (size_t i = show; i < late; i++)
                run->out[1 + k][at + i] = s->stop[k] = dvdi[i];
            for (size_t i = late; i < n; i++)
                run->out[1 + k][at + i] = s->stop[k] =
                    trail(s->stop[k], dvdi[i], run->params[FAST + k] * range[i]);
        }
        for (size_t i = show; i < n && run->params[CENTER_TYPE] != 0; i++)
            run->out[3][at + i] = 0;
        if (run->params[CENTER_TYPE] != 0)
            continue;
        s->sum = running_sum_chunk(s->sum, dvdi + show, mean + show, n - show);
        for (size_t i = show; i < n; i++)
            run->out[3][at + i] = mean[i] / (double)(at + i + 1 - wide);
    }
}

IND_INDICATOR(dvdiqqe) = {
    .name = "dvdiqqe",
    .title = "DVDI QQE",
    .family = "volume",
    .source = "Wall (DonovanWall), DVDIQQE, TradingView, 2020",
    .note = "Averages are seeded with the "
            "running mean of their first period values. volume_type tick, and a bar whose volume "
            "is no finite number, take |close - open| / tick_size for volume, that of the bar "
            "before where it is below 1. The centre is the mean of all dvdi handed out, or with "
            "static 0. A NaN or infinite close makes all later values NaN. Highs and lows are not "
            "read.",
    .inputs = {{"open", "open"},
               {"high", "high"},
               {"low", "low"},
               {"close", "close"},
               {"volume", "volume"}},
    .params = {{"period", "bars", 13, 1, IND_PERIOD_MAX / 2, IND_INTEGER},
               {"smoothing_period", "bars", 6, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"fast_multiplier", "ratio", 2.618, 0, 1e6},
               {"slow_multiplier", "ratio", 4.236, 0, 1e6},
               {"volume_type", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"default", "tick", NULL}},
               {"center_type", "choice", 0, 0, 1, IND_INTEGER,
                (const char *const[]){"dynamic", "static", NULL}},
               {"tick_size", "price", 0.01, 1e-12, 1e12}},
    .outputs = {"dvdi", "fast_tl", "slow_tl", "center_line"},
    .warmup = warmup,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(dvdiqqe),
    .tolerance = 1e-9, /* what sums without end and their averages differ by */
};
