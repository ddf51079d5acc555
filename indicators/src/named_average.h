/* SPDX-License-Identifier: Apache-2.0 */
/* The averages that TA-Lib numbers, by those numbers. */
#ifndef IND_NAMED_AVERAGE_H
#define IND_NAMED_AVERAGE_H

#include "efficiency.h"
#include "mama.h"
#include "moving_average.h"
#include "t3.h"

enum named_kind {
    NAMED_SMA,
    NAMED_EMA,
    NAMED_WMA,
    NAMED_DEMA,
    NAMED_TEMA,
    NAMED_TRIMA,
    NAMED_KAMA,
    NAMED_MAMA,
    NAMED_T3
};

#define NAMED_PARAM                                                                                \
    {                                                                                              \
        "ma_type", "choice", NAMED_SMA, NAMED_SMA, NAMED_T3, IND_INTEGER, (const char *const[])    \
        {                                                                                          \
            "sma", "ema", "wma", "dema", "tema", "trima", "kama", "mama", "t3", NULL               \
        }                                                                                          \
    }

/* What TA-Lib takes where there is a period only. */
static const double NAMED_FAST_LIMIT = 0.5, NAMED_SLOW_LIMIT = 0.05, NAMED_VOLUME_FACTOR = 0.7;

/* Of those that moving_average.h has. */
static inline enum ma_kind named_ma(enum named_kind kind)
{
    static const enum ma_kind kinds[] = {MA_SMA, MA_EMA, MA_WMA, MA_DEMA, MA_TEMA, MA_TRIMA};

    return kind <= NAMED_TRIMA ? kinds[kind] : MA_EMA;
}

static inline size_t named_warmup(enum named_kind kind, size_t p)
{
    return kind == NAMED_KAMA   ? p
           : kind == NAMED_MAMA ? MAMA_FIRST
           : kind == NAMED_T3   ? t3_warmup(p)
                                : ma_warmup(named_ma(kind), p);
}

/* For references: the average of all bars into `out`, from its warm-up on. Uses run's first five
 * rooms. */
static inline void named_reference(const struct ind_run *run, enum named_kind kind, size_t p,
                                   double *out)
{
    const struct adaptive kama = adaptive_kama(p);
    struct ind_run to = *run;

    to.out[0] = out;
    if (kind == NAMED_KAMA) {
        adaptive_reference(&to, &kama);
    } else if (kind == NAMED_MAMA) {
        mama_reference(run, NAMED_FAST_LIMIT, NAMED_SLOW_LIMIT, out, run_scratch(run, 0));
    } else if (kind == NAMED_T3) {
        t3_reference(run->in[0], run->to, p, NAMED_VOLUME_FACTOR, out);
    } else {
        for (size_t t = 0; t < run->to; t++)
            out[t] = run->in[0][t];
        ma_reference(out, 0, run->to, named_ma(kind), p);
    }
}

#endif
