/* SPDX-License-Identifier: Apache-2.0 */
/* rvi: Dorsey's relative volatility index.
 *
 *   up, down = the deviation over period where the value rose, fell, else 0, averaged over ma_len
 *   out = 100 up / (up + down) */
#include "deviation.h"
#include "moving_average.h"

enum { PERIOD, MA_LEN, MA_TYPE, DEVTYPE };

struct state {
    struct window_square square;
    struct ma up, down;
    double mem[]; /* of up, down, deviation */
};

static size_t warmup(const double *params, size_t output)
{
    (void)output;
    return (size_t)params[PERIOD] - 1 +
           ma_warmup((enum ma_kind)params[MA_TYPE], (size_t)params[MA_LEN]);
}

static size_t history(const double *params) { return (size_t)params[PERIOD] + 1; }

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * ma_size((size_t)params[MA_LEN]) +
           deviation_size((size_t)params[PERIOD]);
}

/* What of `spread` is booked where a value has moved by `move`: NaN with a NaN. */
static inline double booked(double spread, double move)
{
    return move > 0 ? spread : isnan(move) ? move : 0 * spread;
}

static double move_at(const double *x, size_t t) { return t == 0 ? 0 : x[t] - x[t - 1]; }

static inline double index_of(double up, double down)
{
    return 100 * up / (up + down); /* NaN where neither has been */
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, PERIOD), len = run->to, m = run_int(run, MA_LEN);
    const enum ma_kind ma = (enum ma_kind)run->params[MA_TYPE];
    const double *x = run->in[0];
    double *up = run_scratch(run, 0), *down = run_scratch(run, 1);

    for (size_t t = p - 1; t < len; t++) {
        const double spread = deviation_reference((enum deviation_kind)run->params[DEVTYPE], x, t,
                                                  p, run_scratch(run, 2));
        up[t] = booked(spread, move_at(x, t));
        down[t] = booked(spread, -move_at(x, t));
    }
    ma_reference(up, size_min(p - 1, len), len, ma, m);
    ma_reference(down, size_min(p - 1, len), len, ma, m);
    for (size_t t = warmup(run->params, 0); t < len; t++)
        run->out[0][t] = index_of(up[t], down[t]);
}

static void IND_FN(rvi)(const struct ind_run *run)
{
    const struct averaging how =
        averaging_make(run, (enum ma_kind)run->params[MA_TYPE], run_int(run, MA_LEN));
    const enum deviation_kind kind = (enum deviation_kind)run->params[DEVTYPE];
    const size_t p = run_int(run, PERIOD), first = warmup(run->params, 0);
    struct state *s = run->state;
    double *down_mem = s->mem + ma_doubles(how.p), *scratch = down_mem + ma_doubles(how.p);
    double up[CHUNK], down[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        const size_t skip = size_min(chunk_skip(at, p - 1), n);

        window_square_chunk(&s->square, x, n, p, down, up);
        deviation_chunk(kind, x, p, down, up, skip, n, scratch);
        for (size_t i = skip; i < n; i++) {
            const double spread = up[i], move = move_at(run->in[0], at + i);
            up[i] = booked(spread, move);
            down[i] = booked(spread, -move);
        }
        ma_chunk(&how, &s->up, s->mem, up + skip, up + skip, n - skip);
        ma_chunk(&how, &s->down, down_mem, down + skip, down + skip, n - skip);
        for (size_t i = chunk_skip(at, first); i < n; i++)
            run->out[0][at + i] = index_of(up[i], down[i]);
    }
}

IND_INDICATOR(rvi) = {
    .name = "rvi",
    .title = "Relative Volatility Index",
    .family = "volatility",
    .source = "Dorsey, The Relative Volatility Index, Stocks & Commodities, 1993",
    .note = "The exponential average is seeded with the mean of its first ma_len values. NaN "
            "while nothing has moved. A NaN or infinite bar makes all later values NaN with "
            "exponential averages, with simple ones it shows while it is in a window.",
    .inputs = {{"data", "close"}},
    .params = {{"period", "bars", 10, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"ma_len", "bars", 14, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"matype", "choice", MA_EMA, MA_SMA, MA_EMA, IND_INTEGER,
                (const char *const[]){"sma", "ema", NULL}},
               DEVIATION_PARAM("devtype")},
    .outputs = {"values"},
    .warmup = warmup,
    .history = history,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(rvi),
    .tolerance = 1e-8, /* deviations of windows that move little */
};
