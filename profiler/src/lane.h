/* SPDX-License-Identifier: Apache-2.0 */
/* What one thread counts, so that counting needs no lock: a lane is one thread's at a time, and
 * passes to a new thread when that one has ended. */
#ifndef SHIM_LANE_H
#define SHIM_LANE_H

#include <nocopy/profile_format.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guard.h"
#include "stack.h"

struct block;
struct call;
struct late;

enum { LATE_MOST = 128, LATE_SIZE = 32 }; /* late.c */

/* What every event needs stands first, on two cache lines. */
struct lane {
    int64_t live;  /* bytes allocated less bytes freed by this lane */
    int64_t limit; /* as long as live is at most this, no new peak is possible: peak.h */
    int64_t blocks;
    struct nc_lane *shared; /* the part in the file */
    struct nc_counts *last; /* the counts of this node are at hand: */
    uint32_t last_node;
    uint32_t last_index;  /* NC_COUNTS */
    uintptr_t last_block; /* the newest allocation, while nothing was allocated or freed since */
    uint32_t index;       /* NC_LANES */
    uint32_t ticks;       /* events since the clock was last read for the timeline */

    struct call *call;   /* the outermost call this thread is in, as of its last event */
    uint32_t last_scope; /* of the node, and where it was entered */
    uint32_t last_entry;
    uint32_t weight;     /* of the allocation under way: sample.h */
    uint32_t events;     /* small allocations, to pick every so many-th */
    bool call_seen;      /* call is known by the stacks of events, not by a mark or a thread */
    bool sampling;       /* sample_left is set */
    int64_t sample_left; /* bytes until the next sample: sample.h */
    int64_t counted;     /* of live, in the common sum */
    struct block *free_blocks; /* records to use next, by block.older */
    uint32_t n_free_blocks;
    uint32_t calm, calm_needed; /* peak.c */
    uint32_t spare, n_spare;    /* NC_COUNTS entries to use next */

    uint32_t call_serial; /* of call: when the call has another by now, it is over */
    uint32_t call_site;   /* node of the frame that called the scope's function */
    uintptr_t call_frame; /* frame address of the function */
    uint32_t marks;       /* depth of open marks */

    /* counts of nodes whose node.counts is another lane's: open addressing, key and value */
    struct lane_slot {
        uint32_t node, counts;
    } * slots;
    uint32_t n_slots, used_slots;

    struct late *late; /* LATE_MOST events of signal handlers that wait */
    struct lane *next; /* of the free ones */
    int32_t tid;
    uint64_t random;
    char **environment; /* room for exec's, see follow.c */
    size_t environment_room;
};

/* The calling thread's lane, made when it has none. Null when there is no memory left. Inside the
 * guard. */
struct lane *lane_get_slow(void);

static inline struct lane *lane_get(void)
{
    return __builtin_expect(shim_self.lane != NULL, 1) ? shim_self.lane : lane_get_slow();
}

/* The counts of a stack in this lane, made when new, with `by` (enum nc_function); that stack is
 * then the lane's last. When the file cannot grow any more they are entry 0, which nobody reads.
 * Inside the guard. */
struct nc_counts *lane_counts_slow(struct lane *lane, struct stack_seen *stack, unsigned by);

static inline struct nc_counts *lane_counts(struct lane *lane, struct stack_seen *stack,
                                            unsigned by)
{
    if (__builtin_expect(lane->last_node == stack->node && lane->last != NULL, 1))
        return lane->last;
    return lane_counts_slow(lane, stack, by);
}

/* The same of a node. */
struct nc_counts *lane_counts_of(struct lane *lane, uint32_t node, unsigned by);

/* Take `node` for the lane's last without an event of its own there. */
void lane_look(struct lane *lane, uint32_t node);

/* The calling thread ends. Inside the guard. */
void lane_give_back(void);

/* There is, or is about to be, a second thread. */
void lane_share(void);

/* For peak.c: the lock that orders lanes, and all of them. */
void lane_lock(void);
void lane_unlock(void);
uint32_t lane_number(void);
struct lane *lane_at(uint32_t i);

/* Add every lane's counters in the file to the header's, as at the end of the process. */
void lane_fold_all(void);

/* Once, and in a fork's child. */
void lane_init(void);

#endif
