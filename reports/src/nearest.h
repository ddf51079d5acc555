/* SPDX-License-Identifier: Apache-2.0 */
/* "Did you mean ...?" */
#ifndef NOCOPY_NEAREST_H
#define NOCOPY_NEAREST_H

#include <stddef.h>

/* The one of `words` that a typist most likely meant by `word`; null when none is near. */
const char *nearest_word(const char *word, const char *const *words, size_t n);

#endif
