/* SPDX-License-Identifier: Apache-2.0 */
/* What a user may name where a report is wanted: a profile, a saved JSON report, a commit in the
 * history. */
#ifndef NOCOPY_SIDE_H
#define NOCOPY_SIDE_H

#include "diff.h"

/* How to call a side. */
struct side_words {
    char *name;   /* in a heading: the file's name, or the commit as the user named it */
    char *commit; /* that it is of, as it is known; null */
};
void side_words_done(struct side_words *words);

/* Load one. `store` is the history's address, null for the usual one; `ret_words` may be null.
 * Returns 0, or EXIT_UNREADABLE with a message printed. */
int side_load(struct report *ret, const char *name, const char *store,
              struct side_words *ret_words);

/* Load a commit's report from the history; otherwise as side_load(). */
int side_load_commit(struct report *ret, const char *name, const char *store,
                     struct side_words *ret_words);

/* Load profiles into one report. Returns 0 or EXIT_UNREADABLE with a message printed. */
int side_load_profiles(struct report *ret, const char *const *paths, size_t n);

/* Further runs for diff_more: profiles or reports, names need no symbols. `ret->at` is owned by the
 * caller: side_runs_done(). Returns 0 or EXIT_UNREADABLE with a message printed. */
int side_load_runs(struct diff_runs *ret, char *const *paths, size_t n);
void side_runs_done(struct diff_runs *runs);

#endif
