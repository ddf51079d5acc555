/* SPDX-License-Identifier: Apache-2.0 */
/* The sum of live bytes and its exact maximum.
 *
 * One thread alone compares its own sum with the maximum. Several add to a common sum, which is a
 * shared cache line and slow, so a lane that has made no peak for a while takes credit: an amount
 * that is added to the common sum in advance, or not taken from it as blocks go, and within which
 * the lane may grow without telling. The common sum is then too large by the credit that is left,
 * never too small: as long as it is below the maximum there is no new peak. When it is not, all
 * credit is called back (peak.c) and the sum is exact again.
 *
 * A counts entry remembers what was live at the peak lazily: the first change after a peak saves
 * what was there (peak_save), and an entry that was not changed since needs nothing saved. A new
 * peak opens a new epoch, which makes the saved figures old; one thread alone spares itself that
 * while nothing was saved.
 *
 * Of several threads, a change belongs to the epoch that it finds as it is added to the common sum:
 * both are in one word, so each peak has all changes before it in it, and none after. */
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
    _Alignas(
        64) _Atomic uint64_t sum; /* while shared: of lane.counted, and the epoch's last bits */
    _Alignas(64) bool shared;     /* more than one thread counts */
    uint32_t saved;               /* some entry was saved in this epoch */
    uint64_t now_ns;              /* when the clock was last read */
};
extern struct peak peak;

/* The lane's sum rose above its limit, or fell when every change is to be told. `epoch` is that
 * before the change; returned is that of the change, as by peak_add(). */
uint64_t peak_rise(struct lane *lane, uint64_t epoch);
uint64_t peak_fall(struct lane *lane, uint64_t epoch);

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

enum { PEAK_EPOCH_BITS = 16 };

/* Live bytes of all threads, while shared; too large by the credit that is left. */
static inline int64_t peak_common(void)
{
    return (int64_t)atomic_load_explicit(&peak.sum, memory_order_relaxed) >> PEAK_EPOCH_BITS;
}

static inline uint64_t peak_epoch(void)
{
    return __atomic_load_n(&profile.header->peak_epoch, __ATOMIC_ACQUIRE);
}

/* `size` bytes more are live, or fewer. Returns the epoch whose peak does not have the change in
 * it, while later ones do: what was there before belongs to that, so peak_save() it. 0: to none. */
static inline uint64_t peak_add(struct lane *lane, uint64_t size)
{
    const uint64_t epoch = peak_epoch();
    const int64_t live = lane->live + (int64_t)size;

    __atomic_store_n(&lane->live, live, __ATOMIC_RELAXED);
    lane->blocks++;
    return live > __atomic_load_n(&lane->limit, __ATOMIC_RELAXED) ? peak_rise(lane, epoch) : epoch;
}

static inline uint64_t peak_sub(struct lane *lane, uint64_t size)
{
    const uint64_t epoch = peak_epoch();

    __atomic_store_n(&lane->live, lane->live - (int64_t)size, __ATOMIC_RELAXED);
    lane->blocks--;
    return __builtin_expect(__atomic_load_n(&lane->limit, __ATOMIC_RELAXED) <= PEAK_DIRECT, 0)
               ? peak_fall(lane, epoch)
               : epoch;
}

/* An entry's figures belong to this epoch: the next peak begins another. */
static inline void peak_saved(void)
{
    if (!__atomic_load_n(&peak.saved, __ATOMIC_RELAXED))
        __atomic_store_n(&peak.saved, 1, __ATOMIC_RELAXED);
}

/* Before `c` tells of a change: as it was at the peak of `epoch`, from peak_add() or peak_sub(). */
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
