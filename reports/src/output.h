/* SPDX-License-Identifier: Apache-2.0 */
/* Where a report goes, in which format, and how wide. */
#ifndef NOCOPY_OUTPUT_H
#define NOCOPY_OUTPUT_H

#include "renderer.h"

#include <argp.h>

/* Options shared by the commands that print reports or diffs. Zero it first. */
struct output {
    const char *format, *file, *color;
    struct render_options render;
    const struct renderer *renderer; /* settled by output_settle() */
};

/* Give it as a child to a command's argp, with a struct output as its input. */
extern const struct argp output_argp;

/* Pick the renderer: --format, else the ending of -o FILE, else text. Returns 0, or EXIT_USE with a
 * message printed. */
int output_settle(struct output *output, bool diff, const char *command);

/* Write it. A file is complete or, on failure, as it was. Returns 0, or EXIT_UNREADABLE with a
 * message printed. */
int output_report(const struct output *output, const struct report *report);
int output_diff(const struct output *output, const struct diff *diff);

/* A file that appears under its name only when all of it is there; pipes, devices and "-" (standard
 * output) are written as they are. */
struct atomic_file {
    FILE *out;
    char *path, *temporary; /* temporary: null when written in place */
};

/* Returns 0, or EXIT_UNREADABLE with a message printed. */
int atomic_open(struct atomic_file *file, const char *path);
/* Close; put in place when `error` is 0 and all was written, else take away. `error` is -errno or
 * 0; of -ECANCELED nothing is said. Returns 0, or EXIT_UNREADABLE with a message printed. */
int atomic_close(struct atomic_file *file, int error);

/* Whether escape sequences may be used on a stream, given --color (null: auto). */
bool output_color(const char *color, int fd);
bool output_utf8(void);

#endif
