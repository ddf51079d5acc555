/* SPDX-License-Identifier: Apache-2.0 */
#include "peak.h"

#include <linux/membarrier.h>
#include <string.h>

#include "sample.h"
#include "sealed.h"
#include "sys.h"

enum {
    CALM_FIRST = 128,    /* blocks that made no peak until a lane takes credit */
    CALM_MOST = 1 << 20, /* each calling back doubles that */
    CREDIT_LEAST = 4096, /* bytes below the peak that make credit worth it */
    CREDIT_MOST = 1 << 20
};

struct peak peak;

static bool barriers; /* the kernel makes running threads' stores visible on demand */

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

/* To the sum; returns the word as it was, whose epoch is that of the change. */
static uint64_t add_to_sum(int64_t change)
{
    return atomic_fetch_add_explicit(&peak.sum, (uint64_t)change << PEAK_EPOCH_BITS,
                                     memory_order_acq_rel);
}

/* What a change led to. */
struct told {
    uint64_t epoch; /* of the change */
    int64_t sum;
};

/* Tell the common sum what changed since the lane last did. `epoch` is one from before. */
static struct told publish(struct lane *lane, uint64_t epoch)
{
    const int64_t change = lane->live - lane->counted;

    if (change == 0) /* it was told by call_back(), in the epoch before that peak */
        return (struct told){epoch, peak_common()};
    lane->counted = lane->live;
    const uint64_t word = add_to_sum(change);

    return (struct told){epoch + ((word - epoch) & ((1 << PEAK_EPOCH_BITS) - 1)),
                         ((int64_t)word >> PEAK_EPOCH_BITS) + change};
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

/* Under the lanes' lock, all credit called back: is the sum a new peak? From here on changes belong
 * to the next epoch. */
static bool is_peak(void)
{
    uint64_t word = atomic_load_explicit(&peak.sum, memory_order_relaxed), next;

    do {
        const uint64_t bits = (1 << PEAK_EPOCH_BITS) - 1;

        if ((int64_t)word >> PEAK_EPOCH_BITS <= maximum())
            return false;
        next = (word & ~bits) | ((word + 1) & bits);
    } while (!atomic_compare_exchange_weak_explicit(&peak.sum, &word, next, memory_order_acq_rel,
                                                    memory_order_relaxed));
    set_peak((int64_t)word >> PEAK_EPOCH_BITS, 0);
    next_epoch();
    return true;
}

/* The sum may be a new peak. */
static bool try_peak(void)
{
    lane_lock();
    call_back();
    const bool ret = is_peak();

    lane_unlock();
    return ret;
}

static void take_credit(struct lane *lane)
{
    lane_lock();
    int64_t credit = (maximum() - peak_common()) / 4;

    credit = credit > CREDIT_MOST ? CREDIT_MOST : credit;
    if (credit >= CREDIT_LEAST / 4 && lane->limit == PEAK_DIRECT) {
        add_to_sum(credit);
        lane->counted = lane->live + credit;
        __atomic_store_n(&lane->limit, lane->live + credit, __ATOMIC_RELEASE);
    }
    lane_unlock();
}

/* What the lane had before this fall is its credit from now on: threads that take and give the same
 * again and again, be it at the very peak, need not tell. Under the lock there is no peak, so the
 * change belongs to the epoch that is. */
static struct told keep_credit(struct lane *lane)
{
    lane_lock();
    const struct told ret = {peak_epoch(), peak_common()};

    lane->calm = 0;
    __atomic_store_n(&lane->limit, lane->counted, __ATOMIC_RELEASE);
    lane_unlock();
    return ret;
}

/* Its credit is used up, or being called back. Under the lock: half a change must not be in a peak.
 */
static struct told end_credit(struct lane *lane, uint64_t epoch)
{
    lane_lock();
    if (lane->limit > PEAK_DIRECT)
        __atomic_store_n(&lane->limit, PEAK_DIRECT, __ATOMIC_RELEASE);
    const struct told ret = publish(lane, epoch);

    lane_unlock();
    return ret;
}

static bool is_calm(const struct lane *lane)
{
    return lane->calm >= lane->calm_needed && barriers && !sealed;
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
    const int64_t before = maximum();
    const struct told told = __atomic_load_n(&lane->limit, __ATOMIC_ACQUIRE) == PEAK_DIRECT
                                 ? publish(lane, epoch)
                                 : end_credit(lane, epoch);

    if (told.sum > before) {
        lane->calm = 0;
        return try_peak() ? 0 : told.epoch;
    }
    lane->calm++;
    if (before - told.sum >= CREDIT_LEAST && is_calm(lane)) {
        lane->calm = 0;
        take_credit(lane);
    }
    return told.epoch;
}

uint64_t peak_fall(struct lane *lane, uint64_t epoch)
{
    if (__atomic_load_n(&lane->limit, __ATOMIC_ACQUIRE) == PEAK_CLOSED)
        return end_credit(lane, epoch).epoch;
    return (is_calm(lane) ? keep_credit(lane) : publish(lane, epoch)).epoch;
}
