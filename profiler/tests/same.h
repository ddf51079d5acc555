/* SPDX-License-Identifier: Apache-2.0 */
/* A command run twice, plain and under the shim: what it prints and how it ends must be the same to
 * the byte. */
#ifndef SAME_H
#define SAME_H

#include "peek.h"

struct same {
    char dir[64];  /* of the profiles, named NAME.PID */
    char *said;    /* both outputs of the command, and its status as "[N]" */
    uint64_t lost; /* events, by all profiles */
};

/* Runs `command` by sh; `before` and `after` (each may be null) are preloaded besides. Fails the
 * test when the two runs differ, or when a profile lost an event or was left by a signal. */
void same_run(struct same *ret, const char *before, const char *after, const char *command);

/* The same, and profiles may have lost events. */
void same_run_losing(struct same *ret, const char *command);

/* The first profile in the order of names of a program `name`; false when there is none. */
bool same_profile(const struct same *s, const char *name, struct peek *ret);

/* Profiles of programs `name` (null: of all). */
int same_profiles(const struct same *s, const char *name);

/* Of these: with that number of allocations in `function`. */
int same_profiles_with(const struct same *s, const char *name, const char *function,
                       uint64_t allocations);

void same_done(struct same *s);

#endif
