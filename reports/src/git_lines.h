/* SPDX-License-Identifier: Apache-2.0 */
/* What git says came between two commits: for the diff's pairing and its heading. */
#ifndef NOCOPY_GIT_LINES_H
#define NOCOPY_GIT_LINES_H

#include "git.h"
#include "line_map.h"

struct git_change {
    struct line_map *lines;
    size_t commits, files; /* on head's side; that differ */
};

/* Both are commits of this repository. Returns 0, or -ENOENT when git does not say. */
int git_change(const struct git_repository *git, const char *base, const char *head,
               struct git_change *ret);
void git_change_done(struct git_change *change);

#endif
