/* SPDX-License-Identifier: Apache-2.0 */
/* A file that is there whole or not at all: written beside its place under a passing name, moved
 * into it at the end. SIGINT, SIGTERM and SIGHUP remove what was begun. */
#ifndef OUTFILE_H
#define OUTFILE_H

#include "series.h"

#include <limits.h>
#include <stdio.h>

struct outfile {
    FILE *f;             /* write here */
    const char *path;    /* borrowed; null: stdout */
    char temp[PATH_MAX]; /* "" when written in place: stdout, a pipe, a device */
};

/* At most one file at a time. A null path is stdout. 0, or -1 with `err` told. */
int outfile_open(struct outfile *ret, const char *path, struct series_message *err);
/* Close and move into place; a failure of any earlier write shows here at the latest. */
int outfile_commit(struct outfile *o, struct series_message *err);
/* Close and leave nothing behind. After a commit: nothing. */
void outfile_drop(struct outfile *o);

/* The header of a NumPy file of little-endian doubles in C order. `ret` holds OUTFILE_NPY_HEADER
 * bytes; returns the used length, a multiple of 64. */
enum { OUTFILE_NPY_HEADER = 256 };
size_t outfile_npy_header(char ret[OUTFILE_NPY_HEADER], const size_t *shape, size_t dims);
#endif
