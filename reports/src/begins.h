/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOCOPY_BEGINS_H
#define NOCOPY_BEGINS_H

#include <stdbool.h>
#include <string.h>

static inline bool begins(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

#endif
