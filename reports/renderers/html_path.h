/* SPDX-License-Identifier: Apache-2.0 */
/* Paths as the pages show them: a report is handed on, so it names no home folder. */
#ifndef NOCOPY_HTML_PATH_H
#define NOCOPY_HTML_PATH_H

/* The part of `path` after `root` (a folder, may be ""), else after a home folder, else all of it.
 * Points into `path`. */
const char *html_path_short(const char *root, const char *path);

#endif
