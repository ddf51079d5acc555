/* SPDX-License-Identifier: Apache-2.0 */
#include "live.h"

#include <emmintrin.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>

#include "arena.h"
#include "lane.h"
#include "lock.h"
#include "sealed.h"
#include "tables.h"

enum {
    LEAF_BITS = 26, /* of address space under one leaf: as large as a heap of glibc's arenas */
    TOP_BITS = 47 - LEAF_BITS,
    GRAIN_BITS = 4,
    NEAR_BITS = 10, /* a word for 1 KiB: the large block that holds its first byte */
    FAR_BITS = 18   /* likewise for 256 KiB, for blocks that begin before them */
};

#define START UINT32_C(0x80000000) /* a word with this bit belongs to a block's first grain */
#define LARGE UINT32_C(0x40000000) /* with START: the rest is a struct block's index */
#define INDEX UINT32_C(0x3fffffff)

struct leaf {
    uint32_t grain[1u << (LEAF_BITS - GRAIN_BITS)];
    uint32_t near[1u << (LEAF_BITS - NEAR_BITS)];
    uint32_t far[1u << (LEAF_BITS - FAR_BITS)];
};

/* Blocks at addresses that have no word of their own: not 16-byte aligned (some allocators do so
 * for tiny ones), or above 2^47. */
struct odd {
    uintptr_t at; /* key */
    uint32_t index;
    UT_hash_handle hh;
};

enum { FIRST_BLOCKS = 1024, PARTS = 24, KEEP = 64, LEAVES = 64 };

static struct {
    _Atomic(struct leaf *) top[1u << TOP_BITS];
    struct leaf *leaves[LEAVES]; /* the first ones */
    atomic_uint n_leaves;
    bool roomy;
    struct lock lock; /* growth, odd blocks, the common list of free records */
    _Atomic(struct block *) part[PARTS];
    _Atomic uint32_t blocks; /* indices handed out so far; 0 is none */
    struct block *free_blocks;
    struct odd *odd;
    atomic_size_t n_odd;
} live;

void live_init(bool roomy)
{
    live.roomy = roomy;
    atomic_store(&live.blocks, 1);
}

/* Live blocks fill more than a cache of address translations reaches: words then lie in huge pages,
 * as far as they are not there yet. */
static bool large;

void live_is_large(void)
{
    if (large || sealed)
        return;
    large = true;
    for (unsigned i = 0; i < live.n_leaves && i < LEAVES; i++)
        if (live.leaves[i] != NULL)
            sys_madvise(live.leaves[i], sizeof live.leaves[i]->grain, MADV_HUGEPAGE);
}

static struct leaf *leaf_new(uintptr_t at)
{
    _Atomic(struct leaf *) *slot = &live.top[at >> LEAF_BITS];
    struct leaf *expected = NULL;
    struct leaf *l = arena_reserve(sizeof *l);

    if (l == NULL)
        return NULL;
    sys_madvise(l, sizeof *l, large ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
    sys_madvise(l, sizeof *l, MADV_WIPEONFORK);
    if (atomic_compare_exchange_strong(slot, &expected, l)) {
        const unsigned i = atomic_fetch_add(&live.n_leaves, 1);

        if (i < LEAVES)
            live.leaves[i] = l;
        return l;
    }
    sys_munmap(l, sizeof *l);
    return expected;
}

static inline struct leaf *leaf_at(uintptr_t at)
{
    if (at >> 47)
        return NULL;
    return atomic_load_explicit(&live.top[at >> LEAF_BITS], memory_order_acquire);
}

static inline uint32_t *grain_of(struct leaf *l, uintptr_t at)
{
    return &l->grain[at >> GRAIN_BITS & ((1u << (LEAF_BITS - GRAIN_BITS)) - 1)];
}

static bool is_odd(uintptr_t at) { return (at & 15) != 0 || at >> 47 != 0; }

bool live_is_small(uintptr_t at, size_t size)
{
    return size < BLOCK_LARGE && !is_odd(at) && (live.roomy || size > 16);
}

bool live_add_small(uintptr_t at, size_t size, uint32_t counts)
{
    struct leaf *l = leaf_at(at);

    if (l == NULL)
        l = leaf_new(at);
    if (l == NULL)
        return false;
    uint32_t *w = grain_of(l, at);

    __atomic_store_n(w, START | counts, __ATOMIC_RELAXED);
    /* A block's two words may lie in two leaves only if it spans 64 MiB: heaps of an allocator
     * begin at a page, so the second word of an aligned block at the last grain is the next
     * leaf's. */
    if (__builtin_expect((at >> GRAIN_BITS & ((1u << (LEAF_BITS - GRAIN_BITS)) - 1)) ==
                             (1u << (LEAF_BITS - GRAIN_BITS)) - 1,
                         0)) {
        struct leaf *next = leaf_at(at + 16);

        if (next == NULL)
            next = leaf_new(at + 16);
        if (next == NULL) {
            *w = 0;
            return false;
        }
        w = grain_of(next, at + 16) - 1;
    }
    __atomic_store_n(w + 1, (uint32_t)size, __ATOMIC_RELAXED);
    return true;
}

/* ---- records ---- */

static inline unsigned part_of(uint32_t index)
{
    return (unsigned)(__builtin_clzll(FIRST_BLOCKS) -
                      __builtin_clzll((uint64_t)index + FIRST_BLOCKS));
}

static inline struct block *record(uint32_t index)
{
    const unsigned p = part_of(index);
    struct block *at = atomic_load_explicit(&live.part[p], memory_order_acquire);

    return at == NULL ? NULL : at + (index + FIRST_BLOCKS - ((uint64_t)FIRST_BLOCKS << p));
}

/* Lock held. */
static struct block *record_new(void)
{
    const uint32_t i = atomic_load_explicit(&live.blocks, memory_order_relaxed);
    const unsigned p = part_of(i);

    if (p >= PARTS)
        return NULL;
    if (atomic_load_explicit(&live.part[p], memory_order_relaxed) == NULL) {
        struct block *at = arena_reserve(((size_t)FIRST_BLOCKS << p) * sizeof *at);

        if (at == NULL)
            return NULL;
        atomic_store_explicit(&live.part[p], at, memory_order_release);
    }
    struct block *b = record(i);

    b->self = i;
    atomic_store_explicit(&live.blocks, i + 1, memory_order_release);
    return b;
}

static struct block *record_get(struct lane *lane)
{
    struct block *b = lane->free_blocks;

    if (b == NULL) {
        lock_take(&live.lock);
        for (unsigned i = 0; i < KEEP / 2; i++) {
            b = live.free_blocks;
            if (b != NULL)
                live.free_blocks = b->older;
            else
                b = record_new();
            if (b == NULL)
                break;
            b->older = lane->free_blocks;
            lane->free_blocks = b;
            lane->n_free_blocks++;
        }
        lock_drop(&live.lock);
        b = lane->free_blocks;
        if (b == NULL)
            return NULL;
    }
    lane->free_blocks = b->older;
    lane->n_free_blocks--;
    return b;
}

void live_recycle(struct lane *lane, struct block *b)
{
    b->at = 0;
    b->older = lane->free_blocks;
    lane->free_blocks = b;
    if (++lane->n_free_blocks <= KEEP)
        return;
    lock_take(&live.lock); /* else one thread's frees would starve another's allocations */
    while (lane->n_free_blocks > KEEP / 2) {
        b = lane->free_blocks;
        lane->free_blocks = b->older;
        lane->n_free_blocks--;
        b->older = live.free_blocks;
        live.free_blocks = b;
    }
    lock_drop(&live.lock);
}

struct block *live_block(uint32_t index)
{
    struct block *b =
        index == 0 || index >= atomic_load_explicit(&live.blocks, memory_order_acquire)
            ? NULL
            : record(index);

    return b != NULL && b->at != 0 ? b : NULL;
}

uint32_t live_blocks_end(void) { return atomic_load_explicit(&live.blocks, memory_order_acquire); }

/* ---- large blocks ---- */

static bool odd_add(uintptr_t at, uint32_t index)
{
    struct odd *o = arena_alloc(sizeof *o);

    if (o == NULL)
        return false;
    o->at = at;
    o->index = index;
    lock_take(&live.lock);
    HASH_ADD(hh, live.odd, at, sizeof at, o);
    atomic_fetch_add(&live.n_odd, 1);
    lock_drop(&live.lock);
    return true;
}

static uint32_t odd_take(uintptr_t at, bool take)
{
    struct odd *o;
    uint32_t ret = 0;

    lock_take(&live.lock);
    HASH_FIND(hh, live.odd, &at, sizeof at, o);
    if (o != NULL) {
        ret = o->index;
        if (take) {
            HASH_DELETE(hh, live.odd, o);
            atomic_fetch_sub(&live.n_odd, 1);
        }
    }
    lock_drop(&live.lock);
    if (take && o != NULL)
        arena_free(o, sizeof *o);
    return ret;
}

/* One word for each unit of 2^bits whose first byte is in [from, to). Words are not cleared when a
 * block goes: what they name is always checked. */
static void paint(uintptr_t from, uintptr_t to, unsigned bits, uint32_t index)
{
    const uintptr_t unit = (uintptr_t)1 << bits;

    for (uintptr_t a = (from + unit - 1) & ~(unit - 1); a < to; a += unit) {
        struct leaf *l = leaf_at(a);

        if (l == NULL && a >> 47 == 0)
            l = leaf_new(a);
        if (l == NULL)
            return;
        uint32_t *w = bits == NEAR_BITS
                          ? &l->near[a >> NEAR_BITS & ((1u << (LEAF_BITS - NEAR_BITS)) - 1)]
                          : &l->far[a >> FAR_BITS & ((1u << (LEAF_BITS - FAR_BITS)) - 1)];

        __atomic_store_n(w, index, __ATOMIC_RELAXED);
    }
}

static void paint_block(const struct block *b)
{
    const uintptr_t end = b->at + b->size;
    const uintptr_t far = (b->at + (1u << FAR_BITS) - 1) & ~(((uintptr_t)1 << FAR_BITS) - 1);

    if (b->size < BLOCK_LARGE)
        return;
    paint(b->at, far < end ? far : end, NEAR_BITS, b->self);
    paint(far, end, FAR_BITS, b->self);
}

static bool word_store(const struct block *b)
{
    if (is_odd(b->at))
        return odd_add(b->at, b->self);
    struct leaf *l = leaf_at(b->at);

    if (l == NULL)
        l = leaf_new(b->at);
    if (l == NULL)
        return false;
    __atomic_store_n(grain_of(l, b->at), START | LARGE | b->self, __ATOMIC_RELAXED);
    return true;
}

struct block *live_add(struct lane *lane, uintptr_t at, size_t size, uint32_t counts)
{
    struct block *b = record_get(lane);

    if (b == NULL)
        return NULL;
    const uint32_t self = b->self;

    memset(b, 0, sizeof *b);
    b->self = self;
    b->at = at;
    b->size = size;
    b->counts = counts;
    if (!word_store(b)) {
        live_recycle(lane, b);
        return NULL;
    }
    paint_block(b);
    return b;
}

/* ---- looking up ---- */

static void fill(struct live *ret, uint32_t word, uint32_t second)
{
    if (word & LARGE) {
        ret->block = record(word & INDEX);
        ret->counts = ret->block->counts;
        ret->size = ret->block->size;
    } else {
        ret->block = NULL;
        ret->counts = word & INDEX;
        ret->size = second;
    }
}

static uint32_t second_word(struct leaf *l, uintptr_t at)
{
    if (__builtin_expect((at + 16) >> LEAF_BITS != at >> LEAF_BITS, 0))
        l = leaf_at(at + 16);
    return l == NULL ? 0 : __atomic_load_n(grain_of(l, at + 16), __ATOMIC_RELAXED);
}

static bool odd_find(struct live *ret, uintptr_t at, bool take)
{
    if (atomic_load_explicit(&live.n_odd, memory_order_relaxed) == 0)
        return false;
    const uint32_t i = odd_take(at, take);

    if (i == 0)
        return false;
    fill(ret, START | LARGE | i, 0);
    return true;
}

bool live_take(struct live *ret, uintptr_t at)
{
    struct leaf *l = leaf_at(at);

    if (__builtin_expect(l == NULL || is_odd(at), 0))
        return is_odd(at) && odd_find(ret, at, true);
    uint32_t *w = grain_of(l, at);
    const uint32_t word = __atomic_load_n(w, __ATOMIC_RELAXED);

    if (!(word & START))
        return false;
    fill(ret, word, word & LARGE ? 0 : second_word(l, at));
    __atomic_store_n(w, 0, __ATOMIC_RELAXED);
    return true;
}

void live_restore(const struct live *was, uintptr_t at)
{
    if (was->block != NULL)
        word_store(was->block);
    else
        live_add_small(at, was->size, was->counts);
}

/* Backwards from `at` to the nearest block that begins there, at most BLOCK_LARGE bytes and within
 * the leaf: groups of four words, for their top bits are what movmskps gathers. 0: none. */
static uintptr_t start_before(struct leaf *l, uintptr_t at)
{
    const size_t here = at >> GRAIN_BITS & ((1u << (LEAF_BITS - GRAIN_BITS)) - 1);
    size_t group = here & ~(size_t)3;
    unsigned keep = (2u << (here & 3)) - 1; /* in the first group: only up to here */

    for (unsigned n = 0; n <= BLOCK_LARGE / 64; n++) {
        const __m128i words = _mm_load_si128((const __m128i *)(const void *)&l->grain[group]);
        const unsigned starts = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(words)) & keep;

        if (starts != 0) {
            const size_t found = group + 31 - (unsigned)__builtin_clz(starts);

            return (at >> LEAF_BITS << LEAF_BITS) + (found << GRAIN_BITS);
        }
        if (group == 0)
            return 0;
        group -= 4;
        keep = 15;
    }
    return 0;
}

static bool holds(const struct block *b, uintptr_t at)
{
    return b != NULL && b->at != 0 && at - b->at < b->size;
}

bool live_find(struct live *ret, uintptr_t at)
{
    struct leaf *l = leaf_at(at);

    if (l == NULL)
        return is_odd(at) && odd_find(ret, at, false);
    const uintptr_t start = start_before(l, at);

    if (start != 0) {
        struct leaf *at_start = leaf_at(start);
        const uint32_t word = __atomic_load_n(grain_of(at_start, start), __ATOMIC_RELAXED);

        if (word & START) {
            fill(ret, word, word & LARGE ? 0 : second_word(at_start, start));
            if (at - start < ret->size)
                return true;
        }
    }
    const uint32_t near = l->near[at >> NEAR_BITS & ((1u << (LEAF_BITS - NEAR_BITS)) - 1)];
    const uint32_t far = l->far[at >> FAR_BITS & ((1u << (LEAF_BITS - FAR_BITS)) - 1)];
    const uint32_t named[2] = {near, far};

    for (unsigned i = 0; i < 2; i++)
        if (named[i] != 0 && holds(record(named[i]), at)) {
            fill(ret, START | LARGE | named[i], 0);
            return true;
        }
    return odd_find(ret, at, false);
}

struct block *block_find(uintptr_t at)
{
    struct live found;

    return live_find(&found, at) ? found.block : NULL;
}

void live_after_fork(void)
{
    for (size_t p = 0; p < PARTS; p++)
        atomic_store(&live.part[p], NULL);
    atomic_store(&live.blocks, 1);
    lock_init(&live.lock);
    live.free_blocks = NULL;
    live.odd = NULL;
    atomic_store(&live.n_odd, 0);
}
