/* SPDX-License-Identifier: Apache-2.0 */
/* The sum of live bytes and its exact maximum.
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

struct peak {
    _Alignas(64) _Atomic int64_t live; /* of all lanes, while shared */
    _Alignas(64) bool shared;          /* more than one thread counts */
    uint32_t saved;                    /* some entry was saved in this epoch */
    uint64_t now_ns;                   /* when the clock was last read */
};
extern struct peak peak;

bool peak_raise(struct lane *lane, int64_t live);

/* `size` bytes more are live; true when that is a new peak. */
static inline bool peak_add(struct lane *lane, uint64_t size)
{
    const int64_t live = lane->live += (int64_t)size;

    lane->blocks++;
    if (__builtin_expect(peak.shared, 0)) {
        const int64_t all =
            atomic_fetch_add_explicit(&peak.live, (int64_t)size, memory_order_relaxed) +
            (int64_t)size;

        return all > (int64_t)profile.header->peak_bytes && peak_raise(lane, all);
    }
    return live > lane->limit && peak_raise(lane, live);
}

static inline void peak_sub(struct lane *lane, uint64_t size)
{
    lane->live -= (int64_t)size;
    lane->blocks--;
    if (__builtin_expect(peak.shared, 0))
        atomic_fetch_sub_explicit(&peak.live, (int64_t)size, memory_order_relaxed);
}

/* Before the first change of `c` after a peak. */
static inline void peak_save(struct nc_counts *c)
{
    const uint64_t epoch = __atomic_load_n(&profile.header->peak_epoch, __ATOMIC_RELAXED);

    if (c->epoch == epoch)
        return;
    c->peak_blocks = c->allocations - c->frees;
    c->peak_bytes = c->allocated_bytes - c->freed_bytes;
    c->epoch = epoch;
    if (!peak.saved)
        peak.saved = 1;
}

#endif
