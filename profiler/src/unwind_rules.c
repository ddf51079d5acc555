/* SPDX-License-Identifier: Apache-2.0 */
#include "unwind_rules.h"

#include "arena.h"
#include "lock.h"
#include "unwind_tables.h"

#define FIRST_BITS      12 /* slots of the first table: what a small program needs */
#define GENERATION_STEP (UINT64_C(1) << 48)
#define PC_MASK         (GENERATION_STEP - 1)

struct rules_shared rules_shared;

static struct lock writer;
static uint32_t used; /* slots of the table not empty, also of generations gone by; under writer */

static struct rule_table *table_new(unsigned bits)
{
    const size_t slots = (size_t)1 << bits;
    struct rule_table *t = arena_alloc(sizeof *t + slots * sizeof t->slots[0]);

    if (t) {
        t->shift = 64 - bits;
        t->mask = (uint32_t)(slots - 1);
    }
    return t;
}

struct rule_set rules_hot[HOT_SETS];

static void hot_clear(void)
{
    for (unsigned i = 0; i < HOT_SETS; i++)
        for (unsigned k = 0; k < HOT_WAYS; k++)
            if (atomic_load_explicit(&rules_hot[i].way[k], memory_order_relaxed) != 0)
                atomic_store_explicit(&rules_hot[i].way[k], 0, memory_order_relaxed);
}

/* 0: it does not fit in. */
static uint64_t hot_pack(uint64_t rule)
{
    const uint64_t word = rule_kind(rule) << 2 | rule_saved(rule) |
                          ((uint64_t)-rule_rbp(rule) >> 3 & 15) << 4 |
                          ((uint64_t)rule_cfa(rule) >> 3 & 0x1fff) << 8;

    return rule_is_common(rule) && rules_unpack(word) == rule ? word : 0;
}

/* Into an empty way, or in place of the first that is looked at. */
static void hot_put(const struct rules *view, uint64_t pc, uint64_t rule)
{
    const uint64_t mixed = pc * HOT_MULTIPLIER & ((UINT64_C(1) << 47) - 1);
    struct rule_set *set = &rules_hot[mixed >> HOT_TAG_BITS];
    const uint64_t packed = hot_pack(rule);
    uint64_t word = (mixed << 8 | (view->generation >> 48 & 255)) << 21 | packed;
    unsigned way = mixed % HOT_WAYS;

    if (packed == 0 || pc >> 47 != 0)
        return;
    for (unsigned i = 0; i < HOT_WAYS; i++)
        if (atomic_load_explicit(&set->way[(mixed + i) % HOT_WAYS], memory_order_relaxed) == 0) {
            way = (mixed + i) % HOT_WAYS;
            break;
        }
    atomic_store(&set->way[way], word);
    /* The code may have gone meanwhile, and the number of its generation comes again some day. */
    if (atomic_load(&rules_shared.generation) != view->generation)
        atomic_compare_exchange_strong(&set->way[way], &word, 0);
}

uint64_t rules_find(const struct rules *view, uint64_t pc)
{
    const uint64_t rule = rules_look(view, pc);

    if (view->generation != 0)
        hot_put(view, pc, rule);
    return rule;
}

bool rules_init(void)
{
    struct rule_table *t = table_new(FIRST_BITS);

    atomic_store(&rules_shared.generation, GENERATION_STEP); /* so that no key is 0 */
    atomic_store(&rules_shared.table, t);
    tables_init();
    return t != NULL;
}

static void table_clear(struct rule_table *t)
{
    for (uint32_t i = 0; i <= t->mask; i++)
        atomic_store_explicit(&t->slots[i].key, 0, memory_order_release);
}

void rules_flush(void)
{
    lock_take(&writer);
    /* After 65,535 flushes the numbers begin again: then nothing of the first round may be left. */
    if (atomic_load(&rules_shared.generation) + GENERATION_STEP < GENERATION_STEP) {
        table_clear(atomic_load(&rules_shared.table));
        hot_clear();
        used = 0;
        atomic_store(&rules_shared.generation, GENERATION_STEP);
    } else {
        atomic_fetch_add(&rules_shared.generation, GENERATION_STEP);
    }
    if ((atomic_load(&rules_shared.generation) >> 48 & 255) == 0)
        hot_clear(); /* its words count only so far */
    lock_drop(&writer);
}

void rules_unload_begin(void) { atomic_fetch_add(&rules_shared.unloading, 1); }

void rules_unload_end(void)
{
    tables_refresh();
    rules_flush();
    atomic_fetch_sub(&rules_shared.unloading, 1);
}

void rules_after_fork(void)
{
    lock_init(&writer);
    atomic_store(&rules_shared.unloading, 0);
}

static bool put(struct rule_table *t, uint64_t key, uint64_t rule, bool *ret_new)
{
    const uint64_t generation = key & ~PC_MASK;
    uint32_t i = (uint32_t)((key & PC_MASK) * RULE_MULTIPLIER >> t->shift);

    for (;; i = (i + 1) & t->mask) {
        const uint64_t there = atomic_load_explicit(&t->slots[i].key, memory_order_relaxed);

        if (there == key)
            return false;
        if (there != 0 && (there & ~PC_MASK) == generation)
            continue;
        *ret_new = there == 0;
        if (there != 0) /* readers of its old key look twice, see rules_get() */
            atomic_store_explicit(&t->slots[i].key, 0, memory_order_release);
        atomic_thread_fence(memory_order_seq_cst);
        atomic_store_explicit(&t->slots[i].rule, rule, memory_order_release);
        atomic_store_explicit(&t->slots[i].key, key, memory_order_release);
        return true;
    }
}

/* A table with room for as many again as are of this generation. The old one is left to its
 * readers; all old ones together are smaller than the one in use. */
static struct rule_table *grown(struct rule_table *from, uint64_t generation)
{
    uint32_t live = 0;
    unsigned bits = FIRST_BITS;
    struct rule_table *to;
    bool is_new;

    for (uint32_t i = 0; i <= from->mask; i++)
        live += (atomic_load(&from->slots[i].key) & ~PC_MASK) == generation;
    while (((uint32_t)1 << bits) < live * 4)
        bits++;
    if (64 - bits > from->shift) /* never smaller: flushes would make us go round in circles */
        bits = 64 - from->shift;
    to = table_new(bits);
    if (!to)
        return NULL;
    for (uint32_t i = 0; i <= from->mask; i++) {
        const uint64_t key = atomic_load(&from->slots[i].key);

        if (key != 0 && (key & ~PC_MASK) == generation)
            put(to, key, atomic_load(&from->slots[i].rule), &is_new);
    }
    used = live;
    return to;
}

static void learn(uint64_t key, uint64_t rule)
{
    struct rule_table *t = atomic_load(&rules_shared.table);
    bool is_new = false;

    if (used >= (t->mask + 1) / 2) {
        struct rule_table *bigger = grown(t, key & ~PC_MASK);

        if (bigger) {
            atomic_store_explicit(&rules_shared.table, bigger, memory_order_release);
            t = bigger;
        } else if (used >= t->mask / 8 * 7) {
            return; /* no memory: rules beyond these are read afresh each time */
        }
    }
    put(t, key, rule, &is_new);
    used += is_new;
}

static uint64_t read_rule(uint64_t pc)
{
    struct cfi_table table;
    struct cfi_rule none = {.kind = CFI_NONE};

    return rule_pack(tables_find(pc, &table) ? cfi_find(&table, pc) : none);
}

uint64_t rules_learn(const struct rules *view, uint64_t pc)
{
    const uint64_t key = pc | view->generation;
    const struct rule_table *t = view->table;
    uint64_t rule;

    if (view->generation == 0)
        return read_rule(pc);
    if (pc & ~PC_MASK) /* no address of a program; its key would be another's */
        return CFI_NONE;
    for (uint32_t i = (uint32_t)(pc * RULE_MULTIPLIER >> t->shift);; i = (i + 1) & t->mask) {
        const uint64_t there = atomic_load_explicit(&t->slots[i].key, memory_order_acquire);

        if (there == 0)
            break;
        if (there != key)
            continue;
        rule = atomic_load_explicit(&t->slots[i].rule, memory_order_acquire);
        if (atomic_load_explicit(&t->slots[i].key, memory_order_relaxed) == key)
            return rule;
        break;
    }
    rule = read_rule(pc);
    if (!lock_try(&writer))
        return rule;
    /* Not into the next generation: the code this was read from may be gone by then. */
    if (view->generation == atomic_load(&rules_shared.generation) &&
        !atomic_load(&rules_shared.unloading))
        learn(key, rule);
    lock_drop(&writer);
    return rule;
}
