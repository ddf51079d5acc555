/* SPDX-License-Identifier: Apache-2.0 */
/* Which indicators there are, per instruction set. */
#ifndef IND_REGISTRY_H
#define IND_REGISTRY_H

#include "past.h"
#include <nocopy/indicators.h>

struct isa {
    const char *name;
    const struct ind_indicator *const *table; /* ind_count() of them, sorted by name */
    put_behind_fn *put_behind;
};

/* The instruction sets built in and runnable on this machine, the plainest first; null after the
 * last. */
const struct isa *isa_at(size_t index);

/* The one in use. */
const struct isa *isa_chosen(void);

#endif
