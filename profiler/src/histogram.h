/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes and lifetimes of a stack's blocks by powers of two. */
#ifndef SHIM_HISTOGRAM_H
#define SHIM_HISTOGRAM_H

#include <nocopy/profile_format.h>
#include <stddef.h>
#include <stdint.h>

#include "profile.h"

enum { HISTOGRAM_FROM = 64 }; /* allocations until a stack is worth one */

void histogram_make(struct nc_counts *c, uint32_t index);

static inline unsigned histogram_bin(uint64_t x)
{
    const unsigned b = x == 0 ? 0 : 63 - (unsigned)__builtin_clzll(x);

    return b < 40 ? b : 39;
}

/* `weight` allocations of `size`, already counted in `c`, which is NC_COUNTS `index`. */
static inline void histogram_size(struct nc_counts *c, uint32_t index, size_t size, uint32_t weight)
{
    if (c->histogram == 0)
        histogram_make(c, index);
    else
        ((struct nc_histogram *)profile_at(NC_HISTOGRAMS, c->histogram))
            ->size[histogram_bin(size)] += weight;
}

/* `weight` blocks that lived so long. */
static inline void histogram_lifetime(struct nc_counts *c, uint64_t ns, unsigned weight)
{
    if (c->histogram != 0)
        ((struct nc_histogram *)profile_at(NC_HISTOGRAMS, c->histogram))
            ->lifetime[histogram_bin(ns)] += weight;
}

#endif
