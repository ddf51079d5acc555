/* SPDX-License-Identifier: Apache-2.0 */
/* Reports by commit: a SQLite file of the repository, or a team's PostgreSQL database. */
#ifndef NOCOPY_HISTORY_H
#define NOCOPY_HISTORY_H

#include "history_db.h"
#include "report.h"

struct history {
    struct db db;
    char *shown; /* the address as it may be printed: without a password */
};

/* Schema that this program writes. Older ones are brought up to it on opening; newer ones refused.
 */
#define HISTORY_VERSION 2

/* Where the history is: `told`, else $NOCOPY_HISTORY, else .nocopy/history.db at the top of the
 * repository (outside one: of the current folder). Owned by the caller. */
char *history_address(const char *told);

/* An address as it may be printed, "postgresql://user@host/db". Owned by the caller. */
char *history_shown(const char *address);

/* Open. `create`: begin one when there is none. Returns 0, or EXIT_UNREADABLE with a message
 * printed that says what to do. */
int history_open(struct history *ret, const char *address, bool create);
void history_close(struct history *history);

/* Print why a call of the database failed, and what to do. Returns EXIT_UNREADABLE. */
int history_tell(struct history *history, int r);

/* What is known of a commit that a report belongs to. */
struct history_entry {
    const char *id;     /* of the entry */
    const char *commit; /* full id, or any name outside a repository */
    const char *subject;
    const char
        *command; /* program and arguments: reports of one commit and command replace another */
    int64_t committed, added; /* seconds since 1970 */
    uint64_t allocated_bytes, copied_bytes, peak_bytes, needless_bytes;
    unsigned cases, high, moderate, none;
};

/* The command that a report is filed under: program without its folder, and the arguments, which is
 * what machines share. Owned by the caller. */
char *history_command(const struct report *report);

/* Store a report. `entry` brings commit, subject, committed. Returns 0 or EXIT_UNREADABLE with a
 * message printed. */
int history_add(struct history *history, const struct history_entry *entry,
                const struct report *report);

/* Newest commits last; `last` 0: all. `row` gets entries that live during the call. Returns as
 * history_add(). */
int history_list(struct history *history, unsigned last,
                 void (*row)(void *arg, const struct history_entry *entry), void *arg);

/* One indicator of one entry. */
struct history_case {
    struct history_entry entry; /* id, commit, subject, committed, command only */
    const char *indicator, *status, *row_status;
    uint64_t single_bytes, batch1_bytes, batch_rows, batch_bytes, copied_bytes, needless_bytes,
        peak_bytes;
    double overhead_percent;
};

/* Cases in order of indicator, then time. `indicator` null: all. `last`: of the newest so many
 * commits; 0: all. */
int history_trend(struct history *history, const char *indicator, unsigned last,
                  void (*row)(void *arg, const struct history_case *c), void *arg);

/* Load the newest report of a commit, given by full id or by a beginning of it that fits one only.
 * Returns 0; -ENOENT when there is none, -EEXIST when several commits begin so, or EXIT_UNREADABLE
 * (> 0) with a message printed. `ret_entry` (may be null) gets the commit's id, owned by the
 * caller. */
int history_load(struct history *history, const char *commit, struct report *ret, char **ret_id);

#endif
