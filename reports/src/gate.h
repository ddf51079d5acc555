/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a budget applied to a diff, as compare and bisect need it. */
#ifndef NOCOPY_GATE_H
#define NOCOPY_GATE_H

#include "diff.h"

#include <stdio.h>

/* Write "violated: ..." lines to `out`. `budget` is a file, null: the rules that hold without one.
 * Returns EXIT_HOLDS, EXIT_VIOLATED, or EXIT_USE with a message printed. */
int gate_diff(const struct diff *diff, const char *budget, FILE *out);

/* The same for two reports. */
int gate_reports(const struct report *base, const struct report *head, const char *budget,
                 FILE *out);

/* Read a budget file, or take the rules that hold without one when `file` is null. Returns 0, or
 * EXIT_USE with a message printed. */
struct budget;
int gate_budget(struct budget *ret, const char *file);

#endif
