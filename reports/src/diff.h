/* SPDX-License-Identifier: Apache-2.0 */
/* What changed from one report to another. Plus is more memory, which is worse. Everything points
 * into the two reports, which must outlive the diff. */
#ifndef NOCOPY_DIFF_H
#define NOCOPY_DIFF_H

#include "line_map.h"
#include "report.h"

enum diff_change {
    DIFF_WORSE, /* the verdict got worse (rows only) */
    DIFF_GREW,
    DIFF_SHRANK, /* rows: also when the verdict got better */
    DIFF_ADDED,
    DIFF_REMOVED,
    DIFF_NOT_COMPARED, /* other bars or combinations on the two sides: see note */
    DIFF_SMALL,        /* same verdict, under 1 % and under 4 KiB */
    DIFF_SAME,         /* equal to the byte */
    DIFF_CHANGES
};

/* How two call sites were found to be the same. */
enum diff_match {
    MATCH_NONE,     /* added or removed */
    MATCH_PATH,     /* same functions, same line */
    MATCH_MOVED,    /* same functions, line moved: see lines */
    MATCH_FUNCTION, /* same function and kind of call, other callers between */
    MATCH_RENAMED,  /* callers, callees and sizes agree */
    MATCH_LINE,  /* git says that it is the same line: see lines, and file where it was renamed */
    MATCH_EDITED /* both lines are in one change that git shows */
};

/* Only said of ten runs and more a side: medians, and whether they differ by Mann and Whitney's
 * test (p < 0.01) and by more than 3 %. */
enum diff_time_verdict { DIFF_TIME_UNKNOWN, DIFF_TIME_SAME, DIFF_TIME_FASTER, DIFF_TIME_SLOWER };
struct diff_time {
    enum diff_time_verdict verdict;
    double base_ns, head_ns; /* medians of a call */
    double percent, p;
    size_t base_runs, head_runs;
};

struct diff_row {
    const char *indicator;
    enum diff_change change;
    const struct report_efficiency *base, *head; /* null where absent */
    int64_t batch1_delta, batch_delta, copied_delta, single_delta;
    bool percent_known; /* false: base is 0 */
    double batch1_percent;
    bool row_worse;   /* row_status got worse */
    const char *note; /* "", or why it is not compared */
    struct diff_time time;
};

struct diff_place {
    enum diff_change change;
    const struct report_place *base, *head; /* null where absent */
    int64_t bytes_delta, copied_delta, needless_delta;
    enum diff_match match;
    int64_t lines; /* head line - base line */
    double score;  /* of MATCH_RENAMED */
};

struct diff_function {
    enum diff_change change;
    const struct report_function *base, *head;
    int64_t bytes_delta, copied_delta;
};

struct diff_finding {
    enum diff_change change; /* ADDED: new; REMOVED: gone; GREW, SHRANK, SAME */
    const struct report_finding *base, *head;
    int64_t bytes_delta;
};

/* One tree holding both sides; frames by function and module, never by line. */
struct diff_node {
    uint32_t parent;                  /* REPORT_NONE at the root; parents come before children */
    const struct report_frame *frame; /* head's where it has it */
};

struct diff_stack {
    uint32_t node;
    const char *scope; /* "" outside */
    enum report_phase phase;
    bool copying;
    struct report_metrics base, head;
};

struct diff_fact {
    const char *name, *base, *head;
    bool environment;
};

struct diff {
    const struct report *base, *head;
    const char *base_name, *head_name; /* commit or file, as the user called them */

    const struct diff_row *rows;           /* worse first, then |delta| falling */
    const struct diff_place *places;       /* |delta| falling; equal ones last */
    const struct diff_function *functions; /* likewise */
    const struct diff_finding *findings;   /* new, grew, shrank, gone, same */
    const struct diff_stack *stacks;
    const struct diff_node *nodes;
    const struct diff_fact *facts; /* those that differ */
    size_t n_rows, n_places, n_functions, n_findings, n_stacks, n_nodes, n_facts;
    size_t changes[DIFF_CHANGES]; /* rows by change */
    size_t new_findings, gone_findings;
    size_t timed; /* rows whose time is known */
    int64_t needless_delta, allocated_delta, peak_delta, copied_delta, leaked_delta;
    size_t commits, files; /* that came between, files that differ; 0: not known */
    bool same_environment;
    bool identical; /* nothing that is counted differs */

    struct pool *pool;
};

/* Names may be null: then the commits, else "base" and "head". Returns 0 or -ENOMEM. */
int diff_reports(struct diff *ret, const struct report *base, const struct report *head,
                 const char *base_name, const char *head_name);

/* Further runs of a side, for their times alone. */
struct diff_runs {
    const struct report *at;
    size_t n;
    bool only; /* the report's own time does not count: it was recorded another way */
};

/* What is known beside the two reports. Borrowed for the call. */
struct diff_more {
    const char *base_name, *head_name;
    const struct line_map *lines; /* of the two commits; null: not at hand */
    size_t commits, files;
    struct diff_runs base_runs, head_runs;
};
int diff_reports_with(struct diff *ret, const struct report *base, const struct report *head,
                      const struct diff_more *more);
void diff_done(struct diff *diff);

const char *diff_change_name(enum diff_change change);
const char *diff_match_name(enum diff_match match);
const char *diff_time_name(enum diff_time_verdict verdict);

#endif
