/* SPDX-License-Identifier: Apache-2.0 */
/* Running programs in tests and keeping what they print. */
#ifndef SPAWN_H
#define SPAWN_H

#include <stddef.h>
#include <sys/types.h>

struct spawned {
    int status;      /* exit status; 128 + N when signal N ended it */
    char *out, *err; /* owned, NUL-terminated */
    size_t out_size;
};

/* Run argv[0..] (null-terminated) with VAR=VALUE words added to the environment (null: none). A
 * path that is not absolute starts in the folder $DRIVERS. Fails the test when it cannot. */
struct spawned spawn_run(const char *const *argv, const char *const *env);
void spawned_free(struct spawned *s);

/* Start one and do not wait: stdout and stderr to /dev/null. */
pid_t spawn_start(const char *const *argv);

/* A path in the folder of this test run, made afresh and removed by spawn_cleanup(); valid until
 * the eighth call after. */
const char *spawn_path(const char *name);
void spawn_cleanup(void);

/* Write a file there; its path. */
const char *spawn_file(const char *name, const char *text);

/* A file of ../shared beside the sources, or null where there is none. Static. */
const char *spawn_shared(const char *name);

/* Shorthand: the words of an argv. */
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
#endif
