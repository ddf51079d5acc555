/* SPDX-License-Identifier: Apache-2.0 */
/* Call sites paired by git's line map, for diff_places.c. */
#ifndef NOCOPY_DIFF_LINES_H
#define NOCOPY_DIFF_LINES_H

#include "diff.h"

/* Of one side's places[], by index. */
struct diff_lines_side {
    uint32_t *partner; /* index in the other side's places[], REPORT_NONE */
    bool *settled;     /* its line is in both commits: it can be no other line's partner */
};

struct diff_lines {
    struct diff_lines_side base, head;
    enum diff_match *match; /* of base */
};

/* Null `lines`: nothing is paired. Returns false when memory is out. */
bool diff_lines_find(struct diff_lines *ret, const struct line_map *lines,
                     const struct report *base, const struct report *head);
void diff_lines_done(struct diff_lines *lines);

#endif
