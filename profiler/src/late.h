/* SPDX-License-Identifier: Apache-2.0 */
/* Events of a signal handler that came while its thread was at an event of ours: what was
 * interrupted may hold anything half done, so they wait until it is over. A block that is to be
 * freed waits as well, for its place must not be given away before its end is noted. */
#ifndef SHIM_LATE_H
#define SHIM_LATE_H

#include <stdbool.h>
#include <stddef.h>

/* The handler got a block; `ip` is where it was asked for. */
void late_alloc(void *at, size_t size, unsigned by, const void *ip);

/* The handler frees a block: true when it will be freed later, false when the caller is to do it.
 */
bool late_free(void *at);

#endif
