/* SPDX-License-Identifier: Apache-2.0 */
#include "evidence.h"

#include <nocopy/profile_format.h>
#include <string.h>

#include "arena.h"
#include "calls.h"
#include "clock.h"
#include "live.h"
#include "options.h"
#include "profile.h"
#include "scopes.h"
#include "sealed.h"
#include "sys.h"

enum {
    FIRST_SLOTS = 256,
    /* Of the program's CPU time. What it costs beside its own time, caches that are cold afterwards
     * above all, is about a third as much again: 8 in all. */
    BUDGET_PERCENT = 6,
    FRESH_UNIT = 64,     /* block.untouched counts these, so that 30 bits are enough */
    FIGURES_EVERY = 64,  /* blocks, between two updates of the header: a killed run has them too */
    PROTECTED_PAGES = 64 /* of a range that is made unreadable, looked at for blocks */
};
#define POISONED (1u << 31)
#define ZEROED   (1u << 30)
#define PLANTED  (POISONED | ZEROED) /* what calloc zeroed is never poisoned */

/* Entries of NC_MATCHES by their key: open addressing; belongs to the holder of content's lock. */
static struct {
    uint32_t *slot;
    uint32_t slots, used;
} matches;

static uint32_t ended;
static uint64_t cpu_start_ns;

static uint32_t hash_of(const struct nc_match *m)
{
    const uint64_t x =
        (m->source * UINT64_C(0x9e3779b97f4a7c15) ^ m->destination) * UINT64_C(0xbf58476d1ce4e5b9) ^
        (m->copy * UINT64_C(0x94d049bb133111eb) + m->scope * 31 + m->flags);

    return (uint32_t)(x ^ x >> 32);
}

static bool alike(const struct nc_match *a, const struct nc_match *b)
{
    return a->source == b->source && a->destination == b->destination && a->copy == b->copy &&
           a->scope == b->scope && a->flags == b->flags;
}

static uint32_t *slot_of(const struct nc_match *m)
{
    uint32_t i = hash_of(m) & (matches.slots - 1);

    while (matches.slot[i] != 0 && !alike(profile_at(NC_MATCHES, matches.slot[i]), m))
        i = (i + 1) & (matches.slots - 1);
    return &matches.slot[i];
}

static bool grow(void)
{
    const uint32_t old_slots = matches.slots;
    const uint32_t slots = old_slots == 0 ? FIRST_SLOTS : old_slots * 2;
    uint32_t *old = matches.slot, *slot = arena_alloc(slots * sizeof *slot);

    if (slot == NULL)
        return false;
    matches.slot = slot;
    matches.slots = slots;
    for (uint32_t i = 0; i < old_slots; i++)
        if (old[i] != 0)
            *slot_of(profile_at(NC_MATCHES, old[i])) = old[i];
    arena_free(old, old_slots * sizeof *old);
    return true;
}

static void found(const struct nc_match *m)
{
    if (matches.used * 4 >= matches.slots * 3 && !grow()) {
        profile_lost();
        return;
    }
    uint32_t *slot = slot_of(m);

    if (*slot != 0) {
        struct nc_match *e = profile_at(NC_MATCHES, *slot);

        e->pairs += m->pairs;
        e->bytes += m->bytes;
        return;
    }
    *slot = profile_add(NC_MATCHES, m);
    if (*slot == 0)
        profile_lost();
    else
        matches.used++;
}

/* Language run-times stand between the program and malloc: all of C++'s `new` is one place there.
 */
static bool is_run_time(uint32_t module)
{
    static const char *const names[] = {"libstdc++.so", "libc++.so", "libgfortran.so"};

    if (module == 0)
        return false;
    const struct nc_module *m = profile_at(NC_MODULES, module);
    const char *path = profile_at(NC_STRINGS, m->path);

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(path, names[i]) != NULL)
            return true;
    return false;
}

/* The instruction of the program that called the allocator. */
static uintptr_t place(uint32_t counts)
{
    const struct nc_node *n = profile_node(profile_counts(counts)->node);

    while (n->parent != 0 && is_run_time(n->module))
        n = profile_node(n->parent);
    return n->ip;
}

static void note_figures(void)
{
    struct content_figures f;
    struct nc_header *h = profile.header;

    content_figures(&f);
    h->content_ns = f.ns;
    h->content_bytes = f.bytes;
    h->content_skipped_bytes = f.skipped_bytes;
    h->cpu_ns = clock_cpu_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_start_ns;
}

void evidence_start(const struct options *o)
{
    memset(&matches, 0, sizeof matches);
    cpu_start_ns = clock_cpu_ns(CLOCK_PROCESS_CPUTIME_ID);
    content_start(&(struct content_setup){.mode = o->content,
                                          .min_block = o->min_block,
                                          .budget_percent = BUDGET_PERCENT,
                                          .found = found,
                                          .place = place});
    untouched_start(o->untouched, o->content == CONTENT_FULL);
    profile.header->flags |= (o->content != CONTENT_OFF ? NC_CONTENT : 0) |
                             (o->content == CONTENT_FULL ? NC_FULL : 0) |
                             (o->untouched != UNTOUCHED_OFF ? NC_UNTOUCHED : 0);
}

static uint32_t pack(struct untouched_birth u)
{
    const size_t units = u.fresh / FRESH_UNIT;

    if (u.poisoned)
        return POISONED;
    if (u.planted)
        return PLANTED;
    return (units < ZEROED ? (uint32_t)units : ZEROED - 1) | (u.zeroed && units != 0 ? ZEROED : 0);
}

static struct untouched_birth unpack(uint32_t word)
{
    return (struct untouched_birth){.fresh = (size_t)(word & (ZEROED - 1)) * FRESH_UNIT,
                                    .poisoned = (word & PLANTED) == POISONED,
                                    .planted = (word & PLANTED) == PLANTED,
                                    .zeroed = (word & PLANTED) == ZEROED};
}

static struct content_birth birth_of(const struct block *b)
{
    return (struct content_birth){
        .at = (void *)b->at,
        .size = b->size,
        .counts = b->counts,
        .scope = b->scope,
        .call = b->call != NULL ? b->call->serial : 0,
        /* All but fresh is as good: what is stale in the rest is no block of its own. */
        .fresh =
            unpack(b->untouched).poisoned || unpack(b->untouched).fresh >= b->size - b->size / 16,
        .zeroed = (b->flags & BLOCK_ZEROED) != 0,
        .optional = !scopes_met,
    };
}

static bool is_ours(const struct block *b) { return (b->flags & BLOCK_MAPPED) == 0; }

void evidence_born(struct block *b)
{
    if (!is_ours(b) || sealed)
        return;
    if (b->size >= untouched_floor)
        b->untouched = pack(untouched_born((void *)b->at, b->size, (b->flags & BLOCK_ZEROED) != 0));
    if (b->size >= content_floor) {
        const struct content_birth birth = birth_of(b);

        b->content = content_born(&birth);
    }
}

/* Other threads' frees of blocks with these counts come here as well. */
static void count_untouched(struct block *b, size_t looked, size_t untouched)
{
    struct nc_counts *c = profile_counts(b->counts);

    __atomic_fetch_add(&c->untouched_looked, looked, __ATOMIC_RELAXED);
    if (untouched == 0)
        return;
    __atomic_fetch_add(&c->untouched_bytes, untouched, __ATOMIC_RELAXED);
    __atomic_fetch_add(&c->untouched_blocks, 1, __ATOMIC_RELAXED);
    calls_untouched(b, untouched);
}

static void judge_untouched(struct block *b, bool readable)
{
    const struct untouched_end e =
        untouched_ending(unpack(b->untouched), (const void *)b->at, b->size,
                         readable && content_may_read((const void *)b->at, b->size));

    b->untouched = 0;
    if (e.looked != 0)
        count_untouched(b, e.looked, e.untouched);
}

void evidence_ending(struct block *b)
{
    if (b->untouched != 0)
        judge_untouched(b, true);
    if (b->content == 0 || sealed) /* nobody looks at it any more */
        return;
    content_freeing(b->content);
    b->content = 0;
    if (__atomic_fetch_add(&ended, 1, __ATOMIC_RELAXED) % FIGURES_EVERY == 0)
        note_figures();
}

void evidence_moving(struct evidence_moving *ret, struct block *old)
{
    *ret = (struct evidence_moving){old->content, old->untouched, old->size, old->at};
    old->content = old->untouched = 0;
    if (sealed)
        ret->content = ret->untouched = 0;
    content_moving(ret->content);
}

void evidence_moved(const struct evidence_moving *m, struct block *now)
{
    static const struct content_birth gone;

    if (now == NULL) {
        content_moved(m->content, &gone);
        return;
    }
    if (m->untouched != 0 && now->size >= untouched_floor)
        now->untouched = pack(untouched_grown(unpack(m->untouched), (const void *)m->at, m->size,
                                              (void *)now->at, now->size));
    const struct content_birth birth = birth_of(now);

    if (m->content != 0)
        now->content = content_moved(m->content, &birth);
    else if (now->size >= content_floor && !sealed)
        now->content = content_born(&birth);
}

void evidence_copying(const struct block *dst_block, uintptr_t dst, const struct block *src_block,
                      uintptr_t src, size_t size, uint32_t copy, uint32_t scope,
                      const struct call *call)
{
    if (size < content_floor || sealed || dst_block == NULL || src_block == NULL)
        return;
    content_copying(dst_block->content, (void *)dst, src_block->content, (void *)src, size, copy,
                    scope, call != NULL ? call->serial : 0);
}

void evidence_call_ended(const struct call *call)
{
    if (content_floor != SIZE_MAX && !sealed) {
        content_call_ended(call->serial);
        note_figures();
    }
}

static bool holds_blocks(uintptr_t start, uintptr_t end)
{
    const uintptr_t step = (end - start) / PROTECTED_PAGES + 1;

    for (uintptr_t at = start; at < end; at += step < NC_PAGE ? NC_PAGE : step)
        if (block_find(at) != NULL)
            return true;
    return block_find(end - 1) != NULL;
}

void evidence_protected(const void *at, size_t size, bool readable)
{
    const uintptr_t start = (uintptr_t)at;

    if (evidence_wants(SIZE_MAX - 1) && size != 0 &&
        (readable || holds_blocks(start, start + size)))
        content_protected(at, size, readable);
}

void evidence_process_ends(void)
{
    if (sealed)
        return;
    const bool alone = profile.header->threads <= 1; /* else a block may go while it is read */

    for (uint32_t i = 1; i < live_blocks_end() && untouched_floor != SIZE_MAX; i++) {
        struct block *b = live_block(i);

        if (b != NULL && b->untouched != 0)
            judge_untouched(b, alone);
    }
    content_end();
    note_figures();
}
