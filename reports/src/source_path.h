/* SPDX-License-Identifier: Apache-2.0 */
/* How the name of a source file is shown. */
#ifndef NOCOPY_SOURCE_PATH_H
#define NOCOPY_SOURCE_PATH_H

struct pool;

/* `raw` is a file as debug info names it (relative to comp_dir unless absolute).
 *
 *   *ret_path  absolute and without "." and ".."; "" when neither is absolute
 *   *ret_file  for people and for JSON: relative to the repository that holds it (the nearest
 *              folder above with a .git); else, where it lies below comp_dir or was reached from it
 *              by "..", relative without the ".."; else absolute
 *
 * Both are interned in `pool`. */
void source_path(struct pool *pool, const char *raw, const char *comp_dir, const char **ret_file,
                 const char **ret_path);

#endif
