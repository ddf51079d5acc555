/* SPDX-License-Identifier: Apache-2.0 */
/* report.html and diff.html: one file each, complete without a network and without the script. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#include "html_diff.h"
#include "html_page.h"

static const struct html_tab tabs[] = {
    {"overview", "Overview"},     {"stacks", "Stacks"}, {"flow", "Copy flow"}, {"sites", "Sites"},
    {"time", "Time &amp; sizes"}, {"source", "Source"}, {"about", "About"},    {NULL, NULL},
};

static void subtitle(struct html *h) { html_run_line(h, h->report); }

static void stacks_view(struct html *h)
{
    html_view_begin(h, "stacks");
    fputs("<h2>Call stacks by cost</h2>\n<div class=\"live\" id=\"stacks-live\"><p class=\"muted\">"
          "The graph needs JavaScript.</p></div>\n",
          h->out);
    if (h->report->n_efficiency) { /* else they are in the Overview already */
        fputs("<details class=\"fold\"><summary>Heaviest functions as a table</summary>\n", h->out);
        html_functions_table(h, 40);
        fputs("</details>\n", h->out);
    }
    html_view_end(h);
}

static void source_view(struct html *h)
{
    html_view_begin(h, "source");
    html_source_view(h);
    html_view_end(h);
}

/* Files by the number that anchors of the Source view carry. */
static json_t *files_meta(const struct html *h)
{
    json_t *files = json_array();

    for (size_t i = 0; i < h->sources.n_files; i++) {
        char *clean = nc_utf8_clean(html_path_short(h->root, h->sources.files[i].path));

        json_array_append_new(files, json_string(clean ? clean : ""));
        free(clean);
    }
    return files;
}

static int put_report(struct html *h)
{
    struct html_data data = {0};
    struct html_tree tree;
    json_t *meta = NULL;
    int r = html_tree_add_report(&tree, &data, h->report, h->root);

    h->tree = &tree;
    if (r == 0) {
        html_page_begin(h, "nocopy report", tabs, subtitle);
        html_run_banners(h, h->report, "");
        fputs("</div>\n<main id=\"main\" tabindex=\"-1\">\n", h->out);
        html_overview(h);
        stacks_view(h);
        html_flow_view(h);
        html_sites_view(h);
        html_time_view(h);
        source_view(h);
        html_about_view(h);
        meta = html_tree_meta(&tree, "report");
        json_object_set_new(meta, "files", files_meta(h));
        json_object_set_new(meta, "flow", html_flow_meta(h));
        json_object_set_new(meta, "timeline", html_time_meta(h, &tree));
        r = html_page_end(h, &data, meta);
    }
    html_tree_done(&tree);
    html_data_done(&data);
    return r;
}

static const char *mark_of(const struct report *report)
{
    if (report->run.sampled)
        return "\xe2\x89\x88 ";
    if (!report->run.complete || report->run.lost_events || *report->run.damage)
        return "\xe2\x89\xa5 ";
    return "";
}

static int with_sources(struct html *h, int (*put)(struct html *h))
{
    char folder[PATH_MAX];
    struct render_options options = *h->options;
    int r;

    if (!options.source_root && getcwd(folder, sizeof folder))
        options.source_root = folder;
    h->options = &options;
    h->root = options.source_root ? options.source_root : "";
    r = html_sources_load(&h->sources, h->report, &options);
    if (r == 0)
        r = put(h);
    html_sources_done(&h->sources);
    return r;
}

static int render_report(const struct report *report, const struct render_options *options,
                         FILE *out)
{
    struct html h = {.out = out, .options = options, .report = report, .mark = mark_of(report)};

    return with_sources(&h, put_report);
}

static int render_diff(const struct diff *diff, const struct render_options *options, FILE *out)
{
    struct html h = {
        .out = out, .options = options, .report = diff->head, .diff = diff, .mark = ""};

    return with_sources(&h, html_diff_page);
}

static const char *const endings[] = {".html", ".htm", NULL};

RENDERER(html) = {
    .name = "html",
    .endings = endings,
    .media = "text/html",
    .report = render_report,
    .diff = render_diff,
};
