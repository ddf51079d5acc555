/* SPDX-License-Identifier: Apache-2.0 */
/* What the text forms of a report and of a diff share. */
#ifndef NOCOPY_TEXT_H
#define NOCOPY_TEXT_H

#include "renderer.h"
#include "show.h"

struct text {
    FILE *out;
    const struct render_options *options;
};

/* Shape, word and colour; `pad` to ten columns. */
void text_status(struct text *t, enum report_status status, bool pad);
void text_bold(struct text *t, const char *title);
/* Width to fill: at least 80. */
unsigned text_columns(const struct text *t);
/* "" or "s". */
const char *text_plural(uint64_t n);

/* text_diff.c */
int text_diff(const struct diff *diff, const struct render_options *options, FILE *out);

#endif
