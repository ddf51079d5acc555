/* SPDX-License-Identifier: Apache-2.0 */
/* kdj: the slow stochastic, and where it points.
 *
 *   raw = 100 (close - lowest low) / (highest high - lowest low), over fast_k_period
 *   k = average of raw over slow_k_period;   d = average of k over slow_d_period;   j = 3 k - 2 d
 */
#include "extrema.h"
#include "moving_average.h"
#include "price.h"

enum { FASTK, SLOWK, SLOWK_MA, SLOWD, SLOWD_MA };

/* An average that leaves out what is NaN. */
struct patient {
    struct ma ma, count; /* simple: of the values with 0 for what is left out; of 1 and 0 */
    double last;         /* other: of the values so far */
};

struct state {
    struct extreme high, low;
    struct patient k, d;
    double mem[]; /* of high, low, k, d */
};

static size_t patient_doubles(size_t p) { return 2 * ma_doubles(p); }

static enum ma_kind kind_of(const double *params, size_t which)
{
    return (enum ma_kind)params[which];
}

static size_t k_first(const double *params)
{
    return (size_t)params[FASTK] - 1 + ma_warmup(kind_of(params, SLOWK_MA), (size_t)params[SLOWK]);
}

static size_t warmup(const double *params, size_t output)
{
    const size_t d = ma_warmup(kind_of(params, SLOWD_MA), (size_t)params[SLOWD]);

    return k_first(params) + (output == 0 ? 0 : d);
}

static size_t state_size(const double *params)
{
    return sizeof(struct state) + 2 * extreme_size((size_t)params[FASTK]) +
           sizeof(double) *
               (patient_doubles((size_t)params[SLOWK]) + patient_doubles((size_t)params[SLOWD]));
}

/* x[from] .. become their average. Simple: of those in the window; other: of the series without
 * what is left out, the last one standing until there is another. */
static void reference_patient(double *x, double *room, size_t from, size_t len, enum ma_kind kind,
                              size_t p)
{
    size_t n = 0;

    for (size_t t = from; t < len; t++)
        if (!isnan(x[t]))
            room[n++] = x[t];
    if (kind != MA_SMA)
        ma_reference(room, 0, n, kind, p);
    for (size_t t = len; t-- > from;) {
        long double sum = 0, count = 0;
        for (size_t i = 0; kind == MA_SMA && i < p && i + from <= t; i++)
            if (!isnan(x[t - i])) {
                sum += x[t - i];
                count++;
            }
        const bool left_out = isnan(x[t]);
        x[t] = kind == MA_SMA ? (double)(sum / count) : n == 0 ? (double)NAN : room[n - 1];
        n -= !left_out;
    }
}

static void reference(const struct ind_run *run)
{
    const size_t p = run_int(run, FASTK), len = run->to;
    const size_t first = size_min(k_first(run->params), len);
    double *k = run->out[0], *d = run->out[1], *j = run->out[2], *room = run_scratch(run, 0);

    for (size_t t = p - 1; t < len; t++)
        k[t] = percent_of_range(run->in[2][t], window_min(run->in[1], t, p),
                                window_max(run->in[0], t, p), NAN);
    reference_patient(k, room, size_min(p - 1, len), len, kind_of(run->params, SLOWK_MA),
                      run_int(run, SLOWK));
    for (size_t t = 0; t < first; t++)
        k[t] = NAN;
    for (size_t t = first; t < len; t++)
        d[t] = k[t];
    reference_patient(d, room, first, len, kind_of(run->params, SLOWD_MA), run_int(run, SLOWD));
    for (size_t t = 0; t < size_min(warmup(run->params, 1), len); t++)
        d[t] = NAN;
    for (size_t t = 0; t < len; t++)
        j[t] = 3 * k[t] - 2 * d[t];
}

/* Simple: sums of what there is, over how many there are. */
static void patient_chunk_simple(const struct averaging *how, struct patient *s, double *mem,
                                 double *x, size_t n)
{
    double count[CHUNK] = {0};

    for (size_t i = 0; i < n; i++) {
        count[i] = !isnan(x[i]);
        x[i] = isnan(x[i]) ? 0 : x[i];
    }
    ma_chunk(how, &s->ma, mem, x, x, n);
    ma_chunk(how, &s->count, mem + ma_doubles(how->p), count, count, n);
    for (size_t i = 0; i < n; i++) /* whole numbers over p: none is near 0 but 0 itself */
        x[i] = count[i] * (double)how->p < 0.5 ? (double)NAN : x[i] / count[i];
}

/* x[i] becomes its average, NaN where there is none yet. */
static void patient_chunk(const struct averaging *how, struct patient *s, double *mem, double *x,
                          size_t n)
{
    if (how->kind == MA_SMA) {
        patient_chunk_simple(how, s, mem, x, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (!isnan(x[i]))
            s->last = ma_push(&s->ma, mem, how->kind, how->p, x[i]);
        x[i] = s->ma.count <= ma_warmup(how->kind, how->p) ? (double)NAN : s->last;
    }
}

static void IND_FN(kdj)(const struct ind_run *run)
{
    const size_t p = run_int(run, FASTK), first = k_first(run->params);
    const size_t d_first = warmup(run->params, 1);
    const struct averaging k_how =
        averaging_make(run, kind_of(run->params, SLOWK_MA), run_int(run, SLOWK));
    const struct averaging d_how =
        averaging_make(run, kind_of(run->params, SLOWD_MA), run_int(run, SLOWD));
    struct state *s = run->state;
    double *low_mem = s->mem + p, *k_mem = low_mem + p, *d_mem = k_mem + patient_doubles(k_how.p);
    double high[CHUNK], low[CHUNK], *k = high, *d = low;

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *close = run->in[2] + at;
        const size_t raw_skip = size_min(chunk_skip(at, p - 1), n);
        const size_t skip = size_min(chunk_skip(at, first), n);

        extreme_chunk_max(run, &s->high, s->mem, run->in[0] + at, n, p, high);
        extreme_chunk_min(run, &s->low, low_mem, run->in[1] + at, n, p, low);
        for (size_t i = raw_skip; i < n; i++)
            k[i] = percent_of_range(close[i], low[i], high[i], NAN);
        patient_chunk(&k_how, &s->k, k_mem, k + raw_skip, n - raw_skip);
        for (size_t i = skip; i < n; i++)
            run->out[0][at + i] = d[i] = k[i];
        patient_chunk(&d_how, &s->d, d_mem, d + skip, n - skip);
        for (size_t i = chunk_skip(at, d_first); i < n; i++) {
            run->out[1][at + i] = d[i];
            run->out[2][at + i] = 3 * k[i] - 2 * d[i];
        }
    }
}

IND_INDICATOR(kdj) = {
    .name = "kdj",
    .title = "KDJ",
    .family = "momentum",
    .source = "Lane, Lane's Stochastics, 1984",
    .note = "Where the window is flat, or holds a NaN, there is no raw value; the averages leave "
            "it out: simple ones take the mean of those there are in their window (NaN if none), "
            "the others stay as they are.",
    .inputs = {{"high", "high"}, {"low", "low"}, {"close", "close"}},
    .params = {{"fast_k_period", "bars", 9, 1, IND_PERIOD_MAX, IND_INTEGER},
               {"slow_k_period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("slow_k_ma_type", MA_SMA),
               {"slow_d_period", "bars", 3, 1, IND_PERIOD_MAX, IND_INTEGER},
               MA_PARAM("slow_d_ma_type", MA_SMA)},
    .outputs = {"k", "d", "j"},
    .warmup = warmup,
    .history = ind_history_period,
    .state_size = state_size,
    .reference = reference,
    .run = IND_FN(kdj),
    .tolerance = 1e-11,
};
