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
#include "recall.h"
#include "tree.h"
#include "unwind_check.h"
#include "unwind_libunwind.h"
#include "unwind_rules.h"
#include "unwind_walk.h"

/* A thread's table of stacks at first, and as large as it is kept for the next thread. */
enum { FIRST_SEEN = 256, KEPT_SEEN = 1024 };

/* Walks of a thread before it gets a struct recall, and stacks for which it does without after one
 * was wanted as a walk. */
enum { RECALL_FROM = 64, RECALL_REST = 256 };

struct stack_thread {
    struct walk *walk;
    struct stack_seen *last; /* the stack of the last walk_take(); null: of no use */
    uint32_t base;
    uint32_t until_check; /* stacks until the next is compared */
    uint64_t unwound;
    struct regs start;
    uint64_t generation; /* of the rules, by which `seen` holds */
    uint64_t seed;       /* tree_seed(base) */
    /* Stacks seen and their nodes: open addressing by the hash. An event so finds all it needs in
     * one place, and not in the tree. What does not fit in is looked up in the tree again. */
    struct stack_seen *seen;
    uint32_t seen_mask, seen_used;
    uint32_t seen_shift; /* 64 - log2(slots) */
    struct {
        uint64_t hash; /* of the frame stack_frame_address() found last, and where */
        uint32_t node, index;
    } found;
    struct recall *recall; /* null: not yet, or no memory */
    uint32_t walks;        /* until it is made */
    bool behind;           /* the last stack came from `recall`: the walk is of an earlier one */
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

static size_t seen_size(const struct stack_thread *t)
{
    return t->seen == NULL ? 0 : (t->seen_mask + (size_t)1) * sizeof *t->seen;
}

static void seen_set(struct stack_thread *t, struct stack_seen *table, uint32_t slots)
{
    t->seen = table;
    t->seen_mask = slots - 1;
    t->seen_shift = (uint32_t)(64 - __builtin_ctz(slots));
}

static struct stack_seen *seen_slot(const struct stack_thread *t, uint64_t hash)
{
    size_t i = hash >> t->seen_shift;

    while (t->seen[i].node != 0 && t->seen[i].hash != hash)
        i = (i + 1) & t->seen_mask;
    return &t->seen[i];
}

/* False: it stays as it is. */
static bool seen_grow(struct stack_thread *t)
{
    const struct stack_thread old = {.seen = t->seen, .seen_mask = t->seen_mask};
    const uint32_t slots = t->seen == NULL ? FIRST_SEEN : (t->seen_mask + 1) * 2;
    struct stack_seen *table = slots == 0 ? NULL : arena_alloc(slots * sizeof *table);

    if (table == NULL)
        return false;
    seen_set(t, table, slots);
    for (uint32_t i = 0; old.seen != NULL && i <= old.seen_mask; i++)
        if (old.seen[i].node != 0)
            *seen_slot(t, old.seen[i].hash) = old.seen[i];
    arena_free(old.seen, seen_size(&old));
    return true;
}

static void seen_clear(struct stack_thread *t)
{
    if (t->seen != NULL)
        memset(t->seen, 0, seen_size(t));
    t->seen_used = 0;
    t->last = NULL;
}

static void thread_reset(struct stack_thread *t)
{
    void *wide = t->wide;
    struct stack_seen *seen = t->seen;
    const uint32_t slots = t->seen_mask + 1;

    memset(t, 0, sizeof *t + sizeof(struct walk));
    t->wide = wide;
    if (seen != NULL) {
        seen_set(t, seen, slots);
        seen_clear(t);
    }
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
    if (t->seen != NULL && t->seen_mask >= KEPT_SEEN) {
        arena_free(t->seen, seen_size(t));
        t->seen = NULL;
    }
    arena_free(t->recall, recall_size());
    t->recall = NULL;
    if (stacks.idle_len < IDLE_MAX) {
        t->next = stacks.idle;
        stacks.idle = t;
        stacks.idle_len++;
        t = NULL;
    }
    lock_drop(&stacks.lock);
    if (t) {
        arena_free(t->seen, seen_size(t));
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
        walk_take(t->walk, &t->start);
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

/* The i-th frame as a step inwards in the tree. */
static struct tree_step step_to(const struct stack_thread *t, uint32_t i)
{
    const struct walk *w = t->walk;
    const uint64_t tag = walk_at(w, i)->at.ip;
    const bool cut = i == walk_len(w) - 1 && walk_cut(w);

    return (struct tree_step){.hash = walk_hash(w, i, t->seed),
                              .ip = FRAME_IP(tag),
                              .flags = FRAME_FLAGS(tag) | (cut ? NC_NODE_CUT : 0)};
}

static uint32_t find(const struct stack_thread *t, uint32_t i)
{
    return tree_find(walk_hash(t->walk, i, t->seed), FRAME_IP(walk_at(t->walk, i)->at.ip));
}

/* The innermost frame that the tree has, its node in *ret_node: walk_len() and the base when it has
 * none. What the walk before left of its own is there nearly always, so begin with that. */
static uint32_t known_part(const struct stack_thread *t, uint32_t *ret_node)
{
    const struct walk *w = t->walk;
    const uint32_t len = walk_len(w);
    uint32_t i = w->fresh_len < len && !w->plain ? w->fresh_len : len, node = t->base;
    const uint32_t at_boundary = i < len ? find(t, i) : 0;

    if (at_boundary != 0 || i == len) {
        node = at_boundary != 0 ? at_boundary : t->base;
        for (uint32_t inner; i > 0 && (inner = find(t, i - 1)) != 0; i--)
            node = inner;
        *ret_node = node;
        return i;
    }
    while (++i < len) {
        const uint32_t found = find(t, i);

        if (found != 0) {
            *ret_node = found;
            return i;
        }
    }
    *ret_node = t->base;
    return len;
}

/* The path is not known as a whole: make what is missing of it. */
static uint32_t insert(struct stack_thread *t)
{
    struct tree_step step[TREE_RUN];
    uint32_t node, i;

    walk_hash_all(t->walk);
    for (uint32_t k = 1; k < TREE_RUN && k < t->walk->fresh_len && k < walk_len(t->walk); k++)
        tree_expect(walk_hash(t->walk, k, t->seed));
    i = known_part(t, &node);
    while (i > 0) {
        size_t n = 0;

        while (i > 0 && n < TREE_RUN)
            step[n++] = step_to(t, --i);
        node = tree_insert(node, step, n);
        if (node == 0)
            return 0;
    }
    return node;
}

static struct stack_seen *intern(struct stack_thread *t, struct stack_seen *room)
{
    const uint64_t hash = walk_hash(t->walk, 0, t->seed);
    struct stack_seen *s = t->seen == NULL ? room : seen_slot(t, hash);
    uint32_t node;

    if (s != room && s->node != 0)
        return s;
    node = find(t, 0);
    if (node == 0)
        node = insert(t);
    if (t->seen == NULL || t->seen_used >= t->seen_mask / 3 * 2) {
        if (seen_grow(t))
            s = seen_slot(t, hash);
        else if (t->seen_used >= t->seen_mask / 8 * 7)
            s = room;
    }
    *s = (struct stack_seen){.hash = hash, .node = node};
    t->seen_used += s != room && node != 0;
    return s;
}

/* Without memory for a walk: the caller alone. */
static struct stack_seen *caller_only(uint64_t ip, struct stack_seen *room)
{
    const uint32_t base = shim_self.base;
    const uint64_t hash = tree_mix(tree_seed(base), tree_tag(ip, NC_NODE_CUT));
    const uint32_t node = tree_find(hash, ip);

    *room = (struct stack_seen){hash, node, 0};
    if (node == 0)
        room->node = tree_insert(base, &(struct tree_step){hash, ip, NC_NODE_CUT}, 1);
    return room;
}

static void refresh(struct stack_thread *t, uint64_t generation)
{
    seen_clear(t);
    t->found.node = 0;
    t->generation = generation;
    if (t->recall != NULL)
        recall_clear(t->recall);
}

/* Is it to be asked for the stack that comes now? */
static bool may_recall(struct stack_thread *t)
{
    if (t->recall != NULL) {
        if (t->recall->skip == 0)
            return true;
        t->recall->skip--;
        return false;
    }
    if (stacks.options.how != STACK_AUTO || t->walks == UINT32_MAX || ++t->walks < RECALL_FROM)
        return false;
    t->recall = arena_alloc(recall_size());
    t->walks = UINT32_MAX; /* once: without memory it stays without */
    if (t->recall != NULL)
        recall_init(t->recall);
    return t->recall != NULL;
}

/* A recalled stack is due to be compared: what a walk finds must be it. */
__attribute__((noinline)) static void check_recalled(struct stack_thread *t,
                                                     const struct stack_seen *recalled)
{
    take(t);
    t->behind = false;
    t->last = NULL;
    check(t);
    if (walk_hash(t->walk, 0, t->seed) != recalled->hash)
        check_differs(t->walk);
}

/* A stack that is not the one before. */
__attribute__((noinline)) static struct stack_seen *
another(struct stack_thread *t, uint64_t generation, struct stack_seen *room)
{
    struct stack_seen *ret;

    if (t->generation != generation)
        refresh(t, generation);
    if (t->base != shim_self.base) {
        t->base = shim_self.base;
        t->seed = tree_seed(t->base);
    }
    const bool recalls = may_recall(t) && !rules_unsettled();
    const uint64_t name = recalls ? recall_name(t->walk, &t->start) : 0;

    if (recalls && (ret = recall_find(t->recall, name, &t->start, t->base)) != NULL) {
        t->behind = true;
        if (__builtin_expect(t->until_check != 0, 0) && --t->until_check == 0)
            check_recalled(t, ret);
        return ret;
    }
    take(t);
    t->behind = false;
    check_if_due(t);
    ret = intern(t, room);
    t->last = ret == room || ret->node == 0 ? NULL : ret;
    if (recalls && t->last != NULL)
        recall_keep(t->recall, name, t->walk, &t->start, t->base, ret);
    return ret;
}

struct stack_seen *stack_see(const void *frame, struct stack_seen *room)
{
    const uint64_t *words = frame;
    const struct regs start = {words[1], (uint64_t)(uintptr_t)(words + 2), words[0]};
    const uint64_t generation =
        atomic_load_explicit(&rules_shared.generation, memory_order_acquire);
    struct stack_thread *t = shim_self.stack;

    if (__builtin_expect(!t, 0)) {
        t = thread_new();
        if (!t)
            return caller_only(words[1], room);
    }
    t->unwound++;
    regs_set(&t->start, &start);
    if (t->last && t->base == shim_self.base && !rules_unsettled() &&
        walk_again(t->walk, &start, generation)) {
        t->behind = false;
        check_if_due(t);
        return t->last;
    }
    return another(t, generation, room);
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
    if (t->behind) { /* and it may well be asked of the next stack, too */
        take(t);
        t->behind = false;
        t->last = NULL;
        t->recall->skip = RECALL_REST;
    }
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
