/* SPDX-License-Identifier: Apache-2.0 */
/* Stack memory that a walk may read without a fault, whatever unwind rules say.
 *
 * Nobody is asked where a thread's stack lies: pthread_getattr_np() allocates, and coroutines bring
 * stacks of their own. A span is pages that were found readable, next to each other; a walk that
 * leaves it has the next page looked at by a system call that is harmless and that seccomp filters
 * let pass. */
#ifndef UNWIND_MEMORY_H
#define UNWIND_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#define SPANS 4 /* a thread's own stack, its signal stack, coroutines in turn */

struct span {
    uint64_t start, end;
};

/* A thread's. All zero is a valid start. */
struct spans {
    struct span now; /* the one of the last read */
    struct span others[SPANS];
    unsigned next; /* of others, to be replaced */
};

/* Is the page at `at` mapped readable? By the kernel's word, as of now. */
bool memory_readable(uint64_t at);

/* Look at `at`, outside spans->now. True: now holds at..at+7. */
bool spans_reach(struct spans *spans, uint64_t at);

static inline bool spans_hold(struct spans *spans, uint64_t at)
{
    if (__builtin_expect(at >= spans->now.start && at + 8 <= spans->now.end, 1))
        return true;
    return spans_reach(spans, at);
}

#endif
