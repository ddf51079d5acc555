/* SPDX-License-Identifier: Apache-2.0 */
/* What the hooks tell: one function an event. All inside the guard. `frame` is the hook's
 * __builtin_frame_address(0), `by` an enum nc_function. */
#ifndef SHIM_RECORD_H
#define SHIM_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "evidence.h"
#include "live.h"
#include "stack.h"

/* Around an allocation: the stack is looked up before, so that what is to be counted on is on its
 * way from memory while the allocator works. What the first returns (null: nothing is to be
 * counted) is for the second. `at` null: nothing happened. */
struct stack_seen *record_alloc_begin(const void *frame, struct stack_seen *room, size_t size);
void record_alloc_end(struct stack_seen *stack, void *at, size_t size, unsigned by);

/* The same once it has been made. */
void record_alloc(const void *frame, void *at, size_t size, unsigned by);

/* The same, from a signal handler that has returned: its stack is gone but for `ip`. */
void record_late(void *at, size_t size, unsigned by, uintptr_t ip);

/* A block is about to be freed (null: nothing happens). */
void record_free(const void *frame, void *at);

/* The same in two halves. When the first returns true, the block is out of the table, and the rest
 * is to be said with record_free_end() once it is gone: then what that needs is there. */
struct record_free {
    struct lane *lane;
    struct live was;
    bool temporary;
};
bool record_free_begin(const void *frame, struct record_free *ret, void *at);
void record_free_end(const struct record_free *r);

/* Around a realloc: the old block is taken out before, for another thread may get its address the
 * moment it is gone. */
struct record_realloc {
    struct live was;
    uintptr_t at;
    struct evidence_moving evidence;
    bool known;
};
void record_realloc_begin(const void *frame, struct record_realloc *ret, void *at, size_t size);
void record_realloc_end(const void *frame, struct record_realloc *r, void *now, size_t size,
                        unsigned by);

/* Mappings by the program itself. */
void record_map(const void *frame, void *at, size_t size, unsigned by);
void record_unmap(void *at, size_t size);

/* NC_COPY_MIN bytes or more are about to be copied, or filled. */
void record_copy(const void *frame, const void *dst, const void *src, size_t size, unsigned by);
void record_fill(const void *frame, const void *dst, size_t size);

/* Fewer than NC_COPY_MIN bytes by a hook, with the guard asked but not entered. */
void record_small_copy(size_t size);

void record_init(void);

#endif
