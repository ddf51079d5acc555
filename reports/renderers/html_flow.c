/* SPDX-License-Identifier: Apache-2.0 */
/* Who copies to whom: the table; the picture is drawn of the same edges by assets/flow.js. */
#include <jansson.h>
#include <stdlib.h>

#include "html_page.h"

#define MOST_EDGES 400

static const char *scope_name(const struct report *report, uint32_t scope)
{
    return scope < report->n_scopes ? report->scopes[scope].name : "";
}

static void buffer_cell(struct html *h, const struct report_buffer *b)
{
    fputs("<td class=\"site\">", h->out);
    if (html_has_site(&b->at))
        html_site_link(h, &b->at);
    else
        fputs(b->role == BUFFER_INPUT ? "caller\xe2\x80\x99s memory" : "no heap block", h->out);
    fprintf(h->out, " <span class=\"muted\">%s</span></td>", report_buffer_role_name(b->role));
}

void html_flow_view(struct html *h)
{
    const struct report *report = h->report;
    const size_t n = report->n_edges < MOST_EDGES ? report->n_edges : MOST_EDGES;

    html_view_begin(h, "flow");
    fputs("<h2>Who copies to whom</h2>\n", h->out);
    if (!n) {
        fprintf(h->out, "<p class=\"empty\">%s</p>\n",
                report->run.copies ? "No copy between two blocks was seen."
                                   : "Copies were not recorded (--copies=off).");
        html_view_end(h);
        return;
    }
    fputs(
        "<p class=\"muted\">A band is copied bytes. Magenta: needless, for the copy stayed as its "
        "source was, or the source was freed right after. Blue: needed.</p>\n"
        "<div class=\"live\" id=\"flow-live\"></div>\n<h3>The same as a table</h3>\n",
        h->out);
    html_tools(h, "edges", "function, file, indicator", "nocopy-copies.csv", false);
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Copies\">"
          "<table class=\"sortable\" id=\"edges\"><thead><tr><th scope=\"col\">From</th>"
          "<th scope=\"col\">To</th><th scope=\"col\">Copied in</th><th scope=\"col\">Scope</th>"
          "<th scope=\"col\">Phase</th><th scope=\"col\" class=\"num\">Copies</th>"
          "<th scope=\"col\" class=\"num\">Bytes</th><th scope=\"col\" class=\"num\">Needless</th>"
          "</tr></thead><tbody>\n",
          h->out);
    for (size_t i = 0; i < n; i++) {
        const struct report_edge *e = &report->edges[i];

        fputs("<tr>", h->out);
        buffer_cell(h, &report->buffers[e->source]);
        buffer_cell(h, &report->buffers[e->destination]);
        if (html_has_site(&e->copied)) {
            fputs("<td class=\"site\">", h->out);
            html_site_link(h, &e->copied);
            fputs("</td>", h->out);
        } else {
            fputs("<td class=\"muted\">no call: equal content</td>", h->out);
        }
        html_cell_text(h, scope_name(report, e->scope));
        html_cell_text(h, html_phase_words(e->phase));
        html_cell_count(h, e->copies);
        html_cell_bytes(h, e->bytes);
        html_cell_bytes(h, e->needless_bytes);
        fputs("</tr>\n", h->out);
    }
    fputs("</tbody></table></div>\n", h->out);
    if (n < report->n_edges)
        fprintf(h->out,
                "<p class=\"muted\">%zu lighter ones are not listed; totals include them."
                "</p>\n",
                report->n_edges - n);
    html_view_end(h);
}

static json_t *text(const char *string)
{
    char *clean = nc_utf8_clean(string);
    json_t *json = json_string(clean ? clean : "");

    free(clean);
    return json;
}

static json_t *edge_meta(const struct html *h, const struct report_edge *e)
{
    const int file = html_sources_find(&h->sources, e->copied.file, e->copied.line);
    char anchor[40] = "";

    if (file >= 0)
        snprintf(anchor, sizeof anchor, "L%d-%u", file, e->copied.line);
    return json_pack(
        "{sI sI sI sI sI so so sI so ss}", "from", (json_int_t)e->source, "to",
        (json_int_t)e->destination, "copies", (json_int_t)e->copies, "bytes", (json_int_t)e->bytes,
        "needless", (json_int_t)e->needless_bytes, "function", text(e->copied.function), "file",
        text(html_path_short(h->root, e->copied.file)), "line", (json_int_t)e->copied.line, "scope",
        text(scope_name(h->report, e->scope)), "anchor", anchor);
}

json_t *html_flow_meta(const struct html *h)
{
    const struct report *report = h->report;
    const size_t n = report->n_edges < MOST_EDGES ? report->n_edges : MOST_EDGES;
    json_t *nodes = json_array(), *edges = json_array();

    for (size_t i = 0; n && i < report->n_buffers; i++) {
        const struct report_buffer *b = &report->buffers[i];

        json_array_append_new(nodes, json_pack("{so so sI ss sI}", "function", text(b->at.function),
                                               "file", text(html_path_short(h->root, b->at.file)),
                                               "line", (json_int_t)b->at.line, "role",
                                               report_buffer_role_name(b->role), "bytes",
                                               (json_int_t)b->bytes));
    }
    for (size_t i = 0; i < n; i++)
        json_array_append_new(edges, edge_meta(h, &report->edges[i]));
    return json_pack("{so so}", "nodes", nodes, "edges", edges);
}
