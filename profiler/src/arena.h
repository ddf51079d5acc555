/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's own memory, straight from the kernel: the host's heap never sees us. Call only inside
 * the guard. */
#ifndef SHIM_ARENA_H
#define SHIM_ARENA_H

#include <stddef.h>

/* `size` zeroed bytes, 16-byte aligned (page-aligned from a page on); null when the kernel has no
 * more, which stops us, not the host. Owned by the caller; arena_free() wants the same size. */
void *arena_alloc(size_t size);

/* Give back what arena_alloc(size) or arena_resize(.., size) returned; null is fine. */
void arena_free(void *at, size_t size);

/* A block of `size` bytes that begins with what `at` held; bytes past `old_size` are zero. Null
 * leaves `at` as it was. */
void *arena_resize(void *at, size_t old_size, size_t size);

/* Address space that costs memory only where it is written, zeroed: `size` bytes, null on failure.
 */
void *arena_reserve(size_t size);

/* Bytes taken from the kernel so far by arena_alloc. */
size_t arena_size(void);

/* In a fork's child: another thread may have been cut off in the middle of its work here, so begin
 * with fresh chunks. What was allocated before is never touched again. */
void arena_after_fork(void);

#endif
