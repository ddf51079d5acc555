/* SPDX-License-Identifier: Apache-2.0 */
/* A checked job: what the front door has found out before a kernel runs. */
#ifndef IND_PLAN_H
#define IND_PLAN_H

#include "kernel.h"

struct plan {
    const struct ind_indicator *ind;
    const struct ind_job *job;
    size_t n_params, n_outputs;
    size_t rows;
    size_t unit;        /* rows that stay together */
    size_t first;       /* the first bar valid in all inputs */
    size_t threads;     /* how many of them have rows to do */
    size_t thread_size; /* bytes of work each of them needs, a multiple of WORK_ALIGN */
    size_t stretch;     /* bars that are worked out in a cache, then stored past all; 0: all bars,
                           the caches are large enough */
};

/* A call that needs no more work than OWN_WORK brings it itself, on the stack. */
enum { WORK_ALIGN = 64, THREADS_MAX = 64, OWN_WORK = 16384 };

/* A stretch: no more bars than pay for its beginning, and of values so many that two, the one that
 * is worked out and the one behind it, fit the nearest cache; of many outputs a chunk each. */
enum { STRETCH_BARS = 1024, STRETCH_VALUES = 2048, STRETCH_ROOM = CHUNK * IND_MAX_OUTPUTS };

static inline size_t work_round(size_t size)
{
    return (size + WORK_ALIGN - 1) / WORK_ALIGN * WORK_ALIGN;
}

/* Look at everything but outputs and work. `sweep` false: one row, whatever axes and combos say. */
int plan_make(struct plan *ret, const struct ind_indicator *ind, const struct ind_job *job,
              bool sweep);

/* Bytes of work the caller has to bring. */
static inline size_t plan_work_size(const struct plan *plan)
{
    const size_t size = plan->threads * plan->thread_size;

    return size > OWN_WORK ? size : 0;
}

/* Look at outputs and work, then run. */
int plan_run(const struct plan *plan);

/* The parameters of one row into ret[n_params]. */
void plan_params(const struct plan *plan, size_t row, double *ret);

#endif
