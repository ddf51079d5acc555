/* SPDX-License-Identifier: Apache-2.0 */
/* A driver run in a built tree, under the shim of this nocopy, and its report. */
#ifndef NOCOPY_MEASURE_H
#define NOCOPY_MEASURE_H

#include "launch.h"
#include "report.h"

/* Run `driver` (argv, closed by null) at the top of `folder` and make its report. A program given
 * by a relative path with a slash is the one in `folder`; an argument that names a file here but
 * not there means the file here. `name` is how messages call the commit. `out` is a descriptor for
 * the driver's own output, -1: nowhere. Returns 0; or with a message printed EXIT_UNREADABLE, or
 * 128+N when signal N came. */
int measure_driver(struct report *ret, const char *folder, const char *name, char *const *driver,
                   const struct recording *recording, char *const *env, int out);

#endif
