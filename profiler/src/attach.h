/* SPDX-License-Identifier: Apache-2.0 */
/* A process that is running already: a debugger loads us into it and calls nocopy_attach(). Nothing
 * of it is bound to us, so the addresses that its objects have of what we stand in front of are
 * replaced, one pointer after the other: each call goes to the real function or to us, and both are
 * right at any moment. What was allocated before is unknown; its frees are counted as such. */
#ifndef SHIM_ATTACH_H
#define SHIM_ATTACH_H

#include <stdatomic.h>

/* `options`: "NOCOPY_NAME=value" lines. Returns how many pointers were replaced, or -errno:
 * EALREADY recording already, EPERM a host that we leave alone, EIO no profile could be made,
 * ENAMETOOLONG the options are too long. */
int nocopy_attach(const char *options) __attribute__((visibility("default")));

/* An object was loaded since: replace its pointers, too, if now is a good moment. In the guard. */
void attach_again(void) __attribute__((visibility("hidden"), cold));
extern atomic_int attach_stale __attribute__((visibility("hidden"))); /* it is time for it */

#endif
