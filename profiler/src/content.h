/* SPDX-License-Identifier: Apache-2.0 */
/* What equals what: blocks are compared by their bytes, so that copies which no hook sees, and
 * duplicates which nobody copied, come to light. See docs for the method.
 *
 * The recorder tells of every block from min_block on: born, about to be freed, moved; of every
 * hooked copy; of the end of an outermost call. What is found goes to setup.found().
 *
 * Everything here is called inside the guard. Threads may call at once: a lock of our own orders
 * them. Only memory between content_born() and content_freeing() of a block is ever read, and
 * content_freeing() does not return while somebody reads it. */
#ifndef SHIM_CONTENT_H
#define SHIM_CONTENT_H

#include <nocopy/profile_format.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

struct content_setup {
    enum options_content mode;
    size_t min_block;        /* the smallest block and the smallest range that count */
    unsigned budget_percent; /* of the process's CPU time, when mode is CONTENT_ON */
    /* One pair of ranges: `pairs` is 1. Called with our lock held: add it up and return. */
    void (*found)(const struct nc_match *match);
    /* Where the stack of these NC_COUNTS ends: the allocating call; null: each its own place. */
    uintptr_t (*place)(uint32_t counts);
};

struct content_birth {
    void *at;
    size_t size;
    uint32_t counts; /* NC_COUNTS of the allocation */
    uint32_t scope;  /* NC_SCOPES, outermost; 0: none */
    uint32_t call;   /* serial of the outermost call; 0: outside any */
    bool fresh;      /* its pages were never written before (fresh mapping): nothing stale in it */
    bool zeroed;     /* by calloc */
    bool optional;   /* no calls are expected: when small it may be left out for want of time */
};

struct content_figures {
    uint64_t ns, bytes, skipped_bytes;
};

/* Once, and again in a fork's child, where everything known is forgotten. */
void content_start(const struct content_setup *setup);

/* The smallest size worth a call of content_born(); SIZE_MAX when content checks are off. */
extern size_t content_floor __attribute__((visibility("hidden")));

/* A block of content_floor bytes or more came to be. Returns a handle to keep with it, 0 when we do
 * not follow it. */
uint32_t content_born(const struct content_birth *birth);

/* The block is about to be freed, and still whole: the last chance to look. The handle is void
 * afterwards. */
void content_freeing(uint32_t handle);

/* Around a realloc of a followed block: content_moving() before, then content_moved() with what
 * became of it (the same handle is returned, or 0 when the block is now below the floor). A failed
 * realloc is a move to where it was. */
void content_moving(uint32_t handle);
uint32_t content_moved(uint32_t handle, const struct content_birth *now);

/* `size` bytes are about to be copied by a hooked call, from inside one followed block into
 * another. `copy` is the NC_COUNTS of the copying stack. */
void content_copying(uint32_t dst_handle, const void *dst, uint32_t src_handle, const void *src,
                     size_t size, uint32_t copy, uint32_t scope, uint32_t call);

/* The outermost call `call` is over: what it left behind is looked at. */
void content_call_ended(uint32_t call);

/* The program made [at, at + size) unreadable, or readable again. */
void content_protected(const void *at, size_t size, bool readable);

/* False when some of it was made unreadable. */
bool content_may_read(const void *at, size_t size);

/* The process ends: the blocks that are left are looked at. Nothing is looked at afterwards. */
void content_end(void);

void content_figures(struct content_figures *ret);

#endif
