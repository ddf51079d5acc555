/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of diff_reports(), one table each; false when memory is out. */
#ifndef NOCOPY_DIFF_PARTS_H
#define NOCOPY_DIFF_PARTS_H

#include "diff.h"

bool diff_rows(struct diff *diff);
/* `lines` may be null. */
bool diff_places(struct diff *diff, const struct line_map *lines);
bool diff_functions(struct diff *diff);
bool diff_findings(struct diff *diff);
bool diff_tree(struct diff *diff);
bool diff_facts(struct diff *diff);
/* `rows` are diff->rows. */
bool diff_times(struct diff *diff, const struct diff_more *more, struct diff_row *rows);

/* Under 1 % of `base` and under 4 KiB. */
bool diff_small(uint64_t base, int64_t delta);
int64_t diff_delta(uint64_t base, uint64_t head);

#endif
