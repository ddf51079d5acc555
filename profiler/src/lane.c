/* SPDX-License-Identifier: Apache-2.0 */
#include "lane.h"

#include <errno.h>
#include <string.h>
#include <sys/prctl.h>

#include "arena.h"
#include "lock.h"
#include "peak.h"
#include "profile.h"
#include "scopes.h"
#include "sealed.h"
#include "shim.h"

enum {
    FIRST_SLOTS = 64,
    THREADS_MOST = 65536,
    FIRST_LANE = 1,
    SPARE = 16 /* counts entries taken at once by lanes but the first */
};

static struct {
    struct lock lock;
    struct lane *all[1 << 16]; /* by position, made so far */
    uint32_t n_all;
    struct lane *freed;
} lanes;

static struct nc_lane nowhere; /* where a lane counts that the file has no room for */

void lane_lock(void) { lock_take(&lanes.lock); }
void lane_unlock(void) { lock_drop(&lanes.lock); }
uint32_t lane_number(void) { return lanes.n_all; }
struct lane *lane_at(uint32_t i) { return lanes.all[i]; }

void lane_share(void)
{
    if (peak.shared)
        return;
    lock_take(&lanes.lock);
    peak_share();
    lock_drop(&lanes.lock);
}

/* Whether a lane's thread is gone without telling. */
static bool is_dead(const struct lane *lane)
{
    return lane->tid != 0 && sys_call3(SYS_tgkill, sys_getpid(), lane->tid, 0) == -ESRCH;
}

static uint32_t thread_entry(int32_t tid)
{
    char name[17] = "";
    struct nc_thread t = {.tid = tid};

    __atomic_fetch_add(&profile.header->threads, 1, __ATOMIC_RELAXED);
    if (profile_count(NC_THREADS) >= THREADS_MOST)
        return 0;
    if (!sealed)
        sys_call6(SYS_prctl, PR_GET_NAME, (long)name, 0, 0, 0, 0);
    t.name = name[0] == '\0' ? 0 : profile_add_string(name, strlen(name));
    return profile_add(NC_THREADS, &t);
}

/* The lane's thread is over: what it counted goes to its entry. */
static void close_thread(struct lane *lane)
{
    struct nc_lane *l = lane->shared;

    if (l->thread != 0) {
        struct nc_thread *t = profile_at(NC_THREADS, l->thread);

        t->allocations = l->allocations;
        t->allocated_bytes = l->allocated_bytes;
    }
    l->thread = 0;
    l->allocations = l->allocated_bytes = 0;
    lane->tid = 0;
}

static void fold(struct nc_lane *l)
{
    struct nc_header *h = profile.header;

    __atomic_fetch_add(&h->small_copies, l->small_copies, __ATOMIC_RELAXED);
    __atomic_fetch_add(&h->small_copied_bytes, l->small_copied_bytes, __ATOMIC_RELAXED);
    __atomic_fetch_add(&h->foreign_frees, l->foreign_frees, __ATOMIC_RELAXED);
    l->small_copies = l->small_copied_bytes = l->foreign_frees = 0;
}

static void collect_dead(void)
{
    for (uint32_t i = 0; i < lanes.n_all; i++)
        if (is_dead(lanes.all[i])) {
            fold(lanes.all[i]->shared);
            close_thread(lanes.all[i]);
            peak_leave(lanes.all[i]);
            lanes.all[i]->next = lanes.freed;
            lanes.freed = lanes.all[i];
        }
}

static struct lane *lane_make(void)
{
    const struct nc_lane entry = {0};
    /* Lines of one lane are no other's: a thread would wait for its neighbour's. */

    if (lanes.n_all == sizeof lanes.all / sizeof lanes.all[0])
        return NULL;
    struct lane *lane = arena_alloc(sizeof *lane);

    if (lane == NULL)
        return NULL;
    lane->late = arena_alloc(LATE_MOST * LATE_SIZE);
    lane->index = profile_add(NC_LANES, &entry);
    lane->shared = lane->index ? profile_at(NC_LANES, lane->index) : &nowhere;
    lane->random = (uint64_t)(uintptr_t)lane * 0x9e3779b97f4a7c15u | 1;
    lanes.all[lanes.n_all] = lane;
    __atomic_store_n(&lanes.n_all, lanes.n_all + 1, __ATOMIC_RELEASE);
    return lane;
}

struct lane *lane_get_slow(void)
{
    lock_take(&lanes.lock);
    const uint32_t n = lanes.n_all;

    if (lanes.freed == NULL && n >= 16 && (n & (n - 1)) == 0 && !sealed)
        collect_dead();
    struct lane *lane = lanes.freed;

    if (lane != NULL)
        lanes.freed = lane->next;
    else
        lane = lane_make();
    if (lane != NULL) {
        if (lanes.n_all > 1)
            peak_share();
        peak_enter(lane);
    }
    lock_drop(&lanes.lock);
    if (lane == NULL)
        return NULL;
    lane->tid = sealed ? 0 : sys_gettid();
    lane->shared->thread = thread_entry(lane->tid);
    lane->last_block = 0;
    lane->call = NULL;
    lane->call_seen = false;
    lane->marks = 0;
    shim_self.lane = lane;
    const uint32_t busy = shim_self.busy;

    shim_self.busy = SHIM_INSIDE; /* libc may allocate for the key */
    shim_watch_thread(lane);
    shim_self.busy = busy;
    return lane;
}

void lane_give_back(void)
{
    struct lane *lane = shim_self.lane;

    if (lane == NULL)
        return;
    shim_self.lane = NULL;
    lock_take(&lanes.lock);
    fold(lane->shared);
    close_thread(lane);
    peak_leave(lane);
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

static uint32_t counts_new(struct lane *lane, uint32_t node, unsigned by)
{
    struct nc_counts c = {.node = node, .flags = by | lane->index << NC_LANE_SHIFT};

    /* Nothing of it was live at the last peak. */
    c.epoch = __atomic_load_n(&profile.header->peak_epoch, __ATOMIC_RELAXED);
    if (lane->index == FIRST_LANE)
        return profile_add(NC_COUNTS, &c);
    if (lane->n_spare == 0) { /* a run of entries, for two lanes must not count on one cache line */
        lane->spare = profile_add_many(NC_COUNTS, SPARE);
        if (lane->spare == 0)
            return 0;
        lane->spare++; /* the first is the distance to the neighbour */
        lane->n_spare = SPARE - 1;
    }
    lane->n_spare--;
    memcpy(profile_counts(lane->spare), &c, sizeof c);
    return lane->spare++;
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
    peak_saved(); /* the new entry's epoch says so */
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
    lane->last = NULL;
    lane->last_node = node;
    lane->last_scope = lane->last_entry = 0;
    if (node == 0 || !scopes_entered)
        return;
    const struct nc_node *n = profile_node(node);

    lane->last_scope = n->scope;
    lane->last_entry = n->entry;
}

struct nc_counts *lane_counts_slow(struct lane *lane, struct stack_seen *stack, unsigned by)
{
    if (stack->counts == 0)
        stack->counts = counts_index(lane, stack->node, by);
    lane_look(lane, stack->node);
    lane->last_index = stack->counts;
    if (stack->counts == 0) { /* nothing is at hand: the next event asks, and is lost, again */
        profile_lost();
        return profile_counts(0); /* which nobody reads */
    }
    return lane->last = profile_counts(stack->counts);
}

struct nc_counts *lane_counts_of(struct lane *lane, uint32_t node, unsigned by)
{
    struct stack_seen stack = {.node = node};

    return lane_counts(lane, &stack, by);
}

void lane_init(void)
{
    lock_init(&lanes.lock);
    lanes.n_all = 0;
    lanes.freed = NULL;
    peak_init();
}
