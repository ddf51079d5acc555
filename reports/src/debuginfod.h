/* SPDX-License-Identifier: Apache-2.0 */
/* Debug files from a debuginfod server: only where the user has named one in DEBUGINFOD_URLS. */
#ifndef NOCOPY_DEBUGINFOD_H
#define NOCOPY_DEBUGINFOD_H

#include <stddef.h>
#include <stdint.h>

/* The debug file of a build-id, in elfutils' own cache; to be freed. Null when none is to be had,
 * or nobody asked for any. */
char *debuginfod_file(const uint8_t *build_id, size_t len);

#endif
