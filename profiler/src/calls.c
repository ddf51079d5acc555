/* SPDX-License-Identifier: Apache-2.0 */
#include "calls.h"

#include <nocopy/mark.h>
#include <nocopy/profile_format.h>
#include <stdbool.h>
#include <string.h>

#include "arena.h"
#include "clock.h"
#include "evidence.h"
#include "lock.h"
#include "profile.h"
#include "scopes.h"
#include "stack.h"
#include "tables.h"

enum { SHAPES_MOST = 4096, MARKS_DEEP = 32 };

/* Calls are pooled and never unmapped: a lane that holds one which is over sees its serial. */
struct pooled_call {
    struct call call;
    bool marked;
    const struct lane *owner; /* whose thread it ends with */
    uint32_t marks_at;        /* nested marks: what the call had counted when each was opened */
    struct {
        uint64_t allocations, allocated_bytes, temporary_blocks, temporary_bytes;
        uint64_t live_bytes, peak_bytes, copies, copied_bytes;
    } nested[MARKS_DEEP];
    uint64_t small_copies, small_copied_bytes; /* of the thread, when the call began */
    struct pooled_call *next;
};

/* Calls that look alike share an entry of NC_CALLS: the key is the entry with its times and number
 * of calls zero. */
struct shape {
    struct nc_calls key;
    uint32_t index;
    UT_hash_handle hh;
};

static struct {
    struct lock lock; /* all of this, and the figures and blocks of every open call */
    struct pooled_call *opened, *freed;
    uint32_t serial;
    struct shape *shapes;
    uint32_t n_shapes;
} calls;

void calls_init(void) { memset(&calls, 0, sizeof calls); }

static struct pooled_call *pooled(struct call *c) { return (struct pooled_call *)(void *)c; }

static struct call *open_call(struct lane *lane, uint32_t scope, bool marked)
{
    struct pooled_call *p = calls.freed;

    if (p != NULL)
        calls.freed = p->next;
    else
        p = arena_alloc(sizeof *p);
    if (p == NULL)
        return NULL;
    memset(p, 0, sizeof *p);
    p->marked = marked;
    p->owner = lane;
    p->call.scope = scope;
    p->call.serial = ++calls.serial ? calls.serial : ++calls.serial;
    p->call.start_ns = clock_ns();
    p->small_copies = lane->shared->small_copies;
    p->small_copied_bytes = lane->shared->small_copied_bytes;
    p->next = calls.opened;
    calls.opened = p;
    lane->call = &p->call;
    lane->call_serial = p->call.serial;
    return lane->call;
}

static uint64_t largest_retained(const struct call *c)
{
    uint64_t ret = 0;

    for (const struct block *b = c->newest; b != NULL; b = b->older)
        ret = b->size > ret ? b->size : ret;
    return ret;
}

/* Book a call that is over. */
static void book(const struct nc_calls *seen, uint64_t time_ns)
{
    struct shape *s;

    HASH_FIND(hh, calls.shapes, seen, sizeof *seen, s);
    if (s == NULL && calls.n_shapes >= SHAPES_MOST) {
        struct nc_calls merged = {.scope = seen->scope, .flags = seen->flags | NC_CALLS_MERGED};

        HASH_FIND(hh, calls.shapes, &merged, sizeof merged, s);
        if (s != NULL) {
            struct nc_calls *e = profile_at(NC_CALLS, s->index);

            e->calls++;
            e->time_ns += time_ns;
            e->allocations += seen->allocations;
            e->allocated_bytes += seen->allocated_bytes;
            e->temporary_blocks += seen->temporary_blocks;
            e->temporary_bytes += seen->temporary_bytes;
            e->retained_blocks += seen->retained_blocks;
            e->retained_bytes += seen->retained_bytes;
            e->largest_retained = seen->largest_retained > e->largest_retained
                                      ? seen->largest_retained
                                      : e->largest_retained;
            e->peak_bytes = seen->peak_bytes > e->peak_bytes ? seen->peak_bytes : e->peak_bytes;
            e->copies += seen->copies;
            e->copied_bytes += seen->copied_bytes;
            e->untouched_bytes += seen->untouched_bytes;
            return;
        }
    }
    if (s != NULL) {
        struct nc_calls *e = profile_at(NC_CALLS, s->index);

        e->calls++;
        e->time_ns += time_ns;
        return;
    }
    s = arena_alloc(sizeof *s);
    if (s == NULL)
        return;
    struct nc_calls entry = *seen;

    s->key = *seen;
    if (calls.n_shapes >= SHAPES_MOST) {
        s->key = (struct nc_calls){.scope = seen->scope, .flags = seen->flags | NC_CALLS_MERGED};
        entry.flags |= NC_CALLS_MERGED;
    }
    entry.calls = 1;
    entry.time_ns = time_ns;
    s->index = profile_add(NC_CALLS, &entry);
    if (s->index == 0) {
        arena_free(s, sizeof *s);
        return;
    }
    calls.n_shapes++;
    HASH_ADD(hh, calls.shapes, key, sizeof s->key, s);
}

static void unlink_all(struct call *c)
{
    struct block *b = c->newest;

    while (b != NULL) {
        struct block *older = b->older;

        b->call = NULL;
        b->older = b->newer = NULL;
        b = older;
    }
    c->newest = NULL;
}

static void close_call(struct pooled_call *p, uint32_t flags)
{
    struct call *c = &p->call;

    evidence_call_ended(c); /* first: it tells of untouched bytes */
    const struct nc_calls seen = {
        .scope = c->scope,
        .flags = flags | (p->marked ? NC_CALLS_MARKED : 0),
        .combos = c->combos,
        .allocations = c->allocations,
        .allocated_bytes = c->allocated_bytes,
        .temporary_blocks = c->temporary_blocks,
        .temporary_bytes = c->temporary_bytes,
        .retained_blocks = c->live_blocks,
        .retained_bytes = c->live_bytes,
        .largest_retained = largest_retained(c),
        .peak_bytes = c->peak_bytes,
        .copies = c->copies,
        .copied_bytes = c->copied_bytes,
        .untouched_bytes = c->untouched_bytes,
    };

    book(&seen, clock_ns() - c->start_ns);
    profile_scope(c->scope)->calls++;
    unlink_all(c);
    for (struct pooled_call **l = &calls.opened; *l != NULL; l = &(*l)->next)
        if (*l == p) {
            *l = p->next;
            break;
        }
    c->serial = 0;
    p->next = calls.freed;
    calls.freed = p;
}

/* The lane leaves its call, which is over when it was the lane's own. */
static void leave(struct lane *lane)
{
    struct call *c = lane->call;

    if (c != NULL && c->serial == lane->call_serial && pooled(c)->owner == lane)
        close_call(pooled(c), 0);
    lane->call = NULL;
    lane->call_seen = false;
}

void calls_leave(struct lane *lane)
{
    lock_take(&calls.lock);
    leave(lane);
    lock_drop(&calls.lock);
}

/* The call of the function that the compiler split `scope` off, open in another thread. */
static struct call *joined(uint32_t scope)
{
    if (!scopes_is_outlined(scope))
        return NULL;
    for (struct pooled_call *p = calls.opened; p != NULL; p = p->next)
        if (scopes_alike(p->call.scope, scope))
            return &p->call;
    return NULL;
}

struct call *calls_enter_slow(struct lane *lane)
{
    struct call *c = lane->call;

    if (c != NULL && c->serial != lane->call_serial) { /* over: another thread closed it */
        lane->call = NULL;
        if (shim_self.base != 0) {
            shim_self.base = 0;
            return NULL;
        }
        c = NULL;
    }
    if (c != NULL && !lane->call_seen) /* by a mark, or handed on */
        return c;
    if (lane->last_scope == 0) {
        calls_leave(lane);
        return NULL;
    }
    /* Each call that the function makes has a node of its own: what one call of it has in common is
     * where it was called from and where its frame is. */
    const uintptr_t frame = stack_frame_address(lane->last_entry);
    const uint32_t site = profile_node(lane->last_entry)->parent;

    if (c != NULL && c->scope == lane->last_scope && lane->call_site == site &&
        lane->call_frame == frame)
        return c;
    lock_take(&calls.lock);
    leave(lane);
    c = joined(lane->last_scope);
    if (c != NULL) {
        lane->call = c;
        lane->call_serial = c->serial;
    } else if ((c = open_call(lane, lane->last_scope, false)) != NULL) {
        lane->call_seen = true;
        lane->call_site = site;
        lane->call_frame = frame;
    }
    lock_drop(&calls.lock);
    return c;
}

void calls_allocated(struct call *c, struct block *b)
{
    lock_take(&calls.lock);
    c->allocations += b->weight;
    c->allocated_bytes += b->size * b->weight;
    c->live_blocks += b->weight;
    c->live_bytes += b->size * b->weight;
    if (c->live_bytes > c->peak_bytes)
        c->peak_bytes = c->live_bytes;
    b->call = c;
    b->older = c->newest;
    b->newer = NULL;
    if (c->newest != NULL)
        c->newest->newer = b;
    c->newest = b;
    lock_drop(&calls.lock);
}

bool calls_freed(struct block *b)
{
    lock_take(&calls.lock);
    struct call *c = b->call;

    if (c != NULL) {
        c->temporary_blocks += b->weight;
        c->temporary_bytes += b->size * b->weight;
        c->live_blocks -= b->weight;
        c->live_bytes -= b->size * b->weight;
        if (b->older != NULL)
            b->older->newer = b->newer;
        if (b->newer != NULL)
            b->newer->older = b->older;
        else
            c->newest = b->older;
        b->call = NULL;
        b->older = b->newer = NULL;
    }
    lock_drop(&calls.lock);
    return c != NULL;
}

void calls_copied(struct call *c, uint64_t size)
{
    __atomic_fetch_add(&c->copies, 1, __ATOMIC_RELAXED);
    __atomic_fetch_add(&c->copied_bytes, size, __ATOMIC_RELAXED);
}

void calls_untouched(struct block *b, uint64_t size)
{
    struct call *c = b->call;

    if (c != NULL)
        __atomic_fetch_add(&c->untouched_bytes, size, __ATOMIC_RELAXED);
}

/* ---- marks ---- */

static void nest(struct pooled_call *p)
{
    struct call *c = &p->call;

    if (p->marks_at < MARKS_DEEP) {
        p->nested[p->marks_at].allocations = c->allocations;
        p->nested[p->marks_at].allocated_bytes = c->allocated_bytes;
        p->nested[p->marks_at].temporary_blocks = c->temporary_blocks;
        p->nested[p->marks_at].temporary_bytes = c->temporary_bytes;
        p->nested[p->marks_at].live_bytes = c->live_bytes;
        p->nested[p->marks_at].peak_bytes = c->peak_bytes;
        p->nested[p->marks_at].copies = c->copies;
        p->nested[p->marks_at].copied_bytes = c->copied_bytes;
        c->peak_bytes = c->live_bytes; /* the inner one's own peak starts here */
    }
    p->marks_at++;
}

void calls_mark_begin(const void *frame, const char *name, int mode, uint64_t combos)
{
    struct lane *lane = lane_get();

    if (lane == NULL)
        return;
    if (lane->marks == 0) {
        lane_look(lane, stack_node(frame));
        calls_enter(lane); /* closes a call that is over, finds one that we are in */
        if (lane->call == NULL) {
            const uint32_t scope = scopes_mark(name, mode, combos);
            const uint32_t base = scope == 0 ? 0 : scopes_base(scope);

            if (base == 0)
                return;
            lock_take(&calls.lock);
            struct call *c = open_call(lane, scope, true);

            if (c != NULL) {
                c->combos = combos;
                lane->call_seen = false;
                lane->marks = 1;
                shim_self.base = base;
            }
            lock_drop(&calls.lock);
            return;
        }
    }
    lane->marks++;
    lock_take(&calls.lock);
    if (lane->call != NULL && lane->call->serial == lane->call_serial)
        nest(pooled(lane->call));
    lock_drop(&calls.lock);
}

static void tell(struct nc_seen *ret, size_t size, const struct nc_seen *seen)
{
    if (ret != NULL)
        memcpy(ret, seen, size < sizeof *seen ? size : sizeof *seen);
}

/* The end of a mark inside a call that goes on. */
static void unnest(struct pooled_call *p, struct nc_seen *ret)
{
    struct call *c = &p->call;

    if (p->marks_at == 0 || --p->marks_at >= MARKS_DEEP)
        return;
    const uint32_t i = p->marks_at;
    const uint64_t live = p->nested[i].live_bytes;

    ret->allocations = c->allocations - p->nested[i].allocations;
    ret->allocated_bytes = c->allocated_bytes - p->nested[i].allocated_bytes;
    ret->temporary_blocks = c->temporary_blocks - p->nested[i].temporary_blocks;
    ret->temporary_bytes = c->temporary_bytes - p->nested[i].temporary_bytes;
    ret->retained_blocks =
        ret->allocations > ret->temporary_blocks ? ret->allocations - ret->temporary_blocks : 0;
    ret->retained_bytes = ret->allocated_bytes > ret->temporary_bytes
                              ? ret->allocated_bytes - ret->temporary_bytes
                              : 0;
    ret->peak_bytes = c->peak_bytes > live ? c->peak_bytes - live : 0;
    ret->copies = c->copies - p->nested[i].copies;
    ret->copied_bytes = c->copied_bytes - p->nested[i].copied_bytes;
    if (p->nested[i].peak_bytes > c->peak_bytes)
        c->peak_bytes = p->nested[i].peak_bytes;
}

int calls_mark_end(struct nc_seen *ret, size_t ret_size)
{
    struct lane *lane = shim_self.lane;
    struct nc_seen seen = {0};

    if (lane == NULL || lane->marks == 0)
        return -1;
    lane->marks--;
    struct call *c = lane->call;

    lock_take(&calls.lock);
    if (c == NULL || c->serial != lane->call_serial) {
        lock_drop(&calls.lock);
        return -1;
    }
    struct pooled_call *p = pooled(c);

    if (lane->marks > 0 || !p->marked || p->owner != lane) {
        unnest(p, &seen);
    } else {
        seen = (struct nc_seen){
            .allocations = c->allocations,
            .allocated_bytes = c->allocated_bytes,
            .temporary_blocks = c->temporary_blocks,
            .temporary_bytes = c->temporary_bytes,
            .retained_blocks = c->live_blocks,
            .retained_bytes = c->live_bytes,
            .peak_bytes = c->peak_bytes,
            .copies = c->copies + lane->shared->small_copies - p->small_copies,
            .copied_bytes =
                c->copied_bytes + lane->shared->small_copied_bytes - p->small_copied_bytes,
        };
        close_call(p, 0);
        lane->call = NULL;
        shim_self.base = 0;
    }
    lock_drop(&calls.lock);
    tell(ret, ret_size, &seen);
    return 0;
}

/* ---- threads ---- */

struct call_passed {
    struct call *call;
    uint32_t serial, base;
};

struct call_passed *calls_pass(const void *frame)
{
    struct lane *lane = lane_get();

    if (lane == NULL)
        return NULL;
    lane_look(lane, stack_node(frame));
    struct call *c = calls_enter(lane);
    struct call_passed *ret = c == NULL ? NULL : arena_alloc(sizeof *ret);

    if (ret != NULL) {
        ret->call = c;
        ret->serial = lane->call_serial;
        ret->base = scopes_base(c->scope);
    }
    return ret;
}

void calls_take(struct call_passed *passed)
{
    struct lane *lane = lane_get();

    if (lane != NULL) {
        lane->call = passed->call;
        lane->call_serial = passed->serial;
        lane->call_seen = false;
        shim_self.base = passed->base;
    }
    arena_free(passed, sizeof *passed);
}

void calls_pass_free(struct call_passed *passed) { arena_free(passed, sizeof *passed); }

void calls_thread_done(struct lane *lane) { calls_leave(lane); }

void calls_process_done(void)
{
    lock_take(&calls.lock);
    while (calls.opened != NULL)
        close_call(calls.opened, NC_CALLS_OPEN);
    lock_drop(&calls.lock);
}
