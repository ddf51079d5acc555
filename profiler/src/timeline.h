/* SPDX-License-Identifier: Apache-2.0 */
/* Live bytes over time: at most TIMELINE_MOST buckets, which grow wider as the run goes on. */
#ifndef SHIM_TIMELINE_H
#define SHIM_TIMELINE_H

#include "lane.h"

enum {
    TIMELINE_MOST = 2000,
    TIMELINE_LARGE = 256 * 1024 /* a block of this size is an event of its own */
};

void timeline_init(void);

/* Look at the clock and note what is live now. */
void timeline_tick(struct lane *lane);

#endif
