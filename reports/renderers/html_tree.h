/* SPDX-License-Identifier: Apache-2.0 */
/* The call tree of a report or a diff as columns of the data block: nodes in preorder, heaviest
 * child first; figures as cells (node, group of scope and phase, a value for each metric). */
#ifndef NOCOPY_HTML_TREE_H
#define NOCOPY_HTML_TREE_H

#include "html_data.h"
#include "renderer.h"

struct json_t;

#define HTML_DEEPEST    254     /* frames past this are folded into one, "[deeper]" */
#define HTML_MOST_NODES 2000000 /* past this, small subtrees are folded into "[N small]" */

/* A scope and a phase as the pickers know them; group 0 is what lies outside of any. */
struct html_group {
    const char *name;
    enum report_phase phase;
};

struct html_tree {
    struct html_group *groups;
    size_t n_groups;
    size_t folded_small, folded_deep; /* nodes that are not shown by themselves */
    uint64_t sum[8];                  /* of each metric, in the order of html_metrics[] */
};

struct html_metric {
    const char *id, *label, *unit; /* unit: "bytes" or "count" */
    size_t offset;                 /* into struct report_metrics */
};
extern const struct html_metric html_metrics[];
extern const size_t html_n_metrics;
uint64_t html_metric_of(const struct report_metrics *metrics, size_t metric);

/* Add the columns; files are shown relative to `root`. Returns 0 or -ENOMEM. html_tree_done() is
 * due in both cases. */
int html_tree_add_report(struct html_tree *ret, struct html_data *data, const struct report *report,
                         const char *root);
int html_tree_add_diff(struct html_tree *ret, struct html_data *data, const struct diff *diff,
                       const char *root);
void html_tree_done(struct html_tree *tree);

/* Group of a scope of the report that the tree was made of; 0 for REPORT_NONE. */
size_t html_tree_group(const struct html_tree *tree, const struct report *report, uint32_t scope,
                       enum report_phase phase);
/* {metrics, scopes, phases} for the header of the block. */
struct json_t *html_tree_meta(const struct html_tree *tree, const char *kind);

/* How a phase is called on the pages: "batch[1]" ... */
const char *html_phase_words(enum report_phase phase);

#endif
