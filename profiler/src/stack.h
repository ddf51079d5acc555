/* SPDX-License-Identifier: Apache-2.0 */
/* From where we are called to a node of the call tree: what an unwinder offers to the recorder. */
#ifndef SHIM_STACK_H
#define SHIM_STACK_H

#include <stdint.h>

enum stack_how { STACK_AUTO, STACK_FP, STACK_LIBUNWIND, STACK_NONE };

struct stack_options {
    enum stack_how how;
    uint32_t depth;      /* frames at most, counted from the innermost; the outer rest is cut */
    uint32_t self_check; /* compare every Nth stack with libunwind's; 0: never */
};

/* Once, before the first stack, and again in a fork's child. Inside the guard. 0, or -errno: then
 * stack_see() gives one-frame stacks. */
int stack_init(const struct stack_options *options);

/* A stack as a thread has met it. */
struct stack_seen {
    uint64_t hash;
    uint32_t node;   /* of the call tree; 0: the tree could not grow */
    uint32_t counts; /* the recorder's own: 0 when it is new */
};

/* The stack that begins with the caller of the hook.
 *
 *   frame   __builtin_frame_address(0) of the hook, which is built with a frame pointer: frame[0]
 *           is the caller's rbp, frame[1] the return address into the caller, frame + 2 words its
 *           stack pointer after the return. The frames from there outwards are the stack; the
 *           shim's own are not.
 *
 * Stacks hang from shim_self.base (0: the root), which may change between calls. Inside the guard,
 * on any thread, also in a signal handler that interrupted host code. What is returned is good
 * until this thread's next call; `room` is used where there is no memory. A stack met before may
 * come as new again. */
struct stack_seen *stack_see(const void *frame, struct stack_seen *room);

/* Its node alone. */
static inline uint32_t stack_node(const void *frame)
{
    struct stack_seen room;

    return stack_see(frame, &room)->node;
}

/* In the stack that this thread's last stack_see() saw: the canonical frame address of the frame
 * whose node is `node`. 0 when no frame of it is. Tells one call of a function from the next. */
uintptr_t stack_frame_address(uint32_t node);

/* Code was unloaded: rules and cached stacks of every thread are void. Inside the guard. */
void stack_flush(void);

/* Around a dlclose(): between the two nothing that was learned about code is trusted; the second is
 * also a stack_flush(). */
void stack_unload_begin(void);
void stack_unload_end(void);

/* The calling thread ends: give back shim_self.stack. Inside the guard. */
void stack_thread_done(void);

/* Figures for the header: backtraces taken, compared, found different. */
struct stack_figures {
    uint64_t unwound, checked, differences;
};
void stack_figures(struct stack_figures *ret);

/* The first difference that a self-check found, in words; "" when there was none. */
const char *stack_first_difference(void);

#endif
