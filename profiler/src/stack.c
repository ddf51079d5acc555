/* SPDX-License-Identifier: Apache-2.0 */
#include "stack.h"

#include <dlfcn.h>
#include <errno.h>
#include <nocopy/profile_format.h>
#include <string.h>

#include "arena.h"
#include "guard.h"
#include "lock.h"
#include "real.h"
#include "tree.h"
#include "unwind_check.h"
#include "unwind_libunwind.h"
#include "unwind_rules.h"
#include "unwind_walk.h"

/* Stacks seen of late and their nodes: most events have one of them. */
enum { RECENT_BITS = 9, RECENT = 1 << RECENT_BITS };

struct recent {
    uint64_t hash;
    uint32_t node;
};

struct stack_thread {
    struct walk *walk;
    uint64_t seed;       /* tree_seed(base) */
    uint64_t generation; /* of the rules, by which `recent` holds */
    uint32_t base;
    uint32_t last;        /* node of the last walk_take(); 0: of no use */
    uint32_t until_check; /* stacks until the next is compared */
    uint64_t unwound;
    struct regs start;
    struct {
        uint64_t hash; /* of the frame stack_frame_address() found last, and where */
        uint32_t node, index;
    } found;
    struct recent recent[RECENT];
    struct stack_thread *next, *previous; /* threads alive, or the idle ones */
    void *wide;                           /* struct wide, made when it is first needed */
};

/* What libunwind's walks are written to. */
struct wide {
    struct libunwind_room room;
    struct regs frames[];
};

/* Threads' memory kept for those to come. */
enum { IDLE_MAX = 16 };

static struct {
    struct stack_options options;
    bool ready;
    struct lock lock; /* over all below */
    struct stack_thread *alive, *idle;
    uint32_t idle_len;
    uint64_t unwound; /* by threads that are no more */
} stacks;

static size_t thread_size(void)
{
    return sizeof(struct stack_thread) + walk_size(stacks.options.depth);
}

static size_t wide_size(void)
{
    return sizeof(struct wide) +
           (stacks.options.depth + LIBUNWIND_SHIM_FRAMES) * sizeof(struct regs);
}

int stack_init(const struct stack_options *options)
{
    const bool again = stacks.ready;

    stacks.ready = false;
    stacks.options = *options;
    if (stacks.options.depth < 1)
        stacks.options.depth = 1;
    if (stacks.options.depth > WALK_DEPTH_MAX)
        stacks.options.depth = WALK_DEPTH_MAX;
    lock_init(&stacks.lock);
    stacks.alive = stacks.idle = NULL; /* a parent's: our copy of them is never touched again */
    stacks.idle_len = 0;
    stacks.unwound = 0;
    shim_self.stack = NULL;
    if (again) {
        rules_after_fork();
        libunwind_after_fork();
        check_after_fork();
    } else {
        walk_setup();
        if (!rules_init())
            return -ENOMEM;
        if (stacks.options.how != STACK_NONE && stacks.options.how != STACK_FP &&
            !libunwind_open(dlopen) && stacks.options.how == STACK_LIBUNWIND)
            stacks.options.how = STACK_AUTO;
    }
    stacks.ready = true;
    return 0;
}

static void thread_reset(struct stack_thread *t)
{
    void *wide = t->wide;

    memset(t, 0, sizeof *t + sizeof(struct walk));
    t->wide = wide;
    t->walk = walk_init(t + 1, stacks.options.depth);
    t->seed = tree_seed(0);
    t->until_check = stacks.options.self_check;
}

static struct stack_thread *thread_new(void)
{
    struct stack_thread *t;

    if (!stacks.ready)
        return NULL;
    lock_take(&stacks.lock);
    t = stacks.idle;
    if (t) {
        stacks.idle = t->next;
        stacks.idle_len--;
    }
    lock_drop(&stacks.lock);
    if (!t)
        t = arena_alloc(thread_size());
    if (!t)
        return NULL;
    thread_reset(t);
    lock_take(&stacks.lock);
    t->next = stacks.alive;
    if (t->next)
        t->next->previous = t;
    stacks.alive = t;
    lock_drop(&stacks.lock);
    shim_self.stack = t;
    return t;
}

void stack_thread_done(void)
{
    struct stack_thread *t = shim_self.stack;

    if (!t)
        return;
    shim_self.stack = NULL;
    lock_take(&stacks.lock);
    stacks.unwound += t->unwound;
    if (t->next)
        t->next->previous = t->previous;
    if (t->previous)
        t->previous->next = t->next;
    else
        stacks.alive = t->next;
    if (stacks.idle_len < IDLE_MAX) {
        t->next = stacks.idle;
        stacks.idle = t;
        stacks.idle_len++;
        t = NULL;
    }
    lock_drop(&stacks.lock);
    if (t) {
        arena_free(t->wide, wide_size());
        arena_free(t, thread_size());
    }
}

static struct wide *wide_of(struct stack_thread *t)
{
    if (!t->wide)
        t->wide = arena_alloc(wide_size());
    return t->wide;
}

/* The frames in `from` become the thread's last walk. */
static void walk_set(struct stack_thread *t, const struct regs *from, size_t len, bool ended)
{
    struct walk *w = t->walk;
    const struct rules rules = rules_now();

    w->plain = true;
    w->len = 0;
    w->fresh_len = (uint32_t)len;
    w->plain_hash = 0;
    w->end = ended ? WALK_OUTERMOST : WALK_LOST;
    for (size_t i = 0; i < len; i++) {
        w->fresh[i].at = from[i];
        if (i > 0 && rule_kind(rules_get(&rules, FRAME_IP(from[i - 1].ip) - 1)) == CFI_SIGNAL)
            w->fresh[i].at.ip |= FRAME_EXACT;
    }
    walk_hash_all(w);
    w->plain_hash = len > 0 ? w->fresh[0].hash : 0;
}

/* Our rules came to a frame that is beyond them: have all of it from libunwind. */
static void take_odd(struct stack_thread *t)
{
    struct wide *wide = wide_of(t);
    bool ended;
    size_t len;

    if (!wide)
        return;
    len = libunwind_step(&wide->room, t->start, wide->frames, stacks.options.depth, &ended);
    if (len > walk_len(t->walk))
        walk_set(t, wide->frames, len, ended);
}

/* NOCOPY_UNWIND=libunwind. */
static void take_libunwind(struct stack_thread *t)
{
    struct wide *wide = wide_of(t);
    const uint32_t depth = stacks.options.depth;
    void **ips;
    size_t len = 0;

    if (wide) {
        ips = (void **)wide->frames;
        len = libunwind_backtrace(t->start, ips, depth + LIBUNWIND_SHIM_FRAMES);
        /* from the last on: a frame is three words, so nothing is overwritten before it is read */
        for (size_t i = len; i-- > 0;)
            wide->frames[i] = (struct regs){.ip = (uint64_t)(uintptr_t)ips[i]};
    }
    if (len == 0)
        walk_take_plain(t->walk, t->start);
    else
        walk_set(t, wide->frames, len < depth ? len : depth, len <= depth);
}

static void take(struct stack_thread *t)
{
    switch (stacks.options.how) {
    case STACK_FP:
        walk_take_fp(t->walk, t->start);
        break;
    case STACK_LIBUNWIND:
        take_libunwind(t);
        break;
    case STACK_NONE:
        walk_set(t, &t->start, 1, false);
        break;
    default:
        walk_take(t->walk, t->start);
        if (__builtin_expect(t->walk->end == WALK_ODD, 0) && libunwind_is_open())
            take_odd(t);
    }
}

__attribute__((noinline)) static void check(struct stack_thread *t)
{
    struct wide *wide = wide_of(t);
    bool ended;
    size_t len;

    t->until_check = stacks.options.self_check;
    if (!wide)
        return;
    len = libunwind_step(&wide->room, t->start, wide->frames, stacks.options.depth, &ended);
    if (len > 0)
        check_compare(t->walk, wide->frames, len, ended);
}

static inline void check_if_due(struct stack_thread *t)
{
    if (__builtin_expect(t->until_check != 0, 0) && --t->until_check == 0)
        check(t);
}

/* The path is not known as a whole: find the longest outer part that is and make the rest. */
static uint32_t insert(struct stack_thread *t)
{
    struct walk *w = t->walk;
    const uint32_t len = walk_len(w);
    uint64_t hash = t->seed;
    uint32_t node = t->base, i = 0;

    walk_hash_all(w);
    while (++i < len) {
        const uint64_t outer = walk_hash(w, i, t->seed);
        const uint32_t found = tree_find(outer, FRAME_IP(walk_at(w, i)->at.ip));

        if (found) {
            node = found;
            hash = outer;
            break;
        }
    }
    while (i-- > 0) {
        const uint64_t tag = walk_at(w, i)->at.ip;
        const uint32_t flags = FRAME_FLAGS(tag) | (i == len - 1 && walk_cut(w) ? NC_NODE_CUT : 0);

        hash = tree_mix(hash, tree_tag(FRAME_IP(tag), flags));
        node = tree_insert(hash, node, FRAME_IP(tag), flags);
        if (!node)
            return 0;
    }
    return node;
}

static uint32_t intern(struct stack_thread *t)
{
    const uint64_t hash = walk_hash(t->walk, 0, t->seed);
    struct recent *r = &t->recent[hash >> (64 - RECENT_BITS)];
    uint32_t node;

    if (r->hash == hash && r->node)
        return r->node;
    node = tree_find(hash, FRAME_IP(walk_at(t->walk, 0)->at.ip));
    if (!node)
        node = insert(t);
    *r = (struct recent){hash, node};
    return node;
}

/* Without memory for a walk: the caller alone. */
static uint32_t caller_only(uint64_t ip)
{
    const uint32_t base = shim_self.base;
    const uint64_t hash = tree_mix(tree_seed(base), tree_tag(ip, NC_NODE_CUT));
    const uint32_t node = tree_find(hash, ip);

    return node ? node : tree_insert(hash, base, ip, NC_NODE_CUT);
}

static void refresh(struct stack_thread *t, uint64_t generation)
{
    memset(t->recent, 0, sizeof t->recent);
    t->last = 0;
    t->found.node = 0;
    t->generation = generation;
}

/* A stack that is not the one before. */
__attribute__((noinline)) static uint32_t another(struct stack_thread *t, uint64_t generation)
{
    if (t->generation != generation)
        refresh(t, generation);
    if (t->base != shim_self.base) {
        t->base = shim_self.base;
        t->seed = tree_seed(t->base);
    }
    take(t);
    check_if_due(t);
    t->last = intern(t);
    return t->last;
}

uint32_t stack_node(const void *frame)
{
    const uint64_t *words = frame;
    const struct regs start = {words[1], (uint64_t)(uintptr_t)(words + 2), words[0]};
    const uint64_t generation =
        atomic_load_explicit(&rules_shared.generation, memory_order_acquire);
    struct stack_thread *t = shim_self.stack;

    if (__builtin_expect(!t, 0)) {
        t = thread_new();
        if (!t)
            return caller_only(words[1]);
    }
    t->unwound++;
    t->start = start;
    if (t->last && t->base == shim_self.base && !rules_unsettled() &&
        walk_again(t->walk, &start, generation)) {
        check_if_due(t);
        return t->last;
    }
    return another(t, generation);
}

/* The CFA of the i-th frame: the stack pointer of the one outside it. */
static uintptr_t cfa_at(const struct walk *w, uint32_t i)
{
    const uint32_t all = w->plain ? w->fresh_len : w->len;

    return (uintptr_t)walk_at(w, i + 1 < all ? i + 1 : i)->at.sp;
}

uintptr_t stack_frame_address(uint32_t node)
{
    struct stack_thread *t = shim_self.stack;
    struct walk *w;
    uint32_t len;

    if (!t || !node)
        return 0;
    w = t->walk;
    len = walk_len(w);
    if (stacks.options.how == STACK_LIBUNWIND) /* it gave no stack pointers */
        walk_take_plain(w, t->start);
    /* Counted from the outermost, a frame keeps its place from event to event. */
    if (node == t->found.node && !w->plain && t->found.index < w->len &&
        w->frames[t->found.index].hash == t->found.hash)
        return cfa_at(w, w->len - 1 - t->found.index);
    walk_hash_all(w);
    for (uint32_t i = 0; i < len; i++) {
        if (tree_find(walk_hash(w, i, t->seed), FRAME_IP(walk_at(w, i)->at.ip)) != node)
            continue;
        t->found.node = 0;
        if (!w->plain && !walk_cut(w)) {
            t->found.node = node;
            t->found.index = w->len - 1 - i;
            t->found.hash = w->frames[t->found.index].hash;
        }
        return cfa_at(w, i);
    }
    return 0;
}

void stack_flush(void) { rules_flush(); }
void stack_unload_begin(void) { rules_unload_begin(); }
void stack_unload_end(void) { rules_unload_end(); }

const char *stack_first_difference(void) { return check_first(); }

void stack_figures(struct stack_figures *ret)
{
    ret->unwound = 0;
    lock_take(&stacks.lock);
    ret->unwound = stacks.unwound;
    for (const struct stack_thread *t = stacks.alive; t; t = t->next)
        ret->unwound += t->unwound;
    lock_drop(&stacks.lock);
    ret->checked = check_count();
    ret->differences = check_differences();
}
