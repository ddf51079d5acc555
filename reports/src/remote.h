/* SPDX-License-Identifier: Apache-2.0 */
/* Another process as /proc shows it: what lies where in its memory. */
#ifndef NOCOPY_REMOTE_H
#define NOCOPY_REMOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct region {
    uint64_t start, end, offset;
    char *path; /* "" for nameless memory */
};

struct remote {
    pid_t pid;
    int memory; /* descriptor of /proc/PID/mem */
    struct region *regions;
    size_t len, room;
    uint64_t restorer; /* the code by which signal handlers return; 0: not found */
};

/* False: there is no such process, or it may not be looked into. remote_done() in either case. */
bool remote_open(struct remote *ret, pid_t pid);
void remote_done(struct remote *r);

/* Read the list of regions anew. */
bool remote_look(struct remote *r);
const struct region *remote_region(const struct remote *r, uint64_t at); /* null: none there */
/* The first region of the file `path`. */
const struct region *remote_file(const struct remote *r, const char *path);
bool remote_is_libc(const struct region *region); /* or of its kin: libpthread, libgcc_s */
bool remote_is_loader(const struct region *region);
/* A region of a file whose base name begins with `name`. */
const struct region *remote_named(const struct remote *r, const char *name);

bool remote_read(const struct remote *r, uint64_t at, void *ret, size_t size);
bool remote_write(const struct remote *r, uint64_t at, const void *bytes, size_t size);

/* Where a function is in the process: of libc (or libdl), or of the library loaded from `path`.
 * 0: not found. */
uint64_t remote_function(const struct remote *r, const char *name);
uint64_t remote_function_of(const struct remote *r, const char *path, const char *name);

#endif
