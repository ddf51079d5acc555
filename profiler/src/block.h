/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of a live block that is more than small: from NC_BLOCK_LARGE bytes on, or allocated
 * inside a scope, or mapped by the program, or picked to measure its lifetime. Everything else is
 * two words in the live table (live.h). */
#ifndef SHIM_BLOCK_H
#define SHIM_BLOCK_H

#include <stddef.h>
#include <stdint.h>

struct call;

enum {
    BLOCK_LARGE = 1024 /* bytes; the smallest NOCOPY_MIN_BLOCK that content checks can honour */
};

enum block_flags {
    BLOCK_ZEROED = 1u << 0, /* came from calloc: never poison it */
    BLOCK_MAPPED = 1u << 1, /* mmap by the program: not on the heap */
    BLOCK_TIMED = 1u << 2,  /* a small one, kept for its lifetime alone: it stands for many */
    BLOCK_MOVED = 1u << 3   /* realloc moved it here: it was not fresh */
};

struct block {
    uintptr_t at;
    size_t size;       /* as the program asked for it */
    uint32_t counts;   /* NC_COUNTS of the allocation */
    uint32_t scope;    /* NC_SCOPES, outermost at the allocation; 0: none */
    struct call *call; /* outermost call it was allocated in, while that call is open; else null */
    struct block *older; /* the same call's blocks, newest first; both null when call is */
    struct block *newer;
    uint64_t born_ns;
    uint32_t flags;
    uint32_t weight;  /* blocks it stands for: 1, or more when sampled */
    uint32_t self;    /* this block's index in the live table */
    uint32_t content; /* content.c: what it keeps of this block; 0: nothing */
    uint32_t untouched;
    /* copies.c: the last hooked copy that read it, as long as it may turn out needless */
    uint32_t read_edge; /* NC_EDGES; 0: none, or read twice, or written since */
    uint32_t read_count;
    uint64_t read_bytes;
    uintptr_t read_end; /* where that copy ended: the next may go on from there */
};

/* The live block that holds address `at`, also in its middle; null when there is none or it is
 * small. Borrowed: valid inside the guard, as long as the host does not free it. */
struct block *block_find(uintptr_t at);

/* One outermost call of a scope, while it is open. Blocks of all threads that work inside it. */
struct call {
    struct block *newest; /* blocks allocated in it and not freed yet, by block.older */
    uint32_t scope;
    uint32_t serial; /* a number of its own, never 0 */
    uint64_t combos; /* by mark.h; 0: not told */
    uint64_t start_ns;
    uint64_t allocations, allocated_bytes;
    uint64_t temporary_blocks, temporary_bytes;
    uint64_t live_blocks, live_bytes, peak_bytes;
    uint64_t copies, copied_bytes;
    uint64_t untouched_bytes;
    uint32_t content; /* content.c: what it keeps of this call */
};

#endif
