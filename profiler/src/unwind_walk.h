/* SPDX-License-Identifier: Apache-2.0 */
/* One thread's walks up its stack.
 *
 * A backtrace is a pure function of (ip, sp, bp), of the unwind rules and of the stack words it
 * reads. So the last backtrace is kept, outermost frame first, with the list of words it stands on.
 * The next walk steps outwards only until it meets a frame it knows; then it compares the words on
 * which everything outside depends, in the order in which a walk would read them. All equal: the
 * rest is as it was. At the first that differs the real walk goes on from there. The saved rbp of a
 * frame is on the list only where a frame outside needs it; without frame pointers rbp is any
 * number and would spoil the comparison.
 *
 * Where stacks have little in common with the one before, stepping alone is cheaper: a walk
 * measures and switches. */
#ifndef UNWIND_WALK_H
#define UNWIND_WALK_H

#include <nocopy/profile_format.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tree.h"
#include "unwind_memory.h"
#include "unwind_rules.h"

/* A frame's address carries how it was found: tree_tag(ip, NC_NODE_EXACT or _GUESSED). */
#define FRAME_EXACT      tree_tag(0, NC_NODE_EXACT)
#define FRAME_GUESSED    tree_tag(0, NC_NODE_GUESSED)
#define FRAME_IP(tag)    ((tag) & ((UINT64_C(1) << 61) - 1))
#define FRAME_FLAGS(tag) ((uint32_t)((tag) >> 61))
#define WALK_DEPTH_MAX   1024 /* frames; more is more than anybody reads */

struct regs {
    uint64_t ip, sp, bp;
};

/* Word by word: a processor cannot hand what was just stored in words to a load of two at once. */
static inline void regs_set(struct regs *to, const struct regs *from)
{
    to->ip = from->ip;
    to->sp = from->sp;
    to->bp = from->bp;
}

/* Why a walk came to its end. */
enum walk_end {
    WALK_OUTERMOST, /* there is nothing outside */
    WALK_DEPTH,     /* as deep as was asked for; there is more */
    WALK_LOST,      /* what is outside cannot be told: no rules and no frame pointer */
    WALK_ODD        /* a rule for a full unwinder; never a cached end */
};

struct frame {
    struct regs at;
    uint64_t rule;
    uint64_t hash;     /* tree_mix() of this frame and all outside it, from 0 */
    uint32_t checks;   /* words that this frame and all outside it stand on */
    uint32_t needs_bp; /* what is outside depends on at.bp */
};

struct check {
    const uint64_t *at;
    uint64_t value;
};

struct walk {
    struct frame *frames;
    struct check *checks;
    uint64_t generation; /* of the rules by which frames were found */
    uint32_t len;        /* of frames; outermost first */
    uint32_t fresh_len;  /* innermost first; room for twice the depth */
    uint32_t depth;      /* frames wanted at most */
    uint32_t low;        /* how often of late little was reused */
    enum walk_end end;   /* of frames[0] (cached) or of the whole walk (fresh) */
    uint32_t plain_left; /* plain walks until reuse is measured again */
    struct frame *fresh;
    bool plain; /* the last walk stepped only: it is in fresh, not in frames */
    struct spans spans;
    uint32_t room;       /* of frames */
    uint64_t plain_hash; /* of a plain walk: frames only */
};

/* Once, before anything else. */
void walk_setup(void);

/* Bytes for a walk of `depth` frames at most, and its start in that zeroed memory. */
size_t walk_size(uint32_t depth);
struct walk *walk_init(void *memory, uint32_t depth);

/* Take the backtrace that begins with `start`. Afterwards walk_len() frames, walk_at(i) from the
 * innermost (0) on, walk->end. Inside the guard; the stack above start->sp must not change. */
void walk_take(struct walk *w, const struct regs *start);

static inline bool check_stands(const struct check *c) { return *c->at == c->value; }

/* From `c` down to `floor`, the first check that does not stand (the one below what is returned).
 * In eights: a loop of one by one is too long for its end to be foreseen by the processor. */
static inline const struct check *checks_stand(const struct check *c, const struct check *floor)
{
    while (c - floor >= 8 && check_stands(c - 1) && check_stands(c - 2) && check_stands(c - 3) &&
           check_stands(c - 4) && check_stands(c - 5) && check_stands(c - 6) &&
           check_stands(c - 7) && check_stands(c - 8))
        c -= 8;
    while (c > floor && check_stands(c - 1))
        c--;
    return c;
}

/* What the last walk stands on ends here, from the checks of its innermost frame down: null when it
 * does not stand on words alone. */
static inline const struct check *walk_floor(const struct walk *w)
{
    if (w->plain || w->len == 0)
        return NULL;
    if (w->len > w->depth)
        return w->checks + w->frames[w->len - 1 - w->depth].checks;
    return rule_kind(w->frames[0].rule) == CFI_END ? w->checks : NULL;
}

/* True when the stack that begins with `start` is that of the last walk_take(), by rules of
 * `generation`: then everything about it still holds. Without a step or a look-up; a false says
 * nothing. */
static inline bool walk_again(struct walk *w, const struct regs *start, uint64_t generation)
{
    const struct frame *top = &w->frames[w->len - 1];

    if (w->plain || w->len == 0 || w->generation != generation || top->at.sp != start->sp ||
        top->at.ip != start->ip || (top->needs_bp && top->at.bp != start->bp))
        return false;
    const struct check *floor = walk_floor(w);

    if (floor == NULL || checks_stand(w->checks + top->checks, floor) != floor)
        return false;
    w->low = 0;
    return true;
}

/* Step only, whatever the walk has learned about reuse. */
void walk_take_plain(struct walk *w, struct regs start);

/* By frame pointers alone, from the innermost frame on. */
void walk_take_fp(struct walk *w, struct regs start);

/* Frames of the last walk, no more than depth. */
static inline uint32_t walk_len(const struct walk *w)
{
    const uint32_t len = w->plain ? w->fresh_len : w->len;

    return len < w->depth ? len : w->depth;
}

static inline const struct frame *walk_at(const struct walk *w, uint32_t i)
{
    return w->plain ? &w->fresh[i] : &w->frames[w->len - 1 - i];
}

/* True when frames outside the last of walk_len() were left out or could not be found. */
static inline bool walk_cut(const struct walk *w)
{
    return w->end != WALK_OUTERMOST || (w->plain ? w->fresh_len : w->len) > w->depth;
}

/* Make walk_hash() know more than frame 0 after a plain walk. */
void walk_hash_all(struct walk *w);

/* The hash in the call tree of the path that ends with the i-th frame (0: the innermost) of the
 * last walk and begins with the last of walk_len() under a base whose hash is `seed`. */
uint64_t walk_hash(const struct walk *w, uint32_t i, uint64_t seed);

#endif
