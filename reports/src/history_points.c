/* SPDX-License-Identifier: Apache-2.0 */
#include "history_points.h"

#include "history.h"
#include "process.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void keep(void *arg, const struct history_case *c)
{
    struct history_points *points = arg;

    if (strcmp(c->entry.command, points->command) != 0)
        return;
    if (points->n == points->room) {
        const size_t room = points->room ? 2 * points->room : 256;
        struct render_point *at = realloc(points->at, room * sizeof *at);

        if (!at)
            return; /* a shorter line is better than no diff */
        points->at = at;
        points->room = room;
    }
    points->at[points->n++] =
        (struct render_point){.indicator = format_string("%s", c->indicator),
                              .commit = format_string("%s", c->entry.commit),
                              .subject = format_string("%s", c->entry.subject),
                              .status = format_string("%s", c->status),
                              .committed = c->entry.committed,
                              .single_bytes = c->single_bytes,
                              .batch1_bytes = c->batch1_bytes};
}

void history_points_load(struct history_points *ret, const char *store, const struct report *like)
{
    struct history history;
    char *address = history_address(store);

    *ret = (struct history_points){0};
    if ((strstr(address, "://") || access(address, F_OK) == 0) &&
        history_open(&history, address, false) == 0) {
        ret->command = history_command(like);
        history_trend(&history, NULL, HISTORY_POINTS_COMMITS, keep, ret);
        history_close(&history);
    }
    free(address);
}

void history_points_done(struct history_points *points)
{
    for (size_t i = 0; i < points->n; i++) {
        free((char *)points->at[i].indicator);
        free((char *)points->at[i].commit);
        free((char *)points->at[i].subject);
        free((char *)points->at[i].status);
    }
    free(points->at);
    free(points->command);
    *points = (struct history_points){0};
}
