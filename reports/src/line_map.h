/* SPDX-License-Identifier: Apache-2.0 */
/* Which line of one commit is which line of another, as git sees it. Made of git's output by
 * git_lines.c; this file knows the text only. */
#ifndef NOCOPY_LINE_MAP_H
#define NOCOPY_LINE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What git prints, closed by NUL each. `diff`: `git diff -U0 -M` with the prefixes a/ and b/;
 * `base_files` and `head_files`: the names in each tree, one a line (names that git quotes are
 * taken as they are meant). */
struct line_map_text {
    const char *diff, *base_files, *head_files;
};

struct line_map;

/* Null when memory is out. Text that is no diff is a map without changes. */
struct line_map *line_map_new(const struct line_map_text *text);
void line_map_free(struct line_map *map);

/* The file in the tree that debug info means by `path`: the longest end of it that is a file, else
 * the only file that ends with it. Null when there is none. Equal files give equal pointers, on
 * both sides. */
const char *line_map_base_file(const struct line_map *map, const char *path);
const char *line_map_head_file(const struct line_map *map, const char *path);

/* Where a line of a base file has gone. */
struct line_map_target {
    const char *file; /* head's name; null: the file is gone */
    uint32_t line;    /* 0: the line was changed or removed */
    uint32_t hunk;    /* then: which change it is part of, else 0 */
};
struct line_map_target line_map_target(const struct line_map *map, const char *base_file,
                                       uint32_t line);

/* The change that put this line of a head file there; 0 when it was there before. Numbers as in
 * line_map_target. */
uint32_t line_map_hunk(const struct line_map *map, const char *head_file, uint32_t line);

/* Files that differ. */
size_t line_map_files(const struct line_map *map);

#endif
