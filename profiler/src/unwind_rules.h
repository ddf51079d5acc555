/* SPDX-License-Identifier: Apache-2.0 */
/* The rule of every code address a walk has met, one 8-byte word each, found in one probe.
 *
 * Readers take no lock and never wait; who meets a new address reads .eh_frame (about 150 ns) and
 * adds it, unless another thread is just adding, then the next walk will. When code is unloaded the
 * generation moves on and all that was learned is void. Call inside the guard. */
#ifndef UNWIND_RULES_H
#define UNWIND_RULES_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "cfi.h"

/* struct cfi_rule packed: kind (4 bits), saved (4), cfa (28, signed), rbp (28, signed). */
static inline uint64_t rule_pack(struct cfi_rule r)
{
    return (uint64_t)r.kind | (uint64_t)r.saved << 4 |
           ((uint64_t)(uint32_t)r.cfa & 0xfffffff) << 8 | (uint64_t)(uint32_t)r.rbp << 36;
}

static inline unsigned rule_kind(uint64_t rule) { return rule & 15; }
static inline unsigned rule_saved(uint64_t rule) { return rule >> 4 & 15; }
/* CFI_RSP or CFI_RBP with rbp unsaved or saved in the frame. */
static inline bool rule_is_common(uint64_t rule)
{
    return (rule & 15) - CFI_RSP <= CFI_RBP - CFI_RSP && (rule >> 4 & 15) <= CFI_RBP_AT_CFA;
}

static inline int64_t rule_cfa(uint64_t rule) { return (int64_t)(rule << 28) >> 36; }
static inline int64_t rule_rbp(uint64_t rule) { return (int64_t)rule >> 36; }

struct rule_slot {
    _Atomic uint64_t key; /* pc, generation above bit 48; 0: empty. Written last */
    _Atomic uint64_t rule;
};

struct rule_table {
    unsigned shift; /* 64 - log2(slots) */
    uint32_t mask;
    struct rule_slot slots[];
};

/* In front of the table: the rules that are common and used of late, one word each, so that what a
 * large program needs of them stays in the processor's cache. A set is a cache line; in it a word
 * is found by its tag. Set and tag together are the address, by a multiplication that can be
 * undone.
 *
 *   bits 29..63  tag          bits 8..20  cfa / 8        bits 2..3  kind, 1 or 2: never all zero
 *   bits 21..28  generation   bits 4..7   -rbp / 8       bit 0      rbp is saved (bit 1: 0) */
enum { HOT_WAYS = 8, HOT_SET_BITS = 12, HOT_SETS = 1 << HOT_SET_BITS, HOT_TAG_BITS = 35 };
#define HOT_MULTIPLIER UINT64_C(0x9e3779b97f4b) /* odd; of 2^47 */

struct rule_set {
    _Atomic uint64_t way[HOT_WAYS];
};
extern struct rule_set rules_hot[HOT_SETS] __attribute__((visibility("hidden"), aligned(64)));

/* One walk's view of the cache: taken at its start, so that a flush meanwhile cannot mix rules of
 * two generations. */
struct rules {
    struct rule_table *table;
    uint64_t generation; /* counts from bit 48 on; 0: learn nothing, trust nothing */
};

/* Once. False when there is no memory. */
bool rules_init(void);

/* Around dlclose(): between the two calls walks read .eh_frame afresh. */
void rules_unload_begin(void);
void rules_unload_end(void);

/* Void all that was learned. */
void rules_flush(void);

void rules_after_fork(void);

uint64_t rules_learn(const struct rules *view, uint64_t pc);

/* What all threads share; on a cache line that is written next to never. */
struct rules_shared {
    _Atomic(struct rule_table *) table;
    _Atomic uint64_t generation; /* counts up by 1 << 48, wraps */
    atomic_int unloading;        /* dlclose() calls under way */
};
extern struct rules_shared rules_shared __attribute__((visibility("hidden"), aligned(64)));

/* Code is being unloaded right now. */
static inline bool rules_unsettled(void)
{
    return __builtin_expect(
        atomic_load_explicit(&rules_shared.unloading, memory_order_acquire) != 0, 0);
}

static inline struct rules rules_now(void)
{
    struct rules ret = {
        .generation = atomic_load_explicit(&rules_shared.generation, memory_order_acquire),
        .table = atomic_load_explicit(&rules_shared.table, memory_order_acquire),
    };

    /* While code is being unloaded nothing that was learned counts: no slot has this generation. */
    if (rules_unsettled())
        ret.generation = 0;
    return ret;
}

#define RULE_MULTIPLIER 0x9e3779b97f4a7c15u /* 2^64 / golden ratio: spreads neighbours */

uint64_t rules_find(const struct rules *view, uint64_t pc);

/* The rule that is in a word of rules_hot, as rule_pack() has it. */
static inline uint64_t rules_unpack(uint64_t word)
{
    const uint64_t saved = word & 1;

    return (word >> 2 & 3) | saved << 4 | (word >> 8 & 0x1fff) << 11 |
           ((0 - ((word >> 4 & 15) << 3)) & 0xfffffff & (0 - saved)) << 36;
}

static inline uint64_t rules_get(const struct rules *view, uint64_t pc)
{
    const uint64_t mixed = pc * HOT_MULTIPLIER & ((UINT64_C(1) << 47) - 1);
    const uint64_t name = (mixed << 8 | (view->generation >> 48 & 255)) << 21;
    const struct rule_set *set = &rules_hot[mixed >> HOT_TAG_BITS];

    if (__builtin_expect(view->generation != 0 && pc >> 47 == 0, 1))
        for (unsigned i = 0; i < HOT_WAYS; i++) {
            const uint64_t word =
                atomic_load_explicit(&set->way[(mixed + i) % HOT_WAYS], memory_order_relaxed);

            if ((word ^ name) >> 21 == 0)
                return rules_unpack(word);
            if (word == 0)
                break;
        }
    return rules_find(view, pc);
}

static inline uint64_t rules_look(const struct rules *view, uint64_t pc)
{
    const uint64_t key = pc | view->generation;
    const struct rule_table *t = view->table;
    const struct rule_slot *slot = &t->slots[pc * RULE_MULTIPLIER >> t->shift];

    if (__builtin_expect(atomic_load_explicit(&slot->key, memory_order_acquire) == key, 1)) {
        const uint64_t rule = atomic_load_explicit(&slot->rule, memory_order_acquire);

        /* again: a slot of a generation gone by may be taken over under our eyes */
        if (__builtin_expect(atomic_load_explicit(&slot->key, memory_order_relaxed) == key, 1))
            return rule;
    }
    return rules_learn(view, pc);
}

#endif
