/* SPDX-License-Identifier: Apache-2.0 */
/* Outermost calls of scopes: when one begins and ends, and what it allocated.
 *
 * A call by function name is seen only through the stacks of events: it begins with the first one
 * inside the function, and ends when its thread has an event outside it or in another frame of it.
 * Two calls from one place with nothing in between look like one; marks (mark.h) tell exactly. */
#ifndef SHIM_CALLS_H
#define SHIM_CALLS_H

#include <stdint.h>

#include "block.h"
#include "lane.h"
#include "profile.h"

struct nc_seen;

/* The open call that an event belongs to whose stack is the lane's last (lane->last_node); opens
 * and closes as needed. Null: in none. */
struct call *calls_enter_slow(struct lane *lane);

static inline struct call *calls_enter(struct lane *lane)
{
    if (__builtin_expect(lane->last_scope == 0 && lane->call == NULL, 1))
        return NULL;
    return calls_enter_slow(lane);
}

/* The lane's call is over. */
void calls_leave(struct lane *lane);

/* A free takes no stack, but `frame` (its hook's) tells enough: when it is called from no deeper
 * than where the function of the lane's call was called from, that call has returned. But one that
 * ends in free(x) jumps there: then free returns to where the function would have. */
static inline void calls_return(struct lane *lane, const void *frame)
{
    enum { ANOTHER_STACK = 1 << 20 };
    const uintptr_t above = (uintptr_t)frame + 2 * sizeof(void *) - lane->call_frame;

    if (__builtin_expect(lane->call_seen, 0) && above < ANOTHER_STACK &&
        (above != 0 || ((const uintptr_t *)frame)[1] != profile_node(lane->call_site)->ip))
        calls_leave(lane);
}

/* A block was allocated in `call`, or one of its blocks is freed (or moves). */
void calls_allocated(struct call *call, struct block *block);
/* True when its call was still open. */
bool calls_freed(struct block *block);
void calls_copied(struct call *call, uint64_t size);

/* What a block's allocation looked at: bytes found untouched. */
void calls_untouched(struct block *block, uint64_t size);

/* mark.h */
void calls_mark_begin(const void *frame, const char *name, int mode, uint64_t combos);
int calls_mark_end(struct nc_seen *ret, size_t ret_size);

/* pthread_create: what the new thread has to know, null when nothing; the new thread takes it. */
struct call_passed *calls_pass(const void *frame);
void calls_take(struct call_passed *passed);
void calls_pass_free(struct call_passed *passed); /* no thread came to be */

/* The thread ends; the process ends: open calls are over (NC_CALLS_OPEN). */
void calls_thread_done(struct lane *lane);
void calls_process_done(void);

void calls_init(void);

#endif
