/* SPDX-License-Identifier: Apache-2.0 */
#include "histogram.h"

void histogram_make(struct nc_counts *c, uint32_t index)
{
    struct nc_histogram h = {.counts = index};

    if (index == 0)
        return;
    if (c->largest_bytes * c->allocations == c->allocated_bytes) /* all of one size so far */
        h.size[histogram_bin(c->largest_bytes)] = (uint32_t)c->allocations;
    else
        h.size[histogram_bin(c->allocated_bytes / c->allocations)] = 1; /* this one, about */
    c->histogram = profile_add(NC_HISTOGRAMS, &h);
}
