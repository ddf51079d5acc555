/* SPDX-License-Identifier: Apache-2.0 */
/* What happens once a row: shared by the analyses that look at batch calls. */
#ifndef NOCOPY_ROWS_H
#define NOCOPY_ROWS_H

#include "model.h"

/* Blocks of one stack that came and went inside batch calls of more than one combination. */
enum rows_habit {
    ROWS_NONE,      /* no such stack, or as much whatever the combinations */
    ROWS_TEMPORARY, /* made and freed row by row: few at a time */
    ROWS_RETAINED   /* piling up until the call returns */
};

/* Stacks by line, scope name and phase. */
struct rows {
    const struct model *model;
    struct rows_site *sites;
    size_t n;
};

/* 0 or -ENOMEM. */
int rows_init(struct rows *ret, const struct model *model);
void rows_done(struct rows *rows);

enum rows_habit rows_habit(const struct rows *rows, uint32_t node);

/* Bytes freed inside one call of one combination at the line of `node`: by batch[1] calls, else by
 * single calls of the name. False when there were no such calls. */
bool rows_of_one(const struct rows *rows, uint32_t node, uint64_t *ret_bytes);

/* Nodes of batch[1] calls of the line and scope name of `node`: calls each of them. */
void rows_batch1(const struct rows *rows, uint32_t node,
                 void (*each)(uint32_t batch1, void *context), void *context);

#endif
