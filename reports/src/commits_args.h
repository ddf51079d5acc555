/* SPDX-License-Identifier: Apache-2.0 */
/* What compare and bisect are told alike: two commits, how to build them, what to run. */
#ifndef NOCOPY_COMMITS_ARGS_H
#define NOCOPY_COMMITS_ARGS_H

#include "launch.h"

struct commits_args {
    struct recording recording;
    const char *build, *budget; /* null: as usual */
    const char *revisions[2];
    int n_revisions; /* as many as were given: perhaps more than two */
    char **driver;   /* from split_command(), by the caller */
};

/* --build, --budget, the recording options and the revisions. Give it as a child to a command's
 * argp, with a struct commits_args as its input. */
extern const struct argp commits_argp;
void commits_args_done(struct commits_args *args);

#endif
