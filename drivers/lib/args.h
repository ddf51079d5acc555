/* SPDX-License-Identifier: Apache-2.0 */
/* What every driver understands on its command line, as a child of its own argp. */
#ifndef ARGS_H
#define ARGS_H

#include "series.h"

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

/* Exit statuses of every driver; CONTRACT of `indicators` among them. */
enum driver_status { DRIVER_OK = 0, DRIVER_FAILED = 1, DRIVER_BAD_USE = 2, DRIVER_BAD_DATA = 3 };

/* The measuring drivers' common options. Give one as the child's input, zeroed but for `seed`. */
struct driver_args {
    struct series_source source; /* --data --columns --bars --seed */
    bool list, json;             /* --list, --json */
    const char *indicator[64];   /* --indicator, repeatable; all of them when n_indicators is 0 */
    size_t n_indicators;
};

/* Only --data --columns --bars, into a struct series_source; the second with --seed too. */
extern const struct argp args_file_argp;
extern const struct argp args_source_argp;
/* All of struct driver_args. */
extern const struct argp args_driver_argp;

/* A number of 1.. underscores and k, M as in 10k allowed; argp_error()
 * when it is none. */
size_t args_count(struct argp_state *state, const char *option, const char *text);

/* argp_parse() with bad use ending in DRIVER_BAD_USE and --version as told; leaves argv as it was.
 */
void args_parse(const struct argp *argp, int argc, char **argv, void *input);

/* Are all --indicator names known? -1 after telling which is not. */
int args_check_indicators(const struct driver_args *args);
/* What --list does: the names, one a line; DRIVER_OK. */
int args_list_indicators(void);
/* True when `name` is to be run. */
bool args_wants(const struct driver_args *args, const char *name);

/* series_load(), its note told on stderr; ends the program with the fitting status on failure. */
void args_load_series(struct series *ret, const struct series_source *source);
#endif
