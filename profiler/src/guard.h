/* SPDX-License-Identifier: Apache-2.0 */
/* The line between the host and us. A hook does its own work only when shim_enter() says yes; until
 * the shim_leave() that follows, whatever this thread calls, and whatever a signal handler on top
 * of it does, goes straight to the real functions. */
#ifndef SHIM_GUARD_H
#define SHIM_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A hook that finds this thread busy was called by a signal handler on top of an event of ours, or
 * by what we call ourselves. */
enum shim_busy { SHIM_FREE, SHIM_EVENT, SHIM_INSIDE };

struct lane;
struct stack_thread;

/* What a thread keeps at hand. All zero for a thread we have not met. */
struct shim_thread {
    _Alignas(8) uint32_t busy; /* enum shim_busy */
    uint16_t late;             /* events of signal handlers that wait: late.h */
    uint16_t async;            /* the thread may be cancelled at any instruction: hooks_cancel.c */
    uint32_t base;             /* call-tree node that this thread's stacks hang from; 0: the root */
    struct lane *lane;         /* its counters; null until its first event */
    struct stack_thread *stack; /* the walker's; null until its first stack */
};

/* Initial-exec: a preloaded object has its TLS from the start, so that no access allocates. */
_Static_assert(offsetof(struct shim_thread, late) == 4 && offsetof(struct shim_thread, async) == 6,
               "busy, late and async are loaded as one");
extern __thread struct shim_thread shim_self
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* What may pass. It lives in a page that the kernel wipes in a fork's child, so a child made behind
 * our back (a bare clone) finds it shut and never writes into its parent's profile. */
struct shim_gate {
    uint32_t open;      /* the ends of blocks are recorded */
    uint32_t recording; /* everything is; 0 while paused */
    uint32_t copies;    /* copies are, while recording */
};
extern union shim_gate_page {
    struct shim_gate is;
    char page[4096];
} shim_gate __attribute__((visibility("hidden")));

/* Come up, or, in a fork's child that we did not see being made, start over. Returns whether
 * shim_gate.is.open. */
bool shim_wake(void) __attribute__((visibility("hidden"), cold));

/* A thread that is cancelled while it holds a lock of ours would hold it for ever: for the time of
 * an event it cannot be. */
void cancel_hold(void) __attribute__((visibility("hidden"), cold));

static inline bool shim_busy(void)
{
    shim_self.busy = SHIM_EVENT;
    __asm__ volatile("" ::: "memory"); /* a handler on this thread must see it in this order */
    if (__builtin_expect(shim_self.async != 0, 0))
        cancel_hold();
    return true;
}

/* Serves what is late, and lets the thread be cancelled again. */
void shim_left(void) __attribute__((visibility("hidden"), cold));
void late_serve(void) __attribute__((visibility("hidden"), cold)); /* late.h */

/* Is this thread at an event of ours? If not, no event may overtake those that wait: a handler may
 * come between the end of an event and the serving of what waited for it. */
static inline bool shim_is_busy(void)
{
    uint64_t all; /* busy, late, async: 0 nearly always, so one load */

    __builtin_memcpy(&all, &shim_self.busy, sizeof all);
    if (__builtin_expect(all == 0, 1))
        return false;
    if (shim_self.busy)
        return true;
    if (shim_self.late != 0)
        late_serve();
    return false;
}

/* For what begins: an allocation, a copy. */
static inline bool shim_enter(void)
{
    if (shim_is_busy())
        return false;
    if (__builtin_expect(!shim_gate.is.recording, 0) && !(shim_wake() && shim_gate.is.recording))
        return false;
    return shim_busy();
}

/* For what ends, also while paused. */
static inline bool shim_enter_end(void)
{
    if (shim_is_busy())
        return false;
    if (__builtin_expect(!shim_gate.is.open, 0) && !shim_wake())
        return false;
    return shim_busy();
}

static inline void shim_leave(void)
{
    __asm__ volatile("" ::: "memory");
    shim_self.busy = SHIM_FREE;
    __asm__ volatile("" ::: "memory");
    uint32_t late_and_async;

    __builtin_memcpy(&late_and_async, &shim_self.late, sizeof late_and_async);
    if (__builtin_expect(late_and_async != 0, 0))
        shim_left();
}

#endif
