/* SPDX-License-Identifier: Apache-2.0 */
/* Strings from profiles on their way into a page. They are whatever a program's symbols, paths and
 * arguments hold: markup, bad UTF-8, characters that turn the line around. */
#ifndef NOCOPY_HTML_ESCAPE_H
#define NOCOPY_HTML_ESCAPE_H

#include <stddef.h>
#include <stdio.h>

/* Write text for HTML content or a quoted attribute. & < > " ' become entities, bad UTF-8 becomes
 * U+FFFD, control and bidirectional-override characters are shown as \u{202e}. */
void nc_html_escape(FILE *out, const char *text);
void nc_html_escape_n(FILE *out, const char *text, size_t len);

/* The same without the entities: valid UTF-8 that can be shown, for JSON and the data block. Owned
 * by the caller; null when memory is out. */
char *nc_utf8_clean(const char *text);

/* Percent-encode for the query of a link. */
void nc_url_escape(FILE *out, const char *text);

#endif
