/* SPDX-License-Identifier: Apache-2.0 */
/* A look at the program that this process is about to become or to start. */
#ifndef SHIM_TARGET_H
#define SHIM_TARGET_H

#include <stdbool.h>

/* Whether AddressSanitizer's library serves the program: it ends a program at once in which
 * another library is loaded before it. `file` without a slash is looked for in PATH. Errors: false.
 * System calls only. */
bool target_is_sanitized(const char *file) __attribute__((visibility("hidden")));

#endif
