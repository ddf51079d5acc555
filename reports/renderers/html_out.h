/* SPDX-License-Identifier: Apache-2.0 */
/* What the views of a page have in common: the state of one page being written, figures in words,
 * table cells, chips and bars. Nothing here knows a view. */
#ifndef NOCOPY_HTML_OUT_H
#define NOCOPY_HTML_OUT_H

#include "html_escape.h"
#include "html_path.h"
#include "html_source.h"
#include "html_tree.h"
#include "renderer.h"
#include "show.h"

#define MINUS "\xe2\x88\x92" /* U+2212 */

struct html {
    FILE *out;
    const struct render_options *options;
    const struct report *report; /* of a diff: head's */
    const struct diff *diff;     /* null in a report */
    const char *root;            /* folder that paths are shown relative to, "" */
    const char *mark;            /* before figures: "" exact, "≈ " sampled, "≥ " lower bounds */
    const struct html_tree *tree; /* what Stacks shows */
    struct html_sources sources;
};

/* Figures in words, where show.h's do not serve a page: 0 without a unit, U+2212 for minus, short
 * times. The result lives as long as `buf`. */
#define HTML_AMOUNT SHOW_SIZE
const char *html_bytes_words(char buf[HTML_AMOUNT], uint64_t bytes);
const char *html_time_words(char buf[HTML_AMOUNT], double ns);
/* With its sign: "+4.88 MiB", "0". */
const char *html_delta_words(char buf[HTML_AMOUNT], int64_t bytes);
/* "+55.0 %"; "\u221e" when not finite. */
const char *html_percent_words(char buf[HTML_AMOUNT], double percent);

/* fprintf() where %s is escaped text needs a function of its own: these put text safely. */
void html_text(struct html *h, const char *text);
/* "file.c:12" without folders (`whole`: with them), escaped; "" when the file is not known. */
void html_site(struct html *h, const struct report_site *site, bool whole);
/* "function (file.c:12)", linked to the Source view when the line is there. */
void html_site_link(struct html *h, const struct report_site *site);

/* Table cells. Each carries its exact figure in data-v (sorting, CSV) and in its title. */
void html_cell_bytes(struct html *h, uint64_t bytes);
void html_cell_count(struct html *h, uint64_t n);
void html_cell_delta(struct html *h, int64_t bytes, bool colored);
void html_cell_site(struct html *h, const struct report_site *site);
void html_cell_text(struct html *h, const char *text);

/* A chip: shape, word and colour. */
void html_chip(struct html *h, enum report_status status);
const char *html_status_class(enum report_status status);
const char *html_status_shape(enum report_status status);
const char *html_status_words(enum report_status status);

/* 0 to 150 % with ticks at 10 and 50 and an arrow head past the end. */
void html_overhead_bar(struct html *h, double percent, enum report_status status);
/* A change to the left or right of a middle line; `part` of the longest in the table. */
void html_delta_bar(struct html *h, double part);

/* Filter field, status chips when `statuses`, CSV button, for the table `id`. */
void html_tools(struct html *h, const char *id, const char *label, const char *csv, bool statuses);

/* Is a site known at all? */
static inline bool html_has_site(const struct report_site *site) { return *site->function; }

#endif
