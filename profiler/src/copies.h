/* SPDX-License-Identifier: Apache-2.0 */
/* From which block to which block hooked copies went, and which sources were freed right after. */
#ifndef SHIM_COPIES_H
#define SHIM_COPIES_H

#include <stddef.h>
#include <stdint.h>

#include "block.h"
#include "lane.h"

void copies_init(void);

/* A copy with the lane's last stack is about to happen. Tells the two blocks; null: none, or small.
 */
void copies_note(struct lane *lane, uintptr_t dst, uintptr_t src, size_t size,
                 struct block **ret_dst, struct block **ret_src);

/* Bytes at `at` are about to be overwritten by a hook. */
void copies_written(uintptr_t at, size_t size);

/* The block is freed, while its call (block->call) is open or was just left. */
void copies_freed(struct block *block);

#endif
