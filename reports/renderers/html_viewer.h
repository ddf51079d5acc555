/* SPDX-License-Identifier: Apache-2.0 */
/* The script and the style sheet of the pages, made of assets/ at build time by join.py. */
#ifndef NOCOPY_HTML_VIEWER_H
#define NOCOPY_HTML_VIEWER_H

#include <stddef.h>

/* Bytes without a closing NUL; the hashes as a Content-Security-Policy names them. */
extern const unsigned char html_viewer_js[], html_viewer_css[];
extern const size_t html_viewer_js_size, html_viewer_css_size;
extern const char html_viewer_js_hash[], html_viewer_css_hash[];

#endif
