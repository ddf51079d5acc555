/* SPDX-License-Identifier: Apache-2.0 */
/* The calls of `nocopy history`. */
#ifndef NOCOPY_CMD_HISTORY_H
#define NOCOPY_CMD_HISTORY_H

#include "history.h"
#include "output.h"
#include "process.h"

struct history_args {
    struct output output;
    struct strings words; /* the call and what it works on */
    const char *store, *commit, *indicator, *metric;
    char *address; /* settled from `store` */
    unsigned last;
};

/* Each returns an exit status. */
int history_add_main(const struct history_args *args);
int history_list_main(const struct history_args *args);
int history_show_main(const struct history_args *args);
int history_trend_main(const struct history_args *args);

#endif
