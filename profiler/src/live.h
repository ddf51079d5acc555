/* SPDX-License-Identifier: Apache-2.0 */
/* Which blocks are live: a radix shadow of the address space with one word for 16 bytes of heap.
 *
 * The word of a block's first 16 bytes has its top bit set and says which counts the block belongs
 * to, or which struct block. No locks: who frees a block owns its words. */
#ifndef SHIM_LIVE_H
#define SHIM_LIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block.h"

struct lane;

struct live {
    uint32_t counts;     /* NC_COUNTS */
    size_t size;         /* as asked for */
    struct block *block; /* null when it is a small one */
};

/* Once. `roomy`: the allocator gives every block 32 bytes or more (glibc's). */
void live_init(bool roomy);

/* True when a block of that kind needs no struct block. */
bool live_is_small(uintptr_t at, size_t size);

/* Note a block; the second form makes a struct block for it, of which it sets at, size, counts and
 * self. False, null: no memory, or an address we have no words for. */
bool live_add_small(uintptr_t at, size_t size, uint32_t counts);
struct block *live_add(struct lane *lane, uintptr_t at, size_t size, uint32_t counts);

/* Take a block out by its first address; false when there is none. A struct block stays readable
 * until live_recycle(). */
bool live_take(struct live *ret, uintptr_t at);
void live_recycle(struct lane *lane, struct block *block);

/* Put back what live_take took, after a realloc that failed. */
void live_restore(const struct live *live, uintptr_t at);

/* The block that holds address `at`, also in its middle. */
bool live_find(struct live *ret, uintptr_t at);

/* The block with that index; null when it is none or not live. */
struct block *live_block(uint32_t index);
uint32_t live_blocks_end(void); /* one past the largest index in use */

/* There are many live blocks from now on. */
void live_is_large(void);

/* In a fork's child: nothing is live. */
void live_after_fork(void);

#endif
