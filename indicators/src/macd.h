/* SPDX-License-Identifier: Apache-2.0 */
/* The difference of two averages, the average of that, and what is between the two: macd and its
 * relatives. */
#ifndef IND_MACD_H
#define IND_MACD_H

#include "moving_average.h"

/* What one parameter set asks for. */
struct macd_how {
    struct averaging fast, slow, signal;
    size_t fast_late, slow_late; /* the bars at which they begin */
    size_t first;                /* the first bar that has both averages: there the signal begins */
    size_t shown, signal_shown;  /* the first bar of macd; of signal and hist */
};

struct macd_state {
    struct ma fast, slow, signal;
    double k; /* exponential averages are taken of values less this, the first: of large prices the
               * difference of two would else be lost in their rounding */
    double mem[]; /* of fast, slow, signal */
};

static inline size_t macd_state_size(size_t fast, size_t slow, size_t signal)
{
    return sizeof(struct macd_state) + ma_size(fast) + ma_size(slow) + ma_size(signal);
}

/* Outputs: macd, signal, hist. */
static inline void macd_run(const struct ind_run *run, const struct macd_how *how)
{
    struct macd_state *s = run->state;
    double *slow_mem = s->mem + ma_doubles(how->fast.p);
    double *signal_mem = slow_mem + ma_doubles(how->slow.p);
    const bool shift = how->fast.kind == MA_EMA && how->slow.kind == MA_EMA;
    double macd[CHUNK], other[CHUNK], shifted[CHUNK];

    RUN_CHUNKS(run, 0, at, n)
    {
        const double *x = run->in[0] + at;
        if (shift && at == 0 && isfinite(x[0]))
            s->k = x[0];
        if (shift) {
            const double k = s->k;
            for (size_t i = 0; i < n; i++)
                shifted[i] = x[i] - k;
            x = shifted;
        }
        const size_t skip = size_min(chunk_skip(at, how->first), n);
        const size_t fast_skip = size_min(chunk_skip(at, how->fast_late), n);
        const size_t slow_skip = size_min(chunk_skip(at, how->slow_late), n);

        ma_chunk(&how->fast, &s->fast, s->mem, x + fast_skip, macd + fast_skip, n - fast_skip);
        ma_chunk(&how->slow, &s->slow, slow_mem, x + slow_skip, other + slow_skip, n - slow_skip);
        for (size_t i = skip; i < n; i++)
            macd[i] -= other[i];
        for (size_t i = chunk_skip(at, how->shown); i < n; i++)
            run->out[0][at + i] = macd[i];
        ma_chunk(&how->signal, &s->signal, signal_mem, macd + skip, other + skip, n - skip);
        for (size_t i = chunk_skip(at, how->signal_shown); i < n; i++) {
            run->out[1][at + i] = other[i];
            run->out[2][at + i] = macd[i] - other[i];
        }
    }
}

/* The outputs are the rooms for the three averages, the signal last. Of the averagings the kind and
 * the period count. */
static inline void macd_reference(const struct ind_run *run, const struct macd_how *how)
{
    const size_t len = run->to;
    double *macd = run->out[0], *signal = run->out[1], *hist = run->out[2];

    for (size_t t = 0; t < len; t++)
        macd[t] = signal[t] = run->in[0][t];
    ma_reference(macd, size_min(how->fast_late, len), len, how->fast.kind, how->fast.p);
    ma_reference(signal, size_min(how->slow_late, len), len, how->slow.kind, how->slow.p);
    for (size_t t = 0; t < len; t++)
        macd[t] = signal[t] = macd[t] - signal[t];
    ma_reference(signal, size_min(how->first, len), len, how->signal.kind, how->signal.p);
    for (size_t t = 0; t < len; t++)
        hist[t] = macd[t] - signal[t];
    for (size_t t = 0; t < size_min(how->shown, len); t++)
        macd[t] = NAN;
}

#endif
