/* SPDX-License-Identifier: Apache-2.0 */
/* What the listings of the history share. */
#ifndef NOCOPY_HISTORY_PRINT_H
#define NOCOPY_HISTORY_PRINT_H

#include "output.h"

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

/* Formats of `list` (the first two) and `trend`; others are for whole reports. */
enum history_shape { SHAPE_TEXT, SHAPE_JSON, SHAPE_CSV, SHAPE_HTML, SHAPES };

/* The shape that --format, else the ending of -o FILE, asks for, of the first `shapes`. Returns 0
 * or EXIT_USE with a message printed. */
int history_shape(const struct output *output, int shapes, enum history_shape *ret);

/* "2026-11-24", UTC. */
void history_day(int64_t when, char ret[11]);
/* A name in at most `most` columns; what a terminal might act on is spelled. */
void history_clean(const char *text, unsigned most, FILE *out);
/* The beginning of a commit's id, in so many columns. */
void history_commit(const char *commit, unsigned columns, FILE *out);
/* A JSON string of anything. */
json_t *history_string(const char *text);
/* Write and give back. Returns 0 or -EIO. */
int history_write_json(json_t *json, FILE *out);

#endif
