/* SPDX-License-Identifier: Apache-2.0 */
#include "timeline.h"

#include <string.h>

#include "attach.h"
#include "clock.h"
#include "live.h"
#include "peak.h"
#include "profile.h"

enum {
    FIRST_WIDTH_NS = 1000000,
    LIVE_LARGE = 64 << 20 /* bytes: their words are 16 MiB */
};

static struct {
    atomic_flag taken; /* whoever comes second skips its look */
    uint64_t width_ns;
    struct nc_bucket *last;
    uint64_t peak_bytes; /* of the header, when last looked at */
} timeline;

void timeline_init(void)
{
    memset(&timeline, 0, sizeof timeline);
    timeline.width_ns = FIRST_WIDTH_NS;
}

static struct nc_bucket *bucket(uint64_t i) { return profile_at(NC_TIMELINE, i); }

/* Neighbours become one. */
static void widen(void)
{
    const uint64_t n = profile_count(NC_TIMELINE);
    uint64_t to = 1;

    for (uint64_t i = 1; i < n; i += 2, to++) {
        struct nc_bucket b = *bucket(i);

        if (i + 1 < n) {
            const struct nc_bucket *next = bucket(i + 1);

            b.end_ns = next->end_ns;
            if (next->min_bytes < b.min_bytes)
                b.min_bytes = next->min_bytes;
            if (next->max_bytes > b.max_bytes)
                b.max_bytes = next->max_bytes;
            if (b.scope == 0)
                b.scope = next->scope;
        }
        *bucket(to) = b;
    }
    __atomic_store_n(&profile.header->count[NC_TIMELINE], to, __ATOMIC_RELEASE);
    timeline.width_ns *= 2;
    timeline.last = bucket(to - 1);
}

static void note(uint64_t now, uint64_t live, uint32_t scope)
{
    struct nc_bucket *b = timeline.last;

    if (b == NULL || now - b->start_ns >= timeline.width_ns) {
        if (profile_count(NC_TIMELINE) > TIMELINE_MOST)
            widen();
        const struct nc_bucket fresh = {now, now, live, live, scope, 0};
        const uint32_t i = profile_add(NC_TIMELINE, &fresh);

        timeline.last = i == 0 ? NULL : bucket(i);
        return;
    }
    b->end_ns = now;
    if (live < b->min_bytes)
        b->min_bytes = live;
    if (live > b->max_bytes)
        b->max_bytes = live;
    if (b->scope == 0)
        b->scope = scope;
}

void timeline_tick(struct lane *lane)
{
    const uint64_t now = clock_ns();
    const int64_t live = peak.shared ? peak_common() : lane->live;

    lane->ticks = 0;
    if (__builtin_expect(atomic_load_explicit(&attach_stale, memory_order_relaxed) != 0, 0))
        attach_again();
    if (live >= LIVE_LARGE)
        live_is_large();
    __atomic_store_n(&peak.now_ns, now, __ATOMIC_RELAXED);
    __atomic_store_n(&profile.header->end_ns, now, __ATOMIC_RELAXED);
    if (atomic_flag_test_and_set_explicit(&timeline.taken, memory_order_acquire))
        return;
    note(now, live < 0 ? 0 : (uint64_t)live, lane->last_scope);
    const uint64_t most = __atomic_load_n(&profile.header->peak_bytes, __ATOMIC_RELAXED);

    if (timeline.peak_bytes != most && timeline.last != NULL) {
        timeline.peak_bytes = most; /* it was reached since the last look */
        if (timeline.last->max_bytes < timeline.peak_bytes)
            timeline.last->max_bytes = timeline.peak_bytes;
    }
    atomic_flag_clear_explicit(&timeline.taken, memory_order_release);
}
