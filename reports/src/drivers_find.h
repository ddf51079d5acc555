/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOCOPY_DRIVERS_FIND_H
#define NOCOPY_DRIVERS_FIND_H

/* The driver `name` beside this command, in a build tree or an installed one, else in PATH. Owned
 * by the caller; null when it is nowhere. */
char *driver_find(const char *name);

#endif
