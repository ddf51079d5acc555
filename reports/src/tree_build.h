/* SPDX-License-Identifier: Apache-2.0 */
/* Commits built aside: in folders of a cache, never in the user's checkout. */
#ifndef NOCOPY_TREE_BUILD_H
#define NOCOPY_TREE_BUILD_H

#include "git.h"

/* How a commit is built, and for which program. */
struct build_plan {
    const char *command; /* run by the shell at the top of the tree; null: meson and ninja */
    const char *driver;  /* the program that is wanted, as the user wrote it */
};

/* A built tree. It stays as it is until tree_release(): others that want the same wait or share. */
struct built_tree {
    char *folder; /* its top */
    int lock;     /* descriptor */
};

/* Have a commit's tree built: taken from the cache when the same tree was built with the same
 * command before, else built in a scratch worktree that the repository forgets again. `name` is how
 * messages call the commit. Returns 0; or with a message printed, and nothing left behind:
 * EXIT_UNREADABLE when it does not build, 128+N when signal N came. */
int tree_build(const struct git_repository *git, const struct git_commit *commit, const char *name,
               const struct build_plan *plan, struct built_tree *ret);
void tree_release(struct built_tree *tree);

/* Build in a folder that is there already. Output goes to a log that is shown when it fails.
 * Returns as tree_build(). */
int tree_build_in(const struct git_repository *git, const char *folder, const char *name,
                  const struct build_plan *plan);

/* Folder for what is kept between runs about a repository; made when it is not there. Owned by the
 * caller; null with a message printed. */
char *tree_cache(const struct git_repository *git);

/* A name for a worktree that is thrown away; nothing is there yet. Returns 0, or EXIT_UNREADABLE
 * with a message printed. tree_scratch_done() removes the worktree. */
int tree_scratch(const struct git_repository *git, struct built_tree *ret);
void tree_scratch_done(const struct git_repository *git, struct built_tree *tree);

/* Remove the cached trees nobody uses, but for the newest `keep`. */
void tree_evict(const struct git_repository *git, unsigned keep);

#endif
