/* SPDX-License-Identifier: Apache-2.0 */
/* What a program that we become, or start, has to know: NOCOPY_RUN tells it that it is not the
 * first of its run. The host's own environment is left alone. */
#ifndef SHIM_FOLLOW_H
#define SHIM_FOLLOW_H

/* Once: the value of NOCOPY_RUN to hand on. `given`: the one we got, null when we are first. */
void follow_init(const char *given);

/* `environment`, or, when it preloads us, a copy: with NOCOPY_RUN where that is lacking, and
 * without us where `file` (null: not told) is a program that we would hurt. The copy lives until
 * the calling thread's next call; also in a vfork's child. */
char *const *follow_environment(const char *file, char *const *environment);

#endif
