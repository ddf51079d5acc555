/* SPDX-License-Identifier: Apache-2.0 */
/* Figures of indicators over commits, in memory. */
#ifndef NOCOPY_HISTORY_TREND_H
#define NOCOPY_HISTORY_TREND_H

#include "history.h"

#include <stdio.h>

struct trend_metric {
    const char *name, *title;
    double (*value)(const struct history_case *c);
    bool percent; /* else bytes */
};

struct trend_point {
    char *indicator, *commit, *subject, *status, *command; /* owned */
    int64_t committed;
    double value;
    double ideal; /* the single call's bytes */
};

/* Points of one indicator stand together, oldest first. */
struct trend {
    const struct trend_metric *metric;
    struct trend_point *at;
    size_t len, room;
};

/* One past the last point of the indicator that begins at `start`. */
size_t trend_series_end(const struct trend *trend, size_t start);

/* A page that needs no network and no script: one step chart an indicator, never smoothed, with a
 * marker and the commit at each change, and the single call as a dashed line where bytes are shown.
 * Returns 0 or -errno. */
int trend_write_html(const struct trend *trend, FILE *out);

#endif
