/* SPDX-License-Identifier: Apache-2.0 */
#include "html_out.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

const char *html_bytes_words(char buf[HTML_AMOUNT], uint64_t bytes)
{
    return bytes ? show_bytes(buf, bytes) : "0";
}

const char *html_time_words(char buf[HTML_AMOUNT], double ns)
{
    static const char *const units[] = {"ns", "\xc2\xb5s", "ms", "s"};
    size_t unit = 0;
    int n;

    for (; ns >= 999.5 && unit < 3; unit++)
        ns /= 1000;
    n = unit == 0 ? 0 : ns < 9.995 ? 2 : ns < 99.95 ? 1 : 0;
    snprintf(buf, HTML_AMOUNT, "%.*f %s", n, ns, units[unit]);
    return buf;
}

const char *html_delta_words(char buf[HTML_AMOUNT], int64_t bytes)
{
    char words[SHOW_SIZE];

    if (bytes == 0)
        return "0";
    snprintf(buf, HTML_AMOUNT, "%s%.*s", bytes > 0 ? "+" : MINUS, HTML_AMOUNT - 8,
             show_bytes(words, bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes));
    return buf;
}

const char *html_percent_words(char buf[HTML_AMOUNT], double percent)
{
    if (!isfinite(percent))
        snprintf(buf, HTML_AMOUNT, "\xe2\x88\x9e");
    else if (fabs(percent) < 0.05)
        snprintf(buf, HTML_AMOUNT, "0.0 %%");
    else
        snprintf(buf, HTML_AMOUNT, "%s%.1f %%", percent > 0 ? "+" : MINUS, fabs(percent));
    return buf;
}

void html_text(struct html *h, const char *text) { nc_html_escape(h->out, text); }

void html_site(struct html *h, const struct report_site *site, bool whole)
{
    if (!*site->file)
        return;
    html_text(h, whole ? html_path_short(h->root, site->file) : show_base(site->file));
    if (site->line)
        fprintf(h->out, ":%u", site->line);
}

void html_site_link(struct html *h, const struct report_site *site)
{
    const int file = html_sources_find(&h->sources, site->file, site->line);

    fputs("<code>", h->out);
    html_text(h, site->function);
    fputs("</code>", h->out);
    if (!*site->file)
        return;
    fputs(" <code title=\"", h->out);
    html_site(h, site, true);
    fputs("\">(", h->out);
    if (file >= 0)
        fprintf(h->out, "<a href=\"#source?f=L%d-%u\">", file, site->line);
    html_site(h, site, false);
    fprintf(h->out, "%s)</code>", file >= 0 ? "</a>" : "");
}

void html_cell_bytes(struct html *h, uint64_t bytes)
{
    char words[HTML_AMOUNT], count[HTML_AMOUNT];

    fprintf(h->out, "<td class=\"num\" data-v=\"%" PRIu64 "\" title=\"%s B\">%s%s</td>", bytes,
            show_count(count, bytes), h->mark, html_bytes_words(words, bytes));
}

void html_cell_count(struct html *h, uint64_t n)
{
    char words[HTML_AMOUNT];

    fprintf(h->out, "<td class=\"num\" data-v=\"%" PRIu64 "\">%s%s</td>", n, h->mark,
            show_count(words, n));
}

void html_cell_delta(struct html *h, int64_t bytes, bool colored)
{
    char words[HTML_AMOUNT], count[HTML_AMOUNT];
    const char *tint = !colored || !bytes ? "" : bytes > 0 ? " grew" : " shrank";

    fprintf(h->out, "<td class=\"num%s\" data-v=\"%" PRId64 "\" title=\"%s%s B\">%s</td>", tint,
            bytes,
            bytes > 0   ? "+"
            : bytes < 0 ? MINUS
                        : "",
            show_count(count, bytes < 0 ? 0 - (uint64_t)bytes : (uint64_t)bytes),
            html_delta_words(words, bytes));
}

void html_cell_site(struct html *h, const struct report_site *site)
{
    const int file = html_sources_find(&h->sources, site->file, site->line);

    if (!*site->file) {
        fputs("<td class=\"site muted\">", h->out);
        html_text(h, site->function);
        fputs("</td>", h->out);
        return;
    }
    fputs("<td class=\"site\" title=\"", h->out);
    html_text(h, site->function);
    fputs("  ", h->out);
    html_site(h, site, true);
    fputs("\">", h->out);
    if (file >= 0)
        fprintf(h->out, "<a href=\"#source?f=L%d-%u\">", file, site->line);
    html_site(h, site, false);
    fprintf(h->out, "%s</td>", file >= 0 ? "</a>" : "");
}

void html_cell_text(struct html *h, const char *text)
{
    fputs("<td>", h->out);
    html_text(h, text);
    fputs("</td>", h->out);
}

const char *html_status_class(enum report_status status)
{
    static const char *const names[STATUSES] = {"ok", "moderate", "high", "none"};

    return status < STATUSES ? names[status] : "none";
}

const char *html_status_shape(enum report_status status)
{
    static const char *const shapes[STATUSES] = {"\xe2\x97\x8f", "\xe2\x96\xa0", "\xe2\x96\xb2",
                                                 "\xe2\x9c\x95"};

    return status < STATUSES ? shapes[status] : "\xe2\x9c\x95";
}

const char *html_status_words(enum report_status status)
{
    static const char *const words[STATUSES] = {"OK", "MODERATE", "HIGH", "NONE"};

    return status < STATUSES ? words[status] : "NONE";
}

void html_chip(struct html *h, enum report_status status)
{
    fprintf(h->out, "<span class=\"chip %s\"><span aria-hidden=\"true\">%s</span> %s</span>",
            html_status_class(status), html_status_shape(status), html_status_words(status));
}

void html_overhead_bar(struct html *h, double percent, enum report_status status)
{
    const bool past = percent > 150; /* infinity too */
    const double width = !(percent > 0) ? 0 : past ? 90 : percent * 90 / 150;

    fprintf(h->out,
            "<svg class=\"bar\" width=\"97\" height=\"9\" aria-hidden=\"true\">"
            "<rect class=\"bar-track\" width=\"90\" height=\"9\"/>"
            "<rect class=\"bar-%s\" width=\"%.1f\" height=\"9\"/>",
            html_status_class(status), width);
    if (past)
        fprintf(h->out, "<path class=\"bar-%s\" d=\"M90,0 L97,4.5 L90,9 z\"/>",
                html_status_class(status));
    fputs("<path class=\"bar-tick\" d=\"M6,0V9M30,0V9\"/></svg>", h->out);
}

void html_delta_bar(struct html *h, double part)
{
    const double width = fmin(fabs(part), 1) * 44;

    fprintf(h->out,
            "<svg class=\"bar\" width=\"90\" height=\"9\" aria-hidden=\"true\">"
            "<rect class=\"bar-%s\" x=\"%.1f\" width=\"%.1f\" height=\"9\"/>"
            "<path class=\"bar-zero\" d=\"M45,0V9\"/></svg>",
            part > 0 ? "grew" : "shrank", part > 0 ? 45.0 : 45.0 - width, width);
}

void html_tools(struct html *h, const char *id, const char *label, const char *csv, bool statuses)
{
    fprintf(h->out,
            "<div class=\"tools needs-js\" id=\"%s-tools\" hidden><label for=\"%s-filter\">Filter"
            "</label> <input type=\"search\" id=\"%s-filter\" placeholder=\"%s\">",
            id, id, id, label);
    if (statuses) {
        static const enum report_status order[] = {STATUS_HIGH, STATUS_MODERATE, STATUS_OK,
                                                   STATUS_NONE};

        for (size_t i = 0; i < 4; i++)
            fprintf(h->out,
                    "<button type=\"button\" aria-pressed=\"false\" data-status=\"%s\">%s %s"
                    "</button>",
                    html_status_class(order[i]), html_status_shape(order[i]),
                    html_status_words(order[i]));
    }
    fprintf(h->out, "<button type=\"button\" class=\"push\" data-csv=\"%s\">CSV</button></div>",
            csv);
}
