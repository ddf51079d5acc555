/* SPDX-License-Identifier: Apache-2.0 */
#include "record.h"

#include "calls.h"
#include "clock.h"
#include "copies.h"
#include "histogram.h"
#include "lane.h"
#include "peak.h"
#include "profile.h"
#include "sample.h"
#include "stack.h"
#include "timeline.h"
#include "tree.h"

enum {
    TIMED_EVERY = 64, /* small blocks whose lifetime is measured: one in so many */
    TICK_EVERY = 64   /* events between two looks at the clock */
};

static inline void tick(struct lane *lane, size_t size)
{
    if (++lane->ticks >= TICK_EVERY || size >= TIMELINE_LARGE)
        timeline_tick(lane);
}

static void count_alloc(struct lane *lane, struct nc_counts *c, size_t size, uint32_t weight)
{
    const uint64_t bytes = size * weight;

    peak_save(c, peak_add(lane, bytes));
    c->allocations += weight;
    c->allocated_bytes += bytes;
    if (size > c->largest_bytes)
        c->largest_bytes = size;
    const uint64_t live = c->allocated_bytes - c->freed_bytes;

    if ((int64_t)live > (int64_t)c->most_bytes)
        c->most_bytes = live;
    if (c->allocations >= HISTOGRAM_FROM)
        histogram_size(c, lane->last_index, size, weight);
    lane->shared->allocations += weight;
    lane->shared->allocated_bytes += bytes;
    lane->shared->live_bytes += (int64_t)bytes;
    lane->shared->live_blocks += weight;
    tick(lane, size);
}

/* A struct block for what deserves one. */
static struct block *keep(struct lane *lane, struct call *call, uintptr_t at, size_t size,
                          uint32_t flags, uint32_t weight)
{
    struct block *b = live_add(lane, at, size, lane->last_index);

    if (b == NULL) {
        profile_lost();
        return NULL;
    }
    b->flags = flags;
    b->weight = weight;
    b->born_ns = clock_ns();
    b->scope = lane->last_scope;
    if (call != NULL)
        calls_allocated(call, b);
    if (b->scope != 0) {
        struct nc_scope *s = profile_scope(b->scope);
        const uint64_t live = __atomic_add_fetch(&s->live_bytes, size * weight, __ATOMIC_RELAXED);

        for (uint64_t p = s->peak_bytes; (int64_t)live > (int64_t)p;)
            if (__atomic_compare_exchange_n(&s->peak_bytes, &p, live, true, __ATOMIC_RELAXED,
                                            __ATOMIC_RELAXED))
                break;
    }
    return b;
}

/* Null for one that needs no struct block. */
static struct block *add(struct lane *lane, uintptr_t at, size_t size, uint32_t flags,
                         uint32_t weight)
{
    struct call *call = calls_enter(lane);

    if (lane->last_scope == 0 && sample_bytes == 0 && live_is_small(at, size)) {
        if (lane->events++ % TIMED_EVERY != 0) {
            if (!live_add_small(at, size, lane->last_index))
                profile_lost();
            return NULL;
        }
        flags |= BLOCK_TIMED;
    }
    return keep(lane, call, at, size, flags, weight);
}

static void alloc_at(struct lane *lane, struct stack_seen *stack, void *at, size_t size,
                     unsigned by, uint32_t weight)
{
    struct nc_counts *c = lane_counts(lane, stack, by);

    count_alloc(lane, c, size, weight);
    struct block *b = add(lane, (uintptr_t)at, size, by == NC_BY_CALLOC ? BLOCK_ZEROED : 0, weight);

    if (b != NULL && evidence_wants(size))
        evidence_born(b);
    lane->last_block = (uintptr_t)at;
}

/* A counts entry's head and its tail: what lies between is for rarer things. */
static inline void expect(const struct nc_counts *c)
{
    __builtin_prefetch(c, 1);
    __builtin_prefetch(&c->epoch, 1);
    __builtin_prefetch(&c->largest_bytes, 1);
    __builtin_prefetch(&c->most_bytes, 1);
}

struct stack_seen *record_alloc_begin(const void *frame, struct stack_seen *room, size_t size)
{
    struct lane *lane = lane_get();

    if (lane == NULL) {
        profile_lost();
        return NULL;
    }
    lane->weight = sample_take(lane, size);
    if (lane->weight == 0)
        return NULL;
    struct stack_seen *ret = stack_see(frame, room);

    if (ret->node != lane->last_node && ret->counts != 0)
        expect(profile_counts(ret->counts));
    return ret;
}

void record_alloc_end(struct stack_seen *stack, void *at, size_t size, unsigned by)
{
    if (at != NULL && stack != NULL)
        alloc_at(shim_self.lane, stack, at, size, by, shim_self.lane->weight);
}

void record_alloc(const void *frame, void *at, size_t size, unsigned by)
{
    struct stack_seen room;

    if (at != NULL)
        record_alloc_end(record_alloc_begin(frame, &room, size), at, size, by);
}

void record_late(void *at, size_t size, unsigned by, uintptr_t ip)
{
    struct lane *lane = lane_get();
    const uint32_t cut = NC_NODE_CUT;
    const uint32_t weight = sample_take(lane, size);
    struct stack_seen stack = {0};

    if (weight == 0)
        return;
    stack.node = tree_intern(shim_self.base, &ip, &cut, 1);
    alloc_at(lane, &stack, at, size, by, weight);
}

/* `moving`: by a realloc; what is in it lives on. */
static void end_block(struct nc_counts *c, struct block *b, bool moving)
{
    const uint64_t lived = clock_ns() - b->born_ns;
    const unsigned weight = b->flags & BLOCK_TIMED ? TIMED_EVERY : b->weight;

    c->lifetime_ns += lived * weight;
    histogram_lifetime(c, lived, weight);

    if (!moving && (b->content | b->untouched) != 0)
        evidence_ending(b);
    const bool inside = b->call != NULL && calls_freed(b);

    if (inside) {
        c->call_frees += b->weight;
        c->call_freed_bytes += b->size * b->weight;
    }
    if (inside || b->scope == 0) /* outside any scope the whole run is one call */
        copies_freed(b);
    if (b->scope != 0)
        __atomic_fetch_sub(&profile_scope(b->scope)->live_bytes, b->size * b->weight,
                           __ATOMIC_RELAXED);
}

/* Of a block that is freed: often that of the last stack. */
static inline struct nc_counts *counts_at(const struct lane *lane, uint32_t index)
{
    return index == lane->last_index && lane->last != NULL ? lane->last : profile_counts(index);
}

/* What is to be said of a block's end, but for its live words. */
static void count_free(struct lane *lane, const struct live *was, bool temporary, bool moving)
{
    struct nc_counts *c = counts_at(lane, was->counts);
    struct block *b = was->block;

    if (__builtin_expect(c->flags >> NC_LANE_SHIFT != lane->index, 0))
        c = lane_counts_of(lane, c->node, c->flags & NC_BY_MASK);
    const uint32_t weight = b == NULL ? 1 : b->weight;
    const uint64_t bytes = was->size * weight;

    peak_save(c, peak_sub(lane, bytes));
    c->frees += weight;
    c->freed_bytes += bytes;
    c->temporary += temporary ? weight : 0;
    lane->shared->live_bytes -= (int64_t)bytes;
    lane->shared->live_blocks -= weight;
    if (b != NULL)
        end_block(c, b, moving);
    tick(lane, was->size);
}

/* Takes the block out; false when there is nothing more to do. */
static inline bool free_begin(const void *frame, struct record_free *ret, void *at)
{
    struct lane *lane = lane_get();

    if (at == NULL || lane == NULL)
        return false;
    calls_return(lane, frame);
    if (!live_take(&ret->was, (uintptr_t)at)) {
        lane->shared->foreign_frees += sample_bytes == 0; /* else it was not sampled */
        return false;
    }
    ret->lane = lane;
    ret->temporary = lane->last_block == (uintptr_t)at;
    lane->last_block = 0;
    return true;
}

bool record_free_begin(const void *frame, struct record_free *ret, void *at)
{
    if (!free_begin(frame, ret, at))
        return false;
    /* What looks into a block must do it now. And among several threads another might get these
     * bytes and count them before we do: a peak too high. */
    if (ret->was.block != NULL || peak.shared || ret->was.counts == ret->lane->last_index) {
        record_free_end(ret);
        return false;
    }
    const struct nc_counts *c = profile_counts(ret->was.counts);

    __builtin_prefetch(c, 1);
    __builtin_prefetch(&c->epoch, 1);
    return true;
}

void record_free_end(const struct record_free *r)
{
    count_free(r->lane, &r->was, r->temporary, false);
    if (r->was.block != NULL)
        live_recycle(r->lane, r->was.block);
}

void record_free(const void *frame, void *at)
{
    struct record_free r;

    if (free_begin(frame, &r, at))
        record_free_end(&r);
}

void record_realloc_begin(const void *frame, struct record_realloc *ret, void *at, size_t size)
{
    ret->at = (uintptr_t)at;
    ret->known = false;
    ret->evidence = (struct evidence_moving){0};
    if (at == NULL)
        return;
    /* A size of 0 is a free, whatever comes of it. While paused the old block ends, and the new one
     * is not counted. */
    if (size == 0 || !shim_gate.is.recording) {
        record_free(frame, at);
        ret->at = 0;
        return;
    }
    if (lane_get() != NULL)
        calls_return(lane_get(), frame);
    ret->known = live_take(&ret->was, ret->at);
    if (ret->known && ret->was.block != NULL)
        evidence_moving(&ret->evidence, ret->was.block);
}

void record_realloc_end(const void *frame, struct record_realloc *r, void *now, size_t size,
                        unsigned by)
{
    struct lane *lane = lane_get();

    if (lane == NULL || !shim_gate.is.recording)
        return;
    if (now == NULL) { /* failed: all is as it was */
        if (r->known) {
            live_restore(&r->was, r->at);
            if (r->was.block != NULL)
                evidence_moved(&r->evidence, r->was.block);
        }
        return;
    }
    const bool moved = r->known && (uintptr_t)now != r->at;
    const size_t taken = r->known ? (r->was.size < size ? r->was.size : size) : 0;

    if (r->known) {
        count_free(lane, &r->was, false, true);
        if (r->was.block != NULL)
            live_recycle(lane, r->was.block);
    } else if (r->at != 0) {
        lane->shared->foreign_frees += sample_bytes == 0;
    }
    const uint32_t weight = sample_take(lane, size);

    if (weight == 0) {
        evidence_moved(&r->evidence, NULL);
        return;
    }
    struct stack_seen room;
    struct nc_counts *c = lane_counts(lane, stack_see(frame, &room), by);

    count_alloc(lane, c, size, weight);
    if (moved) {
        c->moved += weight;
        c->moved_bytes += taken * weight;
    }
    struct block *b = add(lane, (uintptr_t)now, size, moved ? BLOCK_MOVED : 0, weight);

    if (r->evidence.content != 0 || (b != NULL && evidence_wants(size)))
        evidence_moved(&r->evidence, b);
    lane->last_block = (uintptr_t)now;
}

/* ---- mappings ---- */

static void cut_mapping(struct lane *lane, const struct block *b, uintptr_t start, uintptr_t end)
{
    const uintptr_t b_end = b->at + b->size;
    struct nc_counts *c = profile_counts(b->counts);
    const uintptr_t left[2][2] = {{b->at, start}, {end, b_end}};

    for (unsigned i = 0; i < 2; i++) {
        if (left[i][0] >= left[i][1])
            continue;
        const size_t size = left[i][1] - left[i][0];

        lane_look(lane, c->node);
        c = lane_counts_of(lane, c->node, c->flags & NC_BY_MASK);
        peak_save(c, peak_add(lane, size)); /* it was there all along: never a new peak */
        c->frees -= 1;
        c->freed_bytes -= size;
        lane->shared->live_bytes += (int64_t)size;
        lane->shared->live_blocks++;
        keep(lane, NULL, left[i][0], size, BLOCK_MAPPED, 1);
    }
}

void record_map(const void *frame, void *at, size_t size, unsigned by)
{
    struct lane *lane = lane_get();

    if (lane == NULL || size == 0)
        return;
    struct stack_seen room;
    struct nc_counts *c = lane_counts(lane, stack_see(frame, &room), by);

    count_alloc(lane, c, size, 1);
    c->mapped++;
    c->mapped_bytes += size;
    add(lane, (uintptr_t)at, size, BLOCK_MAPPED, 1);
}

/* A mapping may go in pieces: what is left of it stays, as shorter blocks of the same stack. Each
 * piece taken is a freed block only when nothing of the mapping is left behind it. */
void record_unmap(void *at, size_t size)
{
    struct lane *lane = lane_get();
    const uintptr_t start = (uintptr_t)at, end = start + size;

    if (lane == NULL)
        return;
    for (uintptr_t a = start; a < end;) {
        struct block *b = block_find(a);
        struct live was;

        if (b == NULL || !(b->flags & BLOCK_MAPPED) || !live_take(&was, b->at)) {
            a += NC_PAGE; /* not ours: the next page may be */
            continue;
        }
        a = b->at + b->size;
        count_free(lane, &was, false, false);
        cut_mapping(lane, b, start, end);
        live_recycle(lane, b);
    }
}

/* ---- copies ---- */

void record_copy(const void *frame, const void *dst, const void *src, size_t size, unsigned by)
{
    struct lane *lane = lane_get();

    if (lane == NULL)
        return;
    struct stack_seen room;
    struct nc_counts *c = lane_counts(lane, stack_see(frame, &room), by);
    struct call *call = calls_enter(lane);

    if (c->copies == 0 && c->node != 0)
        __atomic_fetch_or(&profile_node(c->node)->flags, NC_NODE_COPY, __ATOMIC_RELAXED);
    c->copies++;
    c->copied_bytes += size;
    if (call != NULL)
        calls_copied(call, size);
    struct block *to, *from;

    copies_note(lane, (uintptr_t)dst, (uintptr_t)src, size, &to, &from);
    evidence_copying(to, (uintptr_t)dst, from, (uintptr_t)src, size, lane->last_index,
                     lane->last_scope, call);
}

void record_fill(const void *frame, const void *dst, size_t size)
{
    struct lane *lane = lane_get();

    if (lane == NULL)
        return;
    struct stack_seen room;
    struct nc_counts *c = lane_counts(lane, stack_see(frame, &room), NC_BY_MEMSET);

    c->fills++;
    c->filled_bytes += size;
    copies_written((uintptr_t)dst, size);
}

void record_small_copy(size_t size)
{
    shim_self.busy = SHIM_INSIDE;
    struct lane *lane = lane_get();

    shim_self.busy = 0;
    if (lane != NULL) {
        lane->shared->small_copies++;
        lane->shared->small_copied_bytes += size;
    }
}

void record_init(void)
{
    copies_init();
    timeline_init();
}
