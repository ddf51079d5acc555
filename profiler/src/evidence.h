/* SPDX-License-Identifier: Apache-2.0 */
/* Between the recorder and what looks into blocks: content checks (content.h) and the search for
 * untouched bytes (untouched.h). Inside the guard. Cheap where neither wants to know. */
#ifndef SHIM_EVIDENCE_H
#define SHIM_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "block.h"
#include "content.h"
#include "untouched.h"

struct options;

/* Once the profile is open, and again in a fork's child. */
void evidence_start(const struct options *options);

static inline bool evidence_wants(size_t size)
{
    return size >= content_floor || size >= untouched_floor;
}

/* A block came to be by an allocation; at, size, counts, scope, call and flags are set. */
void evidence_born(struct block *b);

/* It is about to be freed and still whole. */
void evidence_ending(struct block *b);

/* Around a realloc: what the old block's record held goes on to the new one's. Null: there is no
 * new record, for the block is gone or small now. */
struct evidence_moving {
    uint32_t content, untouched;
    size_t size;
    uintptr_t at;
};
void evidence_moving(struct evidence_moving *ret, struct block *old);
void evidence_moved(const struct evidence_moving *m, struct block *now);

/* A hooked copy is about to be made, from the middle of one block into another's (null: none).
 * `copy`: NC_COUNTS of the copying stack. */
void evidence_copying(const struct block *dst_block, uintptr_t dst, const struct block *src_block,
                      uintptr_t src, size_t size, uint32_t copy, uint32_t scope,
                      const struct call *call);

/* A call is over (its serial still set); its blocks are still linked. */
void evidence_call_ended(const struct call *call);

/* The program changes what may be done with its memory: before it makes some unreadable, after it
 * made some readable. */
void evidence_protected(const void *at, size_t size, bool readable);

/* The process ends: blocks that are left are looked at, figures go to the header. */
void evidence_process_ends(void);

#endif
