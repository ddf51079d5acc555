/* SPDX-License-Identifier: Apache-2.0 */
/* A moving average of a chosen kind, and how widely its window spreads: what bands are made of. */
#ifndef IND_AVERAGE_SPREAD_H
#define IND_AVERAGE_SPREAD_H

#include "deviation.h"
#include "moving_average.h"

/* How both are taken; where they stand among the parameters is the indicator's. */
struct spreading {
    size_t p;
    enum ma_kind ma;
    enum deviation_kind kind;
};

static inline struct spreading spreading_of(const double *params, size_t period, size_t matype,
                                            size_t devtype)
{
    return (struct spreading){(size_t)params[period], (enum ma_kind)params[matype],
                              (enum deviation_kind)params[devtype]};
}

struct average_spread {
    struct ma average;
    struct window_square square;
    double mem[]; /* of the average, then of the deviation */
};

static inline size_t average_spread_size(const struct spreading *how)
{
    return sizeof(struct average_spread) + ma_size(how->p) + deviation_size(how->p);
}

/* average[i] and spread[i] of n bars at `x`, the first of them bar `at`; spread means something
 * from bar p - 1 on, as the simple average does, others from their own warm-up. */
static inline void average_spread_chunk(const struct ind_run *run, const struct spreading *how,
                                        struct average_spread *s, const double *x, size_t at,
                                        size_t n, double *average, double *spread)
{
    double *scratch = s->mem + ma_doubles(how->p);

    window_square_chunk(&s->square, x, n, how->p, average, spread);
    deviation_chunk(how->kind, x, how->p, average, spread, chunk_skip(at, how->p - 1), n, scratch);
    if (how->ma != MA_SMA) { /* the simple average is the mean */
        const struct averaging averaging = averaging_make(run, how->ma, how->p);
        ma_chunk(&averaging, &s->average, s->mem, x, average, n);
        for (size_t i = 0; i < n; i++)
            average[i] += 0 * average[i]; /* nothing is told from an infinite one: NaN */
    }
}

/* For references: both from `first` on, in full. */
static inline void average_spread_reference(const struct ind_run *run, const struct spreading *how,
                                            size_t first, double *average, double *spread)
{
    double *scratch = run_scratch(run, IND_SCRATCH - 1);

    for (size_t t = 0; t < run->to; t++)
        average[t] = run->in[0][t];
    ma_reference(average, 0, run->to, how->ma, how->p);
    for (size_t t = first; t < run->to; t++)
        spread[t] = deviation_reference(how->kind, run->in[0], t, how->p, scratch);
}

#endif
