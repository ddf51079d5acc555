/* SPDX-License-Identifier: Apache-2.0 */
/* The name of the profile, and the facts that stand in it. */
#ifndef SHIM_OUTPUT_H
#define SHIM_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "options.h"

enum { OUTPUT_PATH = 4096, OUTPUT_FACTS = 65536 };

/* The file this process writes, by the rules of NOCOPY_OUTPUT. `forked`: we are a fork's child. An
 * older profile of this very process and run (before an exec) is moved to NAME.1, .2 ... 0, or
 * -errno. */
int output_path(char *ret, size_t size, const struct options *options, bool forked);

/* NC_RUN: "key\0value\0" pairs about this process. Returns the bytes used. */
size_t output_facts(char *ret, size_t size, const struct options *options);

#endif
