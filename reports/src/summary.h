/* SPDX-License-Identifier: Apache-2.0 */
/* The line at the end of a recorded run. */
#ifndef NOCOPY_SUMMARY_H
#define NOCOPY_SUMMARY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Find the profiles of a run (see launch_profiles) and say on the error output how much was
 * allocated and where the profiles are. */
void summary_print(const char *output, pid_t root, uint64_t since_ns);

/* "12.3 MiB": three significant digits, units of 1024. Returns `ret`. */
char *summary_bytes(char *ret, size_t size, uint64_t bytes);

/* A path as seen from the current folder, when it lies below it; else as it is. */
const char *summary_path(const char *path);

#endif
