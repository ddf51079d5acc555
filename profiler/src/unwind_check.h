/* SPDX-License-Identifier: Apache-2.0 */
/* The self-check: our stacks against libunwind's. */
#ifndef UNWIND_CHECK_H
#define UNWIND_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unwind_walk.h"

/* Compare the last walk with what libunwind found for the same stack. Frames outside one that was
 * guessed are not compared: where there are no rules both guess. */
void check_compare(const struct walk *w, const struct regs *theirs, size_t len, bool ended);

/* The last walk is of a stack that was taken for another. */
void check_differs(const struct walk *w);

uint64_t check_count(void);
uint64_t check_differences(void);

/* The first difference in words, "" when there was none. */
const char *check_first(void);

void check_after_fork(void);

#endif
