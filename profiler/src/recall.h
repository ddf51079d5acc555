/* SPDX-License-Identifier: Apache-2.0 */
/* The stacks a thread met of late, each with the words of memory it stands on (unwind_walk.h): as
 * long as those are what they were, the stack is the same and needs neither a walk nor a look-up.
 * The last walk alone serves a program that allocates again and again from one place; this serves
 * those that take turns between some hundred places.
 *
 * Words are compared from the innermost outwards, as a walk would read them: nothing is read that
 * the walk would not. Where too few stacks come again, nothing is kept or asked for a while. */
#ifndef SHIM_RECALL_H
#define SHIM_RECALL_H

#include <stdint.h>

#include "stack.h"
#include "unwind_walk.h"

enum { RECALL_WAYS = 2, RECALL_SET_BITS = 10 };

struct recall {
    uint32_t skip;         /* so many stacks until it is asked again */
    uint32_t skip_next;    /* as many when it fails again */
    uint32_t asked, known; /* since it was last judged */
    uint64_t start, at;    /* bytes of `kept` ever used: by this thread since the last clearing */
    char *kept;            /* entries, one behind the other, the oldest overwritten */
    uint64_t heads[1 << RECALL_SET_BITS][RECALL_WAYS]; /* the place of an entry and its tag */
};

/* The memory of a recall, for recall_init(). */
uint64_t recall_size(void);
void recall_init(struct recall *r);

/* Forget all. */
void recall_clear(struct recall *r);

/* Names the stack that begins with `start`: the address, where the stack is, and the caller's
 * caller as far as it can be told in one step. */
uint64_t recall_name(struct walk *w, const struct regs *start);

/* The stack of that name, of `base`, that begins with `start`; null when it is not known, or does
 * not stand any more. */
struct stack_seen *recall_find(struct recall *r, uint64_t name, const struct regs *start,
                               uint32_t base);

/* Keep what the last walk found, known to the recorder as `seen`. */
void recall_keep(struct recall *r, uint64_t name, const struct walk *w, const struct regs *start,
                 uint32_t base, const struct stack_seen *seen);

#endif
