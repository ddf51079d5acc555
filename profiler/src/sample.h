/* SPDX-License-Identifier: Apache-2.0 */
/* Poisson sampling: points lie on the stream of allocated bytes at random, `sample_bytes` apart in
 * the mean; a block on which one falls is recorded, and counts for as many as it stands for. */
#ifndef SHIM_SAMPLE_H
#define SHIM_SAMPLE_H

#include <stdint.h>

#include "lane.h"

extern uint64_t sample_bytes __attribute__((visibility("hidden"))); /* 0: every block */

uint32_t sample_weight(struct lane *lane, uint64_t size);

/* For how many blocks of `size` the one at hand counts; 0: it is not recorded. Its expectation is
 * 1. */
static inline uint32_t sample_take(struct lane *lane, uint64_t size)
{
    if (__builtin_expect(sample_bytes == 0, 1))
        return 1;
    lane->sample_left -= (int64_t)size;
    return lane->sample_left > 0 ? 0 : sample_weight(lane, size);
}

#endif
