/* SPDX-License-Identifier: Apache-2.0 */
#include "peak.h"

#include <linux/membarrier.h>
#include <string.h>

#include "sample.h"
#include "sealed.h"
#include "sys.h"

enum {
    CALM_FIRST = 128,    /* blocks that made no peak until a lane takes credit */
    CALM_MOST = 1 << 10, /* each calling back doubles that */
    CREDIT_LEAST = 4096, /* bytes below the peak that make credit worth it */
    CREDIT_MOST = 1 << 20
};

struct peak peak;

static bool barriers; /* the kernel makes running threads' stores visible on demand: without that no
                         lane takes credit. Cleared under the lanes' lock */

void peak_init(void)
{
    memset(&peak, 0, sizeof peak);
    barriers = false;
    profile.header->peak_epoch = 1;
}

static void set_peak(int64_t bytes, uint64_t blocks)
{
    struct nc_header *h = profile.header;

    __atomic_store_n(&h->peak_bytes, (uint64_t)bytes, __ATOMIC_RELAXED);
    h->peak_blocks = sample_bytes == 0 ? blocks : 0;
    h->peak_ns = __atomic_load_n(&peak.now_ns, __ATOMIC_RELAXED);
}

static void next_epoch(void)
{
    __atomic_store_n(&peak.saved, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&profile.header->peak_epoch, profile.header->peak_epoch + 1, __ATOMIC_RELEASE);
}

static int64_t maximum(void)
{
    return (int64_t)__atomic_load_n(&profile.header->peak_bytes, __ATOMIC_RELAXED);
}

/* The word of the sum with a change in it. */
static uint64_t changed(uint64_t word, int64_t change)
{
    return word + ((uint64_t)change << PEAK_EPOCH_BITS);
}

static int64_t sum_of(uint64_t word) { return (int64_t)word >> PEAK_EPOCH_BITS; }

/* The epoch of a word; `epoch` is one from before. */
static uint64_t epoch_of(uint64_t word, uint64_t epoch)
{
    return epoch + ((word - epoch) & ((1 << PEAK_EPOCH_BITS) - 1));
}

/* Returns the word as it was, whose epoch is that of the change. */
static uint64_t add_to_sum(int64_t change)
{
    return atomic_fetch_add_explicit(&peak.sum, changed(0, change), memory_order_acq_rel);
}

/* Tell the common sum what changed since the lane last did; no new peak can come of it. Returns the
 * epoch of the change; `epoch` is one from before. */
static uint64_t publish(struct lane *lane, uint64_t epoch)
{
    const int64_t change = lane->live - lane->counted;

    if (change == 0) /* it was told by call_back(), in the epoch before that peak */
        return epoch;
    lane->counted = lane->live;
    return epoch_of(add_to_sum(change), epoch);
}

/* ---- under the lanes' lock ---- */

void peak_enter(struct lane *lane)
{
    if (peak.shared) {
        lane->limit = PEAK_DIRECT;
        publish(lane, 0);
    } else {
        lane->limit = maximum();
    }
    lane->calm = 0;
    lane->calm_needed = CALM_FIRST;
}

void peak_leave(struct lane *lane)
{
    if (!peak.shared)
        return;
    lane->limit = PEAK_DIRECT;
    publish(lane, 0);
}

void peak_share(void)
{
    if (peak.shared)
        return;
    atomic_store(&peak.sum, peak_epoch() & ((1 << PEAK_EPOCH_BITS) - 1));
    peak.shared = true;
    barriers =
        !sealed && sys_call3(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) == 0;
    for (uint32_t i = 0; i < lane_number(); i++)
        peak_enter(lane_at(i));
}

/* All credit back. A lane that is just changing either saw its limit closed, and waits for our
 * lock, or its change is visible to us after the barrier: both are in live. */
static void call_back(void)
{
    const uint32_t n = lane_number();
    bool any = false;

    for (uint32_t i = 0; i < n; i++) {
        struct lane *l = lane_at(i);

        if (l->limit > PEAK_DIRECT) {
            __atomic_store_n(&l->limit, PEAK_CLOSED, __ATOMIC_SEQ_CST);
            any = true;
        }
    }
    if (!any)
        return;
    sys_call3(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0);
    for (uint32_t i = 0; i < n; i++) {
        struct lane *l = lane_at(i);

        if (l->limit != PEAK_CLOSED)
            continue;
        const int64_t live = __atomic_load_n(&l->live, __ATOMIC_RELAXED);

        add_to_sum(live - l->counted);
        l->counted = live;
        l->calm = 0;
        if (l->calm_needed < CALM_MOST)
            l->calm_needed *= 2;
        __atomic_store_n(&l->limit, PEAK_DIRECT, __ATOMIC_RELEASE);
    }
}

void peak_sum_blocks(void)
{
    struct nc_header *h = profile.header;
    const uint64_t n = profile_count(NC_COUNTS);
    uint64_t blocks = 0;

    if (h->peak_blocks != 0)
        return;
    for (uint64_t i = 1; i < n; i++) {
        const struct nc_counts *c = profile_counts((uint32_t)i);

        blocks += c->epoch == h->peak_epoch ? c->peak_blocks : c->allocations - c->frees;
    }
    h->peak_blocks = blocks;
}

void peak_seal(void)
{
    lane_lock();
    call_back();
    barriers = false;
    lane_unlock();
}

static void take_credit(struct lane *lane)
{
    lane_lock();
    int64_t credit = (maximum() - peak_common()) / 4;

    credit = credit > CREDIT_MOST ? CREDIT_MOST : credit;
    if (barriers && credit >= CREDIT_LEAST / 4 && lane->limit == PEAK_DIRECT) {
        add_to_sum(credit);
        lane->counted = lane->live + credit;
        __atomic_store_n(&lane->limit, lane->live + credit, __ATOMIC_RELEASE);
    }
    lane_unlock();
}

/* What the lane had before this fall is its credit from now on: threads that take and give the same
 * again and again, be it at the very peak, need not tell. Under the lock there is no peak, so the
 * change belongs to the epoch that is. */
static uint64_t keep_credit(struct lane *lane, uint64_t epoch)
{
    lane_lock();
    if (barriers) {
        epoch = peak_epoch();
        __atomic_store_n(&lane->limit, lane->counted, __ATOMIC_RELEASE);
    } else {
        epoch = publish(lane, epoch);
    }
    lane->calm = 0;
    lane_unlock();
    return epoch;
}

static bool is_calm(const struct lane *lane)
{
    return lane->calm >= lane->calm_needed && barriers && !sealed;
}

/* Tell of a rise, unless it might be a new peak. Returns by how many bytes it is none, negative
 * when it was not told; *epoch becomes that of the change. */
static int64_t rise_below_peak(struct lane *lane, uint64_t *epoch)
{
    const int64_t change = lane->live - lane->counted;
    uint64_t word = atomic_load_explicit(&peak.sum, memory_order_relaxed);
    int64_t below;

    do {
        below = maximum() - sum_of(word) - change;
        if (below < 0)
            return below;
    } while (!atomic_compare_exchange_weak_explicit(&peak.sum, &word, changed(word, change),
                                                    memory_order_acq_rel, memory_order_relaxed));
    lane->counted = lane->live;
    *epoch = epoch_of(word, *epoch);
    return below;
}

/* Under the lanes' lock, all credit called back. Returns whether it is a new peak. The rise and the
 * next epoch are one step, so that each change of another thread is before both or after. */
static bool rise_to_peak(struct lane *lane, uint64_t *epoch)
{
    const uint64_t bits = (1 << PEAK_EPOCH_BITS) - 1;
    uint64_t word = atomic_load_explicit(&peak.sum, memory_order_relaxed), next;
    bool is_peak;

    do {
        next = changed(word, lane->live - lane->counted);
        is_peak = sum_of(next) > maximum();
        if (is_peak)
            next = (next & ~bits) | ((next + 1) & bits);
    } while (!atomic_compare_exchange_weak_explicit(&peak.sum, &word, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
    lane->counted = lane->live;
    *epoch = epoch_of(word, *epoch);
    if (is_peak) {
        set_peak(sum_of(next), 0);
        next_epoch();
    }
    return is_peak;
}

/* A rise that may be a new peak, or ends the lane's credit, or waits while that is called back. */
static uint64_t rise_slow(struct lane *lane, uint64_t epoch)
{
    bool is_peak = false;

    lane_lock();
    if (lane->limit != PEAK_DIRECT)
        __atomic_store_n(&lane->limit, PEAK_DIRECT, __ATOMIC_RELEASE);
    if (lane->live != lane->counted && /* else call_back() told, in the epoch before that peak */
        rise_below_peak(lane, &epoch) < 0) {
        call_back();
        is_peak = rise_to_peak(lane, &epoch);
    }
    lane->calm = 0;
    lane_unlock();
    return is_peak ? 0 : epoch;
}

uint64_t peak_rise(struct lane *lane, uint64_t epoch)
{
    if (!peak.shared) {
        lane->limit = lane->live;
        set_peak(lane->live, (uint64_t)lane->blocks);
        if (__atomic_load_n(&peak.saved, __ATOMIC_RELAXED))
            next_epoch();
        return 0;
    }
    if (__atomic_load_n(&lane->limit, __ATOMIC_ACQUIRE) != PEAK_DIRECT)
        return rise_slow(lane, epoch);
    const int64_t below = rise_below_peak(lane, &epoch);

    if (below < 0)
        return rise_slow(lane, epoch);
    lane->calm++;
    if (below >= CREDIT_LEAST && is_calm(lane)) {
        lane->calm = 0;
        take_credit(lane);
    }
    return epoch;
}

uint64_t peak_fall(struct lane *lane, uint64_t epoch)
{
    if (__atomic_load_n(&lane->limit, __ATOMIC_ACQUIRE) == PEAK_CLOSED) {
        lane_lock(); /* half a change must not be in a peak */
        epoch = publish(lane, epoch);
        lane_unlock();
        return epoch;
    }
    return is_calm(lane) ? keep_credit(lane, epoch) : publish(lane, epoch);
}
