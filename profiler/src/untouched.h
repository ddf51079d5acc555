/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of a block that were never written: from the kernel's page tables; of recycled memory, when
 * asked to, by words planted in it at its birth; and, when asked for exactly, by filling a block
 * with a pattern. */
#ifndef SHIM_UNTOUCHED_H
#define SHIM_UNTOUCHED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "options.h"

/* Once, and again in a fork's child. `plant`: memory that malloc hands out again gets a word here
 * and there. What lay there before proves nothing: the same bytes may be written once more. */
void untouched_start(enum options_untouched mode, bool plant);

/* The smallest block worth a call of untouched_born(); SIZE_MAX when off. */
extern size_t untouched_floor __attribute__((visibility("hidden")));

/* What to keep of a block until its end: bytes that can be judged, and how. All zero: none. */
struct untouched_birth {
    size_t fresh;  /* bytes of pages that were never written when the block was born */
    bool poisoned; /* filled with the pattern: every byte can be judged */
    bool planted;  /* words were planted in its recycled part: all of it can be judged */
    bool zeroed;   /* by calloc: its zeros may be meant */
};

/* A block was born, and nobody has it yet. `zeroed`: by calloc, whose zeros the program may rely
 * on: never filled, nothing planted. */
struct untouched_birth untouched_born(void *at, size_t size, bool zeroed);

/* It grew by realloc from `old_size` bytes: the new tail is judged as a block of its own kind. */
struct untouched_birth untouched_grown(struct untouched_birth before, const void *old,
                                       size_t old_size, void *at, size_t size);

/* The block is about to go, or the process ends: how many of its bytes could be judged and how many
 * of these were never written. `readable`: its bytes may be looked at, not just its pages. */
struct untouched_end {
    size_t looked, untouched;
};
struct untouched_end untouched_ending(struct untouched_birth birth, const void *at, size_t size,
                                      bool readable);

/* Runs of [at, at + size) in pages that may have been written, as offsets, ascending; at most `cap`
 * (1 or more): the last one then takes in the rest. Blocks too small to be worth it, and kernels
 * that do not say, give one run. */
struct untouched_run {
    size_t start, end;
};
unsigned untouched_written(const void *at, size_t size, struct untouched_run *ret, unsigned cap);

#endif
