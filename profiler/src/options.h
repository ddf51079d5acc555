/* SPDX-License-Identifier: Apache-2.0 */
/* What the NOCOPY_... variables ask for. */
#ifndef SHIM_OPTIONS_H
#define SHIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stack.h"

enum options_content { CONTENT_OFF, CONTENT_ON, CONTENT_FULL };
enum options_untouched { UNTOUCHED_OFF, UNTOUCHED_ON, UNTOUCHED_EXACT };

struct options {
    const char *output;  /* template; borrowed from the environment */
    const char *scope;   /* patterns, one a line; null: the indicator API */
    const char *run;     /* NOCOPY_RUN: set by the first process of this run for later ones */
    const char *problem; /* variable whose value makes no sense: it counts as unset */
    uint64_t sample_bytes;
    size_t min_block;
    enum options_content content;
    enum options_untouched untouched;
    bool copies, follow, paused;
    int toggle_signal; /* 0: none */
    struct stack_options stack;
};

/* Read the environment. Allocates nothing. */
void options_read(struct options *ret);

/* In place of the environment's NOCOPY_ variables: "NAME=value" lines. False: too long. */
bool options_give(const char *lines);

/* Where the NOCOPY_ variables are: the environment, or what was given. Ends with null. */
char *const *options_list(void);

/* Value of the variable `name` in the environment; null when unset. Borrowed. */
const char *options_variable(const char *name);

#endif
