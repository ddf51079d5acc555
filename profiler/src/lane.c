/* SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "arena.h"
#include "lock.h"
#include "peak.h"
#include "profile.h"
#include "shim.h"

struct peak peak;

enum { FIRST_SLOTS = 64, THREADS_MOST = 65536 };

static struct {
    struct lock lock;
    struct lane *all[1 << 16]; /* by position, made so far */
    uint32_t n_all;
    struct lane *freed;
} lanes;

static struct nc_lane nowhere; /* where a lane counts that the file has no room for */
static struct nc_thread no_thread;

bool peak_raise(struct lane *lane, int64_t live)
{
    struct nc_header *h = profile.header;

    if (!peak.shared) {
        lane->limit = live;
        h->peak_bytes = (uint64_t)live;
        h->peak_blocks = (uint64_t)lane->blocks;
    } else {
        lock_take(&lanes.lock);
        if (live <= (int64_t)h->peak_bytes) {
            lock_drop(&lanes.lock);
            return false;
        }
        h->peak_bytes = (uint64_t)live;
        h->peak_blocks = 0;
    }
    h->peak_ns = peak.now_ns;
    if (peak.saved) {
        peak.saved = 0;
        __atomic_store_n(&h->peak_epoch, h->peak_epoch + 1, __ATOMIC_RELAXED);
    }
    if (peak.shared)
        lock_drop(&lanes.lock);
    return true;
}

void lane_share(void)
{
    if (peak.shared)
        return;
    lock_take(&lanes.lock);
    if (!peak.shared) {
        int64_t live = 0;

        for (uint32_t i = 0; i < lanes.n_all; i++)
            live += lanes.all[i]->live;
        atomic_store(&peak.live, live);
        __atomic_store_n(&peak.shared, true, __ATOMIC_SEQ_CST);
    }
    lock_drop(&lanes.lock);
}

/* Whether a lane's thread is gone without telling. */
static bool is_dead(const struct lane *lane)
{
    return lane->tid != 0 && sys_call3(SYS_tgkill, sys_getpid(), lane->tid, 0) == -ESRCH;
}

static void collect_dead(void)
{
    for (uint32_t i = 0; i < lanes.n_all; i++)
        if (is_dead(lanes.all[i])) {
            lanes.all[i]->tid = 0;
            lanes.all[i]->next = lanes.freed;
            lanes.freed = lanes.all[i];
        }
}

static struct lane *lane_make(void)
{
    const struct nc_lane entry = {0};

    if (lanes.n_all == sizeof lanes.all / sizeof lanes.all[0])
        return NULL;
    struct lane *lane = arena_alloc(sizeof *lane);

    if (lane == NULL)
        return NULL;
    lane->index = profile_add(NC_LANES, &entry);
    lane->shared = lane->index ? profile_at(NC_LANES, lane->index) : &nowhere;
    lane->random = (uint64_t)(uintptr_t)lane * 0x9e3779b97f4a7c15u | 1;
    lanes.all[lanes.n_all] = lane;
    __atomic_store_n(&lanes.n_all, lanes.n_all + 1, __ATOMIC_RELEASE);
    return lane;
}

static struct nc_thread *thread_entry(uint32_t *ret_index)
{
    char name[17] = "";
    struct nc_thread t = {.tid = sys_gettid()};

    *ret_index = 0;
    if (profile_count(NC_THREADS) < THREADS_MOST) {
        sys_call6(SYS_prctl, PR_GET_NAME, (long)name, 0, 0, 0, 0);
        t.name = profile_add_string(name, strlen(name));
        *ret_index = profile_add(NC_THREADS, &t);
    }
    __atomic_fetch_add(&profile.header->threads, 1, __ATOMIC_RELAXED);
    return *ret_index == 0 ? &no_thread : profile_at(NC_THREADS, *ret_index);
}

struct lane *lane_get_slow(void)
{
    lock_take(&lanes.lock);
    const uint32_t n = lanes.n_all;

    if (lanes.freed == NULL && n >= 16 && (n & (n - 1)) == 0)
        collect_dead();
    struct lane *lane = lanes.freed;

    if (lane != NULL)
        lanes.freed = lane->next;
    else
        lane = lane_make();
    lock_drop(&lanes.lock);
    if (lane == NULL)
        return NULL;
    if (lanes.n_all > 1)
        lane_share();
    lane->tid = sys_gettid();
    lane->thread = thread_entry(&lane->shared->thread);
    lane->last_block = 0;
    lane->call = NULL;
    lane->call_seen = false;
    lane->marks = 0;
    shim_self.lane = lane;
    shim_watch_thread(lane);
    return lane;
}

static void fold(struct nc_lane *l)
{
    struct nc_header *h = profile.header;

    __atomic_fetch_add(&h->small_copies, l->small_copies, __ATOMIC_RELAXED);
    __atomic_fetch_add(&h->small_copied_bytes, l->small_copied_bytes, __ATOMIC_RELAXED);
    __atomic_fetch_add(&h->foreign_frees, l->foreign_frees, __ATOMIC_RELAXED);
    l->small_copies = l->small_copied_bytes = l->foreign_frees = 0;
}

void lane_give_back(void)
{
    struct lane *lane = shim_self.lane;

    if (lane == NULL)
        return;
    shim_self.lane = NULL;
    lock_take(&lanes.lock);
    fold(lane->shared);
    lane->shared->thread = 0;
    lane->tid = 0;
    lane->next = lanes.freed;
    lanes.freed = lane;
    lock_drop(&lanes.lock);
}

void lane_fold_all(void)
{
    lock_take(&lanes.lock);
    for (uint32_t i = 0; i < lanes.n_all; i++)
        if (lanes.all[i] == shim_self.lane || lanes.all[i]->tid == 0)
            fold(lanes.all[i]->shared);
    lock_drop(&lanes.lock);
}

/* ---- a lane's counts ---- */

static struct lane_slot *slot_of(const struct lane *lane, uint32_t node)
{
    for (uint32_t i = node * 0x9e3779b9u >> 7;; i++) {
        struct lane_slot *s = &lane->slots[i & (lane->n_slots - 1)];

        if (s->node == node || s->counts == 0)
            return s;
    }
}

static bool slots_grow(struct lane *lane)
{
    const uint32_t n = lane->n_slots ? lane->n_slots * 2 : FIRST_SLOTS;
    struct lane_slot *old = lane->slots;
    const uint32_t n_old = lane->n_slots;
    struct lane_slot *slots = arena_alloc(n * sizeof *slots);

    if (slots == NULL)
        return false;
    lane->slots = slots;
    lane->n_slots = n;
    for (uint32_t i = 0; i < n_old; i++)
        if (old[i].counts != 0)
            *slot_of(lane, old[i].node) = old[i];
    arena_free(old, n_old * sizeof *old);
    return true;
}

static uint32_t counts_new(const struct lane *lane, uint32_t node, unsigned by)
{
    struct nc_counts c = {.node = node, .flags = by | lane->index << NC_LANE_SHIFT};

    /* Nothing of it was live at the last peak. */
    c.epoch = __atomic_load_n(&profile.header->peak_epoch, __ATOMIC_RELAXED);
    return profile_add(NC_COUNTS, &c);
}

static uint32_t counts_index(struct lane *lane, uint32_t node, unsigned by)
{
    struct nc_node *n = profile_node(node);
    uint32_t first = __atomic_load_n(&n->counts, __ATOMIC_ACQUIRE);

    if (node != 0 && first != 0 && profile_counts(first)->flags >> NC_LANE_SHIFT == lane->index)
        return first;
    if (lane->n_slots != 0) {
        const struct lane_slot *s = slot_of(lane, node);

        if (s->counts != 0)
            return s->counts;
    }
    const uint32_t made = counts_new(lane, node, by);

    if (made == 0)
        return 0;
    if (!peak.saved)
        peak.saved = 1; /* the new entry's epoch says so */
    if (node != 0 && first == 0 &&
        __atomic_compare_exchange_n(&n->counts, &first, made, false, __ATOMIC_RELEASE,
                                    __ATOMIC_RELAXED))
        return made;
    if (lane->used_slots * 4 >= lane->n_slots * 3 && !slots_grow(lane))
        return made; /* lost to us, not to a reader: it finds entries by their node */
    *slot_of(lane, node) = (struct lane_slot){.node = node, .counts = made};
    lane->used_slots++;
    return made;
}

void lane_look(struct lane *lane, uint32_t node)
{
    const struct nc_node *n = profile_node(node);

    lane->last = NULL;
    lane->last_node = node;
    lane->last_scope = node ? n->scope : 0;
    lane->last_entry = node ? n->entry : 0;
}

struct nc_counts *lane_counts_slow(struct lane *lane, uint32_t node, unsigned by)
{
    const uint32_t i = counts_index(lane, node, by);

    lane_look(lane, node);
    lane->last_index = i;
    if (i == 0) { /* nothing is at hand: the next event asks, and is lost, again */
        profile_lost();
        return profile_counts(0); /* which nobody reads */
    }
    return lane->last = profile_counts(i);
}

void lane_init(void)
{
    lock_init(&lanes.lock);
    lanes.n_all = 0;
    lanes.freed = NULL;
    memset(&peak, 0, sizeof peak);
    profile.header->peak_epoch = 1;
}
