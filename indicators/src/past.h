/* SPDX-License-Identifier: Apache-2.0 */
/* Results larger than the caches are stored past them: nobody will find them there, and memory that
 * is not read before it is written moves half as often. */
#ifndef IND_PAST_H
#define IND_PAST_H

#include <nocopy/indicators.h>
#include <stdbool.h>
#include <stddef.h>

/* Results of a stretch that lie in a room in the nearest cache, on their way to memory. Memory
 * takes in its time what the processor works out at the same time, so they go there a little at a
 * time, while the next stretch is worked out. */
struct ind_behind {
    /* Put up to n values of each output, cache lines as long as more than n are left. What is read
     * next would have to wait behind them, so n values of it are fetched first: `next`, or null. */
    void (*put)(struct ind_behind *, size_t n, const double *next);
    struct ind_behind_output {
        double *to;
        const double *from;
        size_t left;
    } outputs[IND_MAX_OUTPUTS];
    size_t n_outputs;
    bool fetches; /* `next` is worth it: there is one input */
};

/* ind_behind.put of an instruction set; with n 0 others see all that was put. */
typedef void put_behind_fn(struct ind_behind *behind, size_t n, const double *next);

#endif
