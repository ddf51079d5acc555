/* SPDX-License-Identifier: Apache-2.0 */
/* "did you mean": the names nearest to one that is not known. */
#ifndef NEAREST_H
#define NEAREST_H

#include <stddef.h>

/* Name number i, null past the last. */
typedef const char *nearest_name_at(const void *of, size_t i); /* a function, not a struct */

/* "; did you mean 'rsi' or 'rsx'?" with up to three names, or "". */
void nearest_hint(char *ret, size_t size, const char *name, nearest_name_at *name_at,
                  const void *of);
/* The same, or where nothing is near "; it has period, offset" / "; it has none". */
void nearest_all(char *ret, size_t size, const char *name, nearest_name_at *name_at,
                 const void *of);
#endif
