/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOCOPY_SCALED_H
#define NOCOPY_SCALED_H

#include <stdint.h>

/* part * whole / of, without overflow between; 0 when `of` is 0, and never past the largest: the
 * figures may come from a damaged file. */
static inline uint64_t scaled(double part, double whole, double of)
{
    const double x = of > 0 ? part * whole / of : 0;

    return !(x > 0) ? 0 : x < 0x1p64 ? (uint64_t)x : UINT64_MAX;
}

#endif
