/* SPDX-License-Identifier: Apache-2.0 */
#include "copies.h"

#include <nocopy/profile_format.h>
#include <stdatomic.h>
#include <string.h>

#include "arena.h"
#include "live.h"
#include "lock.h"
#include "profile.h"

/* Edges by their four ends: open addressing, replaced when it grows, never changed but by filling
 * empty slots, so that looking up takes no lock. */
struct edge_table {
    uint32_t mask, used;
    _Atomic uint32_t slot[];
};

static struct {
    struct lock lock;
    _Atomic(struct edge_table *) table;
} copies;

enum {
    FIRST_SLOTS = 256,
    EDGES_MOST = 1 << 18 /* 16 MiB; beyond them a copy's two blocks are not told any more */
};

static struct edge_table *table_new(uint32_t slots)
{
    struct edge_table *t = arena_alloc(sizeof *t + slots * sizeof t->slot[0]);

    if (t != NULL)
        t->mask = slots - 1;
    return t;
}

void copies_init(void)
{
    memset(&copies, 0, sizeof copies);
    atomic_store(&copies.table, table_new(FIRST_SLOTS));
}

static struct nc_edge *edge(uint32_t i) { return profile_at(NC_EDGES, i); }

static uint32_t hash(const struct nc_edge *e)
{
    const uint64_t x =
        (e->copy * UINT64_C(0x9e3779b97f4a7c15) ^ e->source) * UINT64_C(0xbf58476d1ce4e5b9) ^
        (e->destination * UINT64_C(0x94d049bb133111eb) + e->scope);

    return (uint32_t)(x ^ x >> 32);
}

static int alike(const struct nc_edge *a, const struct nc_edge *b)
{
    return a->copy == b->copy && a->source == b->source && a->destination == b->destination &&
           a->scope == b->scope;
}

static uint32_t find(struct edge_table *t, const struct nc_edge *key, uint32_t *ret_free)
{
    for (uint32_t i = hash(key);; i++) {
        const uint32_t e = atomic_load_explicit(&t->slot[i & t->mask], memory_order_acquire);

        if (e == 0) {
            *ret_free = i & t->mask;
            return 0;
        }
        if (alike(edge(e), key))
            return e;
    }
}

static struct edge_table *grown(struct edge_table *old)
{
    struct edge_table *t = table_new((old->mask + 1) * 2);

    for (uint32_t i = 0; t != NULL && i <= old->mask; i++) {
        const uint32_t e = atomic_load_explicit(&old->slot[i], memory_order_relaxed);
        uint32_t at;

        if (e != 0) {
            find(t, edge(e), &at);
            atomic_store_explicit(&t->slot[at], e, memory_order_relaxed);
            t->used++;
        }
    }
    return t;
}

static uint32_t insert(const struct nc_edge *key)
{
    uint32_t at, ret;

    lock_take(&copies.lock);
    struct edge_table *t = atomic_load_explicit(&copies.table, memory_order_relaxed);

    if (t->used * 4 >= t->mask * 3) {
        struct edge_table *more = grown(t);

        if (more != NULL)
            atomic_store_explicit(&copies.table, t = more, memory_order_release);
    }
    ret = t->used >= t->mask ? 0 : find(t, key, &at);
    if (ret == 0 && t->used < t->mask && (ret = profile_add(NC_EDGES, key)) != 0) {
        atomic_store_explicit(&t->slot[at], ret, memory_order_release);
        t->used++;
    }
    lock_drop(&copies.lock);
    return ret;
}

static uint32_t edge_of(const struct nc_edge *key)
{
    struct edge_table *t = atomic_load_explicit(&copies.table, memory_order_acquire);
    const struct nc_edge rest = {.copy = key->copy, .scope = key->scope};
    uint32_t at;

    if (t == NULL)
        return 0;
    const uint32_t found = find(t, key, &at);

    if (found != 0)
        return found;
    return profile_count(NC_EDGES) < EDGES_MOST || alike(key, &rest) ? insert(key) : edge_of(&rest);
}

/* One entry for the stack that a block was allocated with, whichever thread it was: else the pairs
 * would multiply with the threads. */
static uint32_t allocated_by(const struct live *l)
{
    const uint32_t node = profile_counts(l->counts)->node;
    const uint32_t first =
        node == 0 ? 0 : __atomic_load_n(&profile_node(node)->counts, __ATOMIC_ACQUIRE);

    return first != 0 ? first : l->counts;
}

static void written(struct block *b)
{
    if (b != NULL)
        b->read_edge = 0;
}

/* A source that is freed after the copy, whole or read piece after piece by one stack, was only
 * there to be copied. */
static void reads(struct block *b, uint32_t e, uintptr_t src, size_t size)
{
    if (b->read_count == 0) {
        b->read_edge = e;
        b->read_bytes = 0;
    } else if (b->read_edge != e || src != b->read_end) {
        b->read_edge = 0; /* read twice: it served more than one copy */
    }
    b->read_count++;
    b->read_bytes += size;
    b->read_end = src + size;
}

void copies_note(struct lane *lane, uintptr_t dst, uintptr_t src, size_t size,
                 struct block **ret_dst, struct block **ret_src)
{
    struct live to = {0}, from = {0};
    const bool into = live_find(&to, dst), out_of = live_find(&from, src);
    const struct nc_edge key = {
        .copy = lane->last_index,
        .source = out_of ? allocated_by(&from) : 0,
        .destination = into ? allocated_by(&to) : 0,
        .scope = lane->last_scope,
    };
    const uint32_t e = edge_of(&key);

    *ret_dst = to.block;
    *ret_src = from.block;
    if (into)
        written(to.block);
    if (e == 0) {
        profile_lost();
        return;
    }
    /* Copies of one lane: the copying counts are this thread's alone. */
    edge(e)->copies++;
    edge(e)->bytes += size;
    if (out_of && from.block != NULL && !(into && to.block == from.block))
        reads(from.block, e, src, size);
}

void copies_written(uintptr_t at, size_t size)
{
    (void)size;
    written(block_find(at));
}

void copies_freed(struct block *b)
{
    /* A block that the caller frees one day was not copied in the call for that: it lived on. */
    if (b->read_edge == 0 || b->read_count == 0 || edge(b->read_edge)->scope != b->scope)
        return;
    __atomic_fetch_add(&edge(b->read_edge)->freed_copies, b->read_count, __ATOMIC_RELAXED);
    __atomic_fetch_add(&edge(b->read_edge)->freed_bytes, b->read_bytes, __ATOMIC_RELAXED);
}
