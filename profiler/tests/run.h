/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program under the shim, for the tests. */
#ifndef RUN_H
#define RUN_H

#include "peek.h"

struct run {
    int status;      /* exit status; 128 + N when signal N ended it */
    int pid;         /* of the program */
    char out[16384]; /* its standard output and standard error */
    char dir[64];    /* a folder of its own, removed by run_done() */
    char path[128];  /* the profile: "p" in there */
    struct peek p;   /* open when has */
    bool has;
};

/* Runs argv (found by its path) with the shim preloaded and the variables `env` ("NAME=value",
 * closed by null; null: none) set, NOCOPY_OUTPUT=dir/p unless it is among them. */
void run_under(struct run *ret, const char *const *env, const char *const *argv);

/* The victim `name` with its case and one argument (each may be null). */
void run_victim(struct run *ret, const char *const *env, const char *name, const char *which,
                const char *arg);

/* Open dir/NAME, or dir/p.PID when name is null. */
int run_other(const struct run *r, struct peek *ret, const char *name, int pid);

/* Profiles in dir. */
int run_profiles(const struct run *r);

void run_done(struct run *r);

#endif
