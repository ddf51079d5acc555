/* SPDX-License-Identifier: Apache-2.0 */
#include "recall.h"

#include <stdbool.h>

enum {
    KEPT = 512 * 1024,
    GRAIN = 16,            /* entries begin at multiples */
    MOST_WORDS = 256,      /* a stack that stands on more is not kept */
    JUDGE = 512,           /* stacks asked for between two judgements, ... */
    LEAST = JUDGE / 4 * 3, /* ... of which so many must have been known: fewer do not pay for what
                              is kept in vain. Else ... */
    SKIP_FIRST = 2048,     /* ... so many are left alone, twice as many each time */
    SKIP_MOST = 65536
};
#define PLACE_BITS 48

/* A stack; `len` values follow, innermost first, and then where they are. */
struct entry {
    uint64_t ip, sp, bp;
    struct stack_seen seen;
    uint32_t base;
    uint16_t len;
    uint16_t needs_bp;
    uint64_t value[];
};

static size_t entry_size(size_t len)
{
    const size_t size = sizeof(struct entry) + len * (sizeof(uint64_t) + sizeof(uint16_t));

    return (size + GRAIN - 1) & ~(size_t)(GRAIN - 1);
}

uint64_t recall_size(void) { return sizeof(struct recall) + KEPT; }

void recall_init(struct recall *r)
{
    r->kept = (char *)(r + 1);
    r->skip_next = SKIP_FIRST;
    r->start = r->at = KEPT; /* so that no place in use is 0 */
}

void recall_clear(struct recall *r)
{
    r->start = r->at;
    r->skip = r->asked = r->known = 0;
}

uint64_t recall_name(struct walk *w, const struct regs *start)
{
    const struct rules rules = rules_now();
    const uint64_t rule = rules_get(&rules, start->ip - 1);
    const uint64_t base = rule_kind(rule) == CFI_RBP ? start->bp : start->sp;
    const uint64_t slot = base + (uint64_t)rule_cfa(rule) - 8;
    uint64_t name = start->ip * UINT64_C(0x9e3779b97f4a7c15) ^ start->sp * TREE_STEP;

    if (rule_is_common(rule) && slot >= start->sp && spans_hold(&w->spans, slot))
        name ^= *(const uint64_t *)(uintptr_t)slot * UINT64_C(0xbf58476d1ce4e5b9);
    return (name ^ name >> 32) * UINT64_C(0x94d049bb133111eb);
}

static uint64_t *heads_of(struct recall *r, uint64_t name)
{
    return r->heads[name >> (64 - RECALL_SET_BITS)];
}

static uint64_t tag_of(uint64_t name) { return name << PLACE_BITS; }

static struct entry *entry_at(struct recall *r, uint64_t place)
{
    return (struct entry *)(void *)(r->kept + place % KEPT);
}

static bool is_kept(const struct recall *r, uint64_t place)
{
    return place >= r->start && r->at - place <= KEPT;
}

static bool stands(const struct entry *e)
{
    const uint64_t *const words = (const uint64_t *)(uintptr_t)e->sp, *value = e->value;
    const uint16_t *at = (const uint16_t *)(const void *)(e->value + e->len);
    unsigned left = e->len;

#define SAME(i) (words[at[i]] == value[i])
    for (; left >= 4; left -= 4, at += 4, value += 4)
        if (!(SAME(0) && SAME(1) && SAME(2) && SAME(3)))
            return false;
    for (; left > 0; left--, at++, value++)
        if (!SAME(0))
            return false;
#undef SAME
    return true;
}

/* Whether it is worth being asked. */
static void judge(struct recall *r)
{
    if (r->known >= LEAST) {
        r->skip_next = SKIP_FIRST;
    } else {
        r->skip = r->skip_next;
        r->skip_next = r->skip < SKIP_MOST ? r->skip * 2 : SKIP_MOST;
    }
    r->asked = r->known = 0;
}

struct stack_seen *recall_find(struct recall *r, uint64_t name, const struct regs *start,
                               uint32_t base)
{
    uint64_t *heads = heads_of(r, name);

    if (++r->asked >= JUDGE)
        judge(r);
    for (unsigned i = 0; i < RECALL_WAYS; i++) {
        const uint64_t place = heads[i] & ((UINT64_C(1) << PLACE_BITS) - 1);

        if ((heads[i] ^ tag_of(name)) >> PLACE_BITS != 0 || !is_kept(r, place))
            continue;
        struct entry *e = entry_at(r, place);

        if (e->ip == start->ip && e->sp == start->sp && e->base == base &&
            (!e->needs_bp || e->bp == start->bp) && stands(e)) {
            r->known++;
            return &e->seen;
        }
    }
    return NULL;
}

/* The checks of the last walk, innermost first, as an entry has them. False: not all of them lie
 * where an entry can say so. */
static bool note_words(struct entry *e, const struct check *c, const struct check *floor)
{
    uint64_t *value = e->value;
    uint16_t *at = (uint16_t *)(void *)(e->value + e->len);

    while (c > floor) {
        const uint64_t from_sp = (uint64_t)(uintptr_t)(--c)->at - e->sp;

        if (from_sp % 8 != 0 || from_sp / 8 > UINT16_MAX)
            return false;
        *value++ = c->value;
        *at++ = (uint16_t)(from_sp / 8);
    }
    return true;
}

void recall_keep(struct recall *r, uint64_t name, const struct walk *w, const struct regs *start,
                 uint32_t base, const struct stack_seen *seen)
{
    uint64_t *heads = heads_of(r, name);
    const struct check *floor = walk_floor(w);

    if (floor == NULL)
        return;
    const struct frame *top = &w->frames[w->len - 1];
    const size_t len = (size_t)(w->checks + top->checks - floor);
    const size_t size = entry_size(len);

    if (len > MOST_WORDS)
        return;
    if (r->at % KEPT + size > KEPT)
        r->at += KEPT - r->at % KEPT;
    struct entry *e = entry_at(r, r->at);

    *e = (struct entry){.ip = start->ip,
                        .sp = start->sp,
                        .bp = start->bp,
                        .seen = *seen,
                        .base = base,
                        .len = (uint16_t)len,
                        .needs_bp = top->needs_bp != 0};
    r->at += size; /* before the words: what they overwrite is no entry any more */
    if (!note_words(e, w->checks + top->checks, floor))
        return;
    heads[1] = heads[0];
    heads[0] = tag_of(name) | (r->at - size);
}
