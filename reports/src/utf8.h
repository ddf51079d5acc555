/* SPDX-License-Identifier: Apache-2.0 */
/* Names come from files that anyone may have made: what of them can be shown, and how. */
#ifndef NOCOPY_UTF8_H
#define NOCOPY_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The character at *s, which is moved past it. U+FFFD for each byte that is not part of good UTF-8
 * (surrogates, overlong forms and what is past U+10FFFF are not); 0 at the end. */
uint32_t utf8_next(const char **s);

/* Writes 1 to 4 bytes, returns how many. */
size_t utf8_put(uint32_t c, char *ret);

/* Control characters, line and paragraph separators, and the marks that turn the direction of text
 * or hide: never shown as they are. */
bool utf8_hidden(uint32_t c);

/* Columns a terminal gives it: 0 for combining marks, 2 for wide East Asian, else 1. */
unsigned utf8_width(uint32_t c);

#endif
