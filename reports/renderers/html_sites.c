/* SPDX-License-Identifier: Apache-2.0 */
/* Flat tables: every call site, and functions by weight. */
#include <inttypes.h>

#include "html_page.h"

#define MOST_PLACES 2000

static void head(struct html *h, const char *text, const char *class)
{
    fprintf(h->out, "<th scope=\"col\"%s>%s</th>", class, text);
}

static void time_cell(struct html *h, uint64_t ns)
{
    char words[HTML_AMOUNT];

    if (ns)
        fprintf(h->out, "<td class=\"num\" data-v=\"%" PRIu64 "\">%s</td>", ns,
                html_time_words(words, (double)ns));
    else
        fputs("<td class=\"num muted\" data-v=\"\">\xe2\x80\x93</td>", h->out);
}

static void place_row(struct html *h, const struct report_place *p)
{
    fputs("<tr><th scope=\"row\" class=\"name\">", h->out);
    html_text(h, p->at.function);
    fputs("</th>", h->out);
    if (*p->at.file)
        html_cell_site(h, &p->at);
    else {
        fputs("<td class=\"site muted\">", h->out);
        html_text(h, p->module);
        fputs("</td>", h->out);
    }
    html_cell_text(h, p->call);
    html_cell_text(h, p->scope);
    html_cell_count(h, p->copying ? p->metrics.copies : p->metrics.allocations);
    html_cell_bytes(h, p->metrics.allocated_bytes);
    html_cell_bytes(h, p->metrics.copied_bytes);
    html_cell_bytes(h, p->metrics.needless_bytes);
    html_cell_bytes(h, p->metrics.peak_bytes);
    html_cell_bytes(h, p->largest_bytes);
    time_cell(h, p->median_lifetime_ns);
    if (p->metrics.frees)
        fprintf(h->out, "<td class=\"num\" data-v=\"%.17g\">%.1f %%</td>", p->short_lived_percent,
                p->short_lived_percent);
    else
        fputs("<td class=\"num muted\" data-v=\"\">\xe2\x80\x93</td>", h->out);
    fputs("</tr>\n", h->out);
}

void html_places_table(struct html *h, size_t most)
{
    /* A column that is a metric of the head's picker says which. */
    static const char *const numbers[][2] = {
        {"Calls", "allocations"}, {"Bytes", "allocated"}, {"Copied", "copied"},
        {"Needless", "needless"}, {"At peak", "peak"},    {"Largest", ""},
        {"Median lifetime", ""},  {"Short-lived", ""},
    };
    const size_t n = h->report->n_places < most ? h->report->n_places : most;

    html_tools(h, "places", "function, file, call", "nocopy-sites.csv", false);
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Sites\">"
          "<table class=\"sortable\" id=\"places\"><thead><tr>",
          h->out);
    head(h, "Function", "");
    head(h, "Place", "");
    head(h, "Call", "");
    head(h, "Scope", "");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        fprintf(h->out, "<th scope=\"col\" class=\"num\" data-m=\"%s\">%s</th>", numbers[i][1],
                numbers[i][0]);
    fputs("</tr></thead><tbody>\n", h->out);
    for (size_t i = 0; i < n; i++)
        place_row(h, &h->report->places[i]);
    fputs("</tbody></table></div>\n", h->out);
    if (n < h->report->n_places)
        fprintf(h->out,
                "<p class=\"muted\">%zu lighter sites are not listed here; totals include them, "
                "and <code>nocopy report --format json</code> has them all.</p>\n",
                h->report->n_places - n);
}

void html_sites_view(struct html *h)
{
    html_view_begin(h, "sites");
    fputs("<h2>Every call site</h2>\n", h->out);
    if (h->report->n_places) {
        fputs("<p class=\"muted\">One row for each line of your code and kind of call: the "
              "innermost frame that is not a library's.</p>\n",
              h->out);
        html_places_table(h, MOST_PLACES);
    } else {
        fputs("<p class=\"empty\">Nothing was allocated or copied while the profiler was on.</p>\n",
              h->out);
    }
    html_view_end(h);
}

void html_functions_table(struct html *h, size_t most)
{
    const struct report *report = h->report;

    if (!report->n_functions) {
        fputs("<p class=\"empty\">Nothing was allocated or copied while the profiler was on.</p>\n",
              h->out);
        return;
    }
    fputs("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Heaviest functions\">"
          "<table class=\"sortable\" id=\"functions\"><thead><tr>",
          h->out);
    head(h, "Function", "");
    head(h, "Place", "");
    head(h, "Allocations", " class=\"num\"");
    head(h, "Allocated", " class=\"num\"");
    head(h, "Never freed", " class=\"num\"");
    head(h, "At peak", " class=\"num\"");
    head(h, "Copies", " class=\"num\"");
    head(h, "Copied", " class=\"num\"");
    fputs("</tr></thead><tbody>\n", h->out);
    for (size_t i = 0; i < report->n_functions && i < most; i++) {
        const struct report_function *f = &report->functions[i];

        fputs("<tr><th scope=\"row\" class=\"name\">", h->out);
        html_text(h, f->at.function);
        fputs("</th>", h->out);
        if (*f->at.file)
            html_cell_site(h, &f->at);
        else {
            fputs("<td class=\"site muted\">", h->out);
            html_text(h, f->module);
            fputs("</td>", h->out);
        }
        html_cell_count(h, f->metrics.allocations);
        html_cell_bytes(h, f->metrics.allocated_bytes);
        html_cell_bytes(h, f->metrics.leaked_bytes);
        html_cell_bytes(h, f->metrics.peak_bytes);
        html_cell_count(h, f->metrics.copies);
        html_cell_bytes(h, f->metrics.copied_bytes);
        fputs("</tr>\n", h->out);
    }
    fputs("</tbody></table></div>\n", h->out);
    if (report->n_functions > most)
        fprintf(h->out, "<p class=\"muted\">%zu more functions: see Sites.</p>\n",
                report->n_functions - most);
}
