/* SPDX-License-Identifier: Apache-2.0 */
#include "tree.h"

#include <nocopy/profile_format.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"
#include "guard.h"
#include "lock.h"
#include "modules.h"
#include "profile.h"
#include "sealed.h"

/* Open addressing, linear probing. A slot is the upper half of the path's hash and the node; the
 * node's ip is compared as well. Readers take no lock: a table is replaced, never changed but by
 * filling empty slots and by clearing nodes (tree_forget), and old tables stay readable. */
struct tree_table {
    size_t mask;
    size_t used;
    _Atomic uint64_t slot[];
};

enum {
    FIRST_SLOTS = 4096,
    LARGE_TABLE = 64 * 1024, /* such a one has pages of its own: arena.c */
    AHEAD = 16               /* slots, when a table is gone through */
};
#define FORGOTTEN UINT64_C(0xffffffff) /* a slot whose node was forgotten: probing goes on */

static struct {
    struct lock lock;
    _Atomic(struct tree_table *) table;
} tree;

static size_t table_size(size_t slots) { return sizeof(struct tree_table) + slots * 8; }

static struct tree_table *table_new(size_t slots)
{
    struct tree_table *t = arena_alloc(table_size(slots));

    if (t != NULL)
        t->mask = slots - 1;
    return t;
}

int tree_init(void)
{
    memset(&tree, 0, sizeof tree);
    struct tree_table *t = table_new(FIRST_SLOTS);

    atomic_store(&tree.table, t);
    return t == NULL ? -ENOMEM : 0;
}

uint32_t tree_find(uint64_t hash, uintptr_t ip)
{
    const struct tree_table *t = atomic_load_explicit(&tree.table, memory_order_acquire);

    for (size_t i = hash & t->mask;; i = (i + 1) & t->mask) {
        const uint64_t s = atomic_load_explicit(&t->slot[i], memory_order_acquire);

        if (s == 0)
            return 0;
        if (s >> 32 == hash >> 32 && (uint32_t)s != (uint32_t)FORGOTTEN &&
            profile_node((uint32_t)s)->ip == ip)
            return (uint32_t)s;
    }
}

/* 0 where there is none, or one that was forgotten. */
static uint32_t node_in(const struct tree_table *t, size_t i)
{
    const uint32_t n = (uint32_t)atomic_load_explicit(&t->slot[i], memory_order_relaxed);

    return n == (uint32_t)FORGOTTEN ? 0 : n;
}

/* The low half of a hash is lost in a slot, so a larger table needs each node's hash anew: parents
 * come before children, and hashes follow from them. */
static bool rehash(struct tree_table *old)
{
    const size_t slots = (old->mask + 1) * 2;
    const uint64_t nodes = profile_count(NC_NODES);
    struct tree_table *t = table_new(slots);
    uint64_t *hashes = arena_alloc(nodes * 8);

    if (t == NULL || hashes == NULL) {
        arena_free(t, table_size(slots));
        arena_free(hashes, nodes * 8);
        return false;
    }
    for (uint64_t n = 1; n < nodes; n++) {
        const struct nc_node *node = profile_node((uint32_t)n);
        const uint32_t flags = __atomic_load_n(&node->flags, __ATOMIC_RELAXED);
        const uint64_t outside = node->parent ? hashes[node->parent] : tree_seed(0);

        hashes[n] = flags & NC_NODE_MARK ? tree_seed((uint32_t)n)
                                         : tree_mix(outside, tree_tag(node->ip, flags));
    }
    for (size_t i = 0; i <= old->mask; i++) {
        const uint32_t n = node_in(old, i);

        __builtin_prefetch(&hashes[node_in(old, (i + AHEAD) & old->mask)]);
        if (n == 0)
            continue;
        size_t j = hashes[n] & t->mask;

        while (atomic_load_explicit(&t->slot[j], memory_order_relaxed) != 0)
            j = (j + 1) & t->mask;
        atomic_store_explicit(&t->slot[j], (hashes[n] & ~UINT64_C(0xffffffff)) | n,
                              memory_order_relaxed);
        t->used++;
    }
    arena_free(hashes, nodes * 8);
    atomic_store_explicit(&tree.table, t, memory_order_release);
    /* A reader may still be in the old table: only its pages go, and it then finds nothing there,
     * not even a mask. What it looked for is found when it asks to insert it. */
    if (table_size(old->mask + 1) >= LARGE_TABLE && !sealed)
        sys_madvise(old, table_size(old->mask + 1), MADV_DONTNEED);
    return true;
}

/* Lock held. Room in the table for `more` slots. */
static struct tree_table *table_for(size_t more)
{
    struct tree_table *t = atomic_load_explicit(&tree.table, memory_order_relaxed);

    if ((t->used + more) * 4 >= t->mask * 3)
        return rehash(t) ? atomic_load_explicit(&tree.table, memory_order_relaxed) : NULL;
    return t;
}

/* Each is its neighbour's child; who enters a scope is its own entry. */
static void settle(void *entries, uint32_t n, uint32_t first)
{
    struct nc_node *node = entries;

    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            node[i].parent = first + i - 1;
        if (node[i].scope != 0 && node[i].entry == 0)
            node[i].entry = i > 0 && node[i - 1].scope != 0 ? node[i - 1].entry : first + i;
    }
}

/* Lock held. Nodes that are not there for sure: nothing is found under a node just made. */
static uint32_t append(uint32_t parent, const struct tree_step *step, size_t n)
{
    struct tree_table *t = table_for(n);
    struct nc_node node[TREE_RUN];
    const struct nc_node *outside = parent ? profile_node(parent) : NULL;

    if (t == NULL)
        return 0;
    for (size_t i = 0; i < n; i++) {
        node[i] = (struct nc_node){.ip = step[i].ip, .parent = parent, .flags = step[i].flags};
        modules_fill(&node[i], outside);
        outside = &node[i];
    }
    const uint32_t first = profile_add_run(NC_NODES, node, (uint32_t)n, settle);

    for (size_t i = 0; i < n && first != 0; i++) {
        size_t j = step[i].hash & t->mask;

        while (atomic_load_explicit(&t->slot[j], memory_order_relaxed) != 0)
            j = (j + 1) & t->mask;
        atomic_store_explicit(&t->slot[j], (step[i].hash & ~UINT64_C(0xffffffff)) | (first + i),
                              memory_order_release);
    }
    t->used += first != 0 ? n : 0;
    return first == 0 ? 0 : first + (uint32_t)n - 1;
}

void tree_expect(uint64_t hash)
{
    const struct tree_table *t = atomic_load_explicit(&tree.table, memory_order_acquire);

    __builtin_prefetch(&t->slot[hash & t->mask]);
}

uint32_t tree_insert(uint32_t parent, const struct tree_step *step, size_t n)
{
    size_t known = 0;

    for (size_t i = 0; i < n; i++)
        modules_meet(step[i].ip); /* before the lock: may read files */
    lock_take(&tree.lock);
    for (uint32_t found; known < n && (found = tree_find(step[known].hash, step[known].ip)) != 0;
         known++)
        parent = found; /* by another thread meanwhile */
    if (known < n)
        parent = append(parent, step + known, n - known);
    lock_drop(&tree.lock);
    return parent;
}

uint32_t tree_intern(uint32_t base, const uintptr_t *ips, const uint32_t *flags, size_t len)
{
    uint64_t hash = tree_seed(base);
    uint32_t node = base;

    for (size_t i = len; i-- > 0;) /* first without inserting: most stacks are known */
        hash = tree_mix(hash, tree_tag(ips[i], flags == NULL ? 0 : flags[i]));
    if (len > 0 && (node = tree_find(hash, ips[0])) != 0)
        return node;
    hash = tree_seed(base);
    node = base;
    for (size_t i = len; i-- > 0;) {
        const uint32_t flag = flags == NULL ? 0 : flags[i];
        uint32_t next;

        hash = tree_mix(hash, tree_tag(ips[i], flag));
        next = tree_find(hash, ips[i]);
        if (next == 0)
            next = tree_insert(node, &(struct tree_step){hash, ips[i], flag}, 1);
        if (next == 0)
            return 0;
        node = next;
    }
    return node;
}

uint32_t tree_mark(uint32_t scope)
{
    struct nc_node node = {.ip = scope, .scope = scope, .flags = NC_NODE_MARK};
    const uint32_t n = profile_add(NC_NODES, &node);

    if (n != 0)
        profile_node(n)->entry = n;
    return n;
}

void tree_forget(uintptr_t start, uintptr_t end)
{
    lock_take(&tree.lock);
    struct tree_table *t = atomic_load_explicit(&tree.table, memory_order_relaxed);
    const uint64_t nodes = profile_count(NC_NODES);
    const size_t size = (nodes + 63) / 64 * 8;
    uint64_t *gone = arena_alloc(size);

    for (uint64_t n = 1; gone != NULL && n < nodes; n++) {
        const struct nc_node *node = profile_node((uint32_t)n);
        const uint32_t p = node->parent;

        if ((node->ip > start && node->ip <= end && !(node->flags & NC_NODE_MARK)) ||
            (gone[p / 64] >> p % 64 & 1))
            gone[n / 64] |= UINT64_C(1) << n % 64;
    }
    for (size_t i = 0; gone != NULL && i <= t->mask; i++) {
        const uint64_t s = atomic_load_explicit(&t->slot[i], memory_order_relaxed);
        const uint32_t n = (uint32_t)s;

        if (s != 0 && n != (uint32_t)FORGOTTEN && (gone[n / 64] >> n % 64 & 1))
            atomic_store_explicit(&t->slot[i], s | FORGOTTEN, memory_order_relaxed);
    }
    arena_free(gone, size);
    lock_drop(&tree.lock);
}
