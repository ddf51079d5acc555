/* SPDX-License-Identifier: Apache-2.0 */
/* What the history holds of a program, for the History view of diff.html. */
#ifndef NOCOPY_HISTORY_POINTS_H
#define NOCOPY_HISTORY_POINTS_H

#include "renderer.h"

#define HISTORY_POINTS_COMMITS 500 /* the newest so many */

struct history_points {
    struct render_point *at; /* strings owned */
    size_t n, room;
    char *command; /* of these points */
};

/* Points of the runs of `like`'s command, from the history at `store` (null: the usual one). Empty
 * when there is no history there: a diff needs none. What is wrong with one that is there is
 * printed, and the diff goes on without. */
void history_points_load(struct history_points *ret, const char *store, const struct report *like);
void history_points_done(struct history_points *points);

#endif
