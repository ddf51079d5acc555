/* SPDX-License-Identifier: Apache-2.0 */
/* The shell of a page: head with its policy, tabs, data block, and the views of a report. */
#ifndef NOCOPY_HTML_PAGE_H
#define NOCOPY_HTML_PAGE_H

#include "html_out.h"

struct json_t;

struct html_tab {
    const char *id, *title;
};

/* Everything up to <main>. The subtitle is put by `subtitle`; tabs end with a null id. */
void html_page_begin(struct html *h, const char *title, const struct html_tab *tabs,
                     void (*subtitle)(struct html *h));
/* The data block and the end of the page. Takes the reference of meta. Returns 0 or -errno. */
int html_page_end(struct html *h, const struct html_data *data, struct json_t *meta);

/* A banner over the views; `bad`: figures cannot be trusted. */
void html_banner(struct html *h, bool bad, const char *text);
/* Those of a run: cut off, damaged, events lost, sampled. `which` is "" or "Before: ". */
void html_run_banners(struct html *h, const struct report *report, const char *which);
/* What the run was, in a line: commit, time, indicators. */
void html_run_line(struct html *h, const struct report *report);

void html_view_begin(struct html *h, const char *id);
void html_view_end(struct html *h);

/* The views of a report, each a file or two of them in one. */
void html_overview(struct html *h);
void html_sites_view(struct html *h);
void html_flow_view(struct html *h);
void html_time_view(struct html *h);
void html_about_view(struct html *h);
/* Parts that both pages show. */
void html_functions_table(struct html *h, size_t most);
void html_places_table(struct html *h, size_t most);
void html_glossary(struct html *h);

/* Parts of the data block's header: {nodes, edges} and {start, end, min, max, scope}. */
struct json_t *html_flow_meta(const struct html *h);
struct json_t *html_time_meta(const struct html *h, const struct html_tree *tree);

#endif
