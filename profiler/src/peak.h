/* SPDX-License-Identifier: Apache-2.0 */
/* The sum of live bytes and its exact maximum.
 *
 * One thread alone compares its own sum with the maximum. Several add to a common sum, which is a
 * shared cache line and slow, so a lane that has been far from a peak for a while takes credit: an
 * amount that is added to the common sum in advance, and within which it may grow without telling.
 * The common sum is then too large by the credit that is left, never too small: as long as it is
 * below the maximum there is no new peak. When it is not, all credit is called back (peak.c) and
 * the sum is exact again.
 *
 * A counts entry remembers what was live at the peak lazily: the first change after a peak saves
 * what was there (peak_save), and an entry that was not changed since needs nothing saved. Each
 * peak that comes after a saving opens a new epoch, which makes the saved figures old. */
#ifndef SHIM_PEAK_H
#define SHIM_PEAK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "lane.h"
#include "profile.h"

/* Values of lane.limit beside a real one. */
#define PEAK_CLOSED INT64_MIN       /* credit is being called back: wait at the lock */
#define PEAK_DIRECT (INT64_MIN + 1) /* no credit: every change goes to the common sum */

struct peak {
    _Alignas(64) _Atomic int64_t sum; /* of lane.counted, while shared */
    _Alignas(64) bool shared;         /* more than one thread counts */
    uint32_t saved;                   /* some entry was saved in this epoch */
    uint64_t now_ns;                  /* when the clock was last read */
};
extern struct peak peak;

/* The lane's sum rose above its limit: true when that is a new peak. */
bool peak_rise(struct lane *lane);
/* It fell, and every change is to be told. */
void peak_fall(struct lane *lane);

/* From now on several threads count. Under the lock of the lanes. */
void peak_share(void);
/* A lane comes to be or is taken up by a thread, or is given back. Under the lock of the lanes. */
void peak_enter(struct lane *lane);
void peak_leave(struct lane *lane);

/* The blocks live at the peak, added up into the header where they are not known. */
void peak_sum_blocks(void);

/* Call all credit back for good. */
void peak_seal(void);

void peak_init(void);

/* `size` bytes more are live; true when that is a new peak. */
static inline bool peak_add(struct lane *lane, uint64_t size)
{
    const int64_t live = lane->live + (int64_t)size;

    __atomic_store_n(&lane->live, live, __ATOMIC_RELAXED);
    lane->blocks++;
    return live > __atomic_load_n(&lane->limit, __ATOMIC_RELAXED) && peak_rise(lane);
}

static inline void peak_sub(struct lane *lane, uint64_t size)
{
    __atomic_store_n(&lane->live, lane->live - (int64_t)size, __ATOMIC_RELAXED);
    lane->blocks--;
    if (__builtin_expect(__atomic_load_n(&lane->limit, __ATOMIC_RELAXED) <= PEAK_DIRECT, 0))
        peak_fall(lane);
}

/* To be asked for before peak_add() or peak_sub(): a peak that another thread reaches after that
 * has the change in it, so what was there before the change belongs to an older one. */
static inline uint64_t peak_epoch(void)
{
    return __atomic_load_n(&profile.header->peak_epoch, __ATOMIC_ACQUIRE);
}

/* An entry's figures belong to this epoch: the next peak begins another. */
static inline void peak_saved(void)
{
    if (!__atomic_load_n(&peak.saved, __ATOMIC_RELAXED))
        __atomic_store_n(&peak.saved, 1, __ATOMIC_RELAXED);
}

/* Before the first change of `c` after the peak of `epoch`. */
static inline void peak_save(struct nc_counts *c, uint64_t epoch)
{
    if (c->epoch >= epoch)
        return;
    c->peak_blocks = c->allocations - c->frees;
    c->peak_bytes = c->allocated_bytes - c->freed_bytes;
    c->epoch = epoch;
    peak_saved();
}

#endif
