/* SPDX-License-Identifier: Apache-2.0 */
/* What the command asks of git, always by running it: the user's own configuration, hooks and
 * object formats are then honoured. Nothing here writes to the user's checkout, index or stash. */
#ifndef NOCOPY_GIT_H
#define NOCOPY_GIT_H

#include "process.h"

#include <stdbool.h>
#include <stdint.h>

/* The repository that the current folder lies in. */
struct git_repository {
    char *common;       /* its .git folder, shared by all worktrees */
    char *top;          /* top of the worktree we are in, "" in a bare repository */
    struct strings env; /* for git and builds: without the GIT_* of a hook that runs us */
};

struct git_commit {
    char *id;      /* full */
    char *tree;    /* full id of its tree */
    char *subject; /* first line of the message */
    int64_t time;  /* of the commit, seconds since 1970 */
};

/* Returns 0, -ENOENT outside a repository, -ENOSYS without git. */
int git_open(struct git_repository *ret);
/* The same; returns 0, or EXIT_USE with a message printed. */
int git_open_here(struct git_repository *ret);
void git_close(struct git_repository *git);

/* Resolve anything git knows as a commit. Returns 0 or -ENOENT. */
int git_resolve(const struct git_repository *git, const char *revision, struct git_commit *ret);
void git_commit_done(struct git_commit *commit);

/* Whether tracked files differ from HEAD. */
bool git_dirty(const struct git_repository *git);

/* Run git with the arguments up to a null one; its output, without the last line end, in *ret (may
 * be null: then it goes nowhere). Errors of git go to our error output unless `quiet`. Returns
 * git's exit status. */
int git_run(const struct git_repository *git, bool quiet, char **ret, ...)
    __attribute__((sentinel));

/* Put a commit's files into `folder` (made by this; must not be there) as a detached worktree.
 * Returns 0 or -EIO with git's own words printed. */
int git_worktree_add(const struct git_repository *git, const char *folder, const char *commit);

/* Turn a worktree into plain files: the repository forgets it. Only this one entry is taken out,
 * never another that merely looks stale (it may lie on a disk that is not mounted now). */
void git_worktree_detach(const struct git_repository *git, const char *folder);

/* Remove a worktree, its folder and its entry. Also where either is half gone. */
void git_worktree_remove(const struct git_repository *git, const char *folder);

/* Remove worktrees below `folder` that runs killed earlier have left, where `in_use(path)` says
 * false. */
void git_worktree_sweep(const struct git_repository *git, const char *folder,
                        bool (*in_use)(const char *path));

#endif
