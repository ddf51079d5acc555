/* SPDX-License-Identifier: Apache-2.0 */
#include "peak.h"

#include <linux/membarrier.h>
#include <string.h>

#include "sample.h"
#include "sealed.h"
#include "sys.h"

enum {
    CALM_FIRST = 128,    /* changes far from a peak until a lane takes credit */
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
    if (__atomic_load_n(&peak.saved, __ATOMIC_RELAXED)) {
        __atomic_store_n(&peak.saved, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&h->peak_epoch, h->peak_epoch + 1, __ATOMIC_RELAXED);
    }
}

static int64_t maximum(void)
{
    return (int64_t)__atomic_load_n(&profile.header->peak_bytes, __ATOMIC_RELAXED);
}

/* Tell the common sum what changed since the lane last did; it is returned as it is then. */
static int64_t publish(struct lane *lane)
{
    const int64_t change = lane->live - lane->counted;

    lane->counted = lane->live;
    return atomic_fetch_add_explicit(&peak.sum, change, memory_order_relaxed) + change;
}

/* ---- under the lanes' lock ---- */

void peak_enter(struct lane *lane)
{
    if (peak.shared) {
        lane->limit = PEAK_DIRECT;
        publish(lane);
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
    publish(lane);
}

void peak_share(void)
{
    if (peak.shared)
        return;
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

        atomic_fetch_add_explicit(&peak.sum, live - l->counted, memory_order_relaxed);
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

/* Lane's limit is DIRECT and it has published: `sum` is what that gave. */
static bool direct_rise(struct lane *lane, int64_t sum)
{
    const int64_t before = maximum();

    if (sum > before) {
        bool ret;

        lane_lock();
        call_back();
        ret = maximum() > before; /* another thread's peak has our change in it */
        sum = atomic_load_explicit(&peak.sum, memory_order_relaxed);
        if (sum > maximum()) {
            set_peak(sum, 0);
            ret = true;
        }
        lane_unlock();
        lane->calm = 0;
        return ret;
    }
    if (before - sum < CREDIT_LEAST) {
        lane->calm = 0;
        return false;
    }
    if (++lane->calm < lane->calm_needed || !barriers || sealed)
        return false;
    lane->calm = 0;
    lane_lock();
    int64_t credit = (maximum() - atomic_load_explicit(&peak.sum, memory_order_relaxed)) / 4;

    credit = credit > CREDIT_MOST ? CREDIT_MOST : credit;
    if (credit >= CREDIT_LEAST / 4 && lane->limit == PEAK_DIRECT) {
        publish(lane);
        atomic_fetch_add_explicit(&peak.sum, credit, memory_order_relaxed);
        lane->counted = lane->live + credit;
        __atomic_store_n(&lane->limit, lane->live + credit, __ATOMIC_RELEASE);
    }
    lane_unlock();
    return false;
}

bool peak_rise(struct lane *lane)
{
    int64_t limit = __atomic_load_n(&lane->limit, __ATOMIC_ACQUIRE);

    if (!peak.shared) {
        lane->limit = lane->live;
        set_peak(lane->live, (uint64_t)lane->blocks);
        return true;
    }
    if (limit != PEAK_DIRECT) { /* its credit is used up, or being called back */
        lane_lock();
        if (lane->limit > PEAK_DIRECT)
            __atomic_store_n(&lane->limit, PEAK_DIRECT, __ATOMIC_RELEASE);
        lane_unlock();
    }
    return direct_rise(lane, publish(lane));
}

void peak_fall(struct lane *lane)
{
    if (__atomic_load_n(&lane->limit, __ATOMIC_ACQUIRE) == PEAK_CLOSED) {
        lane_lock(); /* until it is back */
        lane_unlock();
    }
    publish(lane);
}
