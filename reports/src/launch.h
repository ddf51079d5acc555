/* SPDX-License-Identifier: Apache-2.0 */
/* A program under the shim: where the shim is, what it is told, what hinders it, what it left. */
#ifndef NOCOPY_LAUNCH_H
#define NOCOPY_LAUNCH_H

#include "process.h"

#include <argp.h>
#include <stdint.h>

/* The recording options of CONTRACT section 2, as NAME=VALUE for the environment. */
struct recording {
    struct strings variables; /* NOCOPY_COPIES=on ... */
    struct strings scopes;    /* --scope, in order */
};

/* Give it as a child to a command's argp, with a struct recording as its input. Values are checked;
 * a wrong one ends the program with argp_err_exit_status. */
extern const struct argp recording_argp;
/* Put the options into our own environment, for children that are nocopy again. */
void recording_export(const struct recording *recording);
void recording_done(struct recording *recording);

/* The shim beside this command, in a build tree or an installed one. Returns 0 with an absolute
 * path (owned by the caller), or -ENOENT with `ret` the places looked at, for a message. */
int launch_find_shim(char **ret);

/* Add to `env` what makes a program record: LD_PRELOAD (what is there already stays, behind ours)
 * and the NOCOPY_ variables. `output` is the profile's name, a template; it is made absolute. */
void launch_prepare(struct strings *env, const char *shim, const struct recording *recording,
                    const char *output);

/* What hinders the shim in program `path` (found, absolute or relative to us): a sentence that ends
 * without a full stop and says what to do, owned by the caller; null when nothing does. */
char *launch_obstacle(const char *path);

/* Profiles that processes `root` and its descendants left under a template, the first process's
 * first. `since_ns` is CLOCK_REALTIME before the start. */
void launch_profiles(const char *output, pid_t root, uint64_t since_ns, struct strings *ret);

uint64_t launch_now_ns(void);

/* Template (%p ...) used when the user gives none. */
#define LAUNCH_OUTPUT "nocopy.%e.%p.prof"

#endif
