/* SPDX-License-Identifier: Apache-2.0 */
/* The first view: verdicts in tiles, what to fix first, every indicator. All of it is HTML, whole
 * without the script. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "html_page.h"
#include "scaled.h"

#define TOP_FINDINGS 5

static void tile(struct html *h, const char *class, const char *figure, const char *words)
{
    fprintf(h->out, "<li class=\"%s\"><b>%s</b>%s</li>\n", class, figure, words);
}

static void bytes_tile(struct html *h, uint64_t bytes, const char *words)
{
    char figure[HTML_AMOUNT], all[HTML_AMOUNT + 8];

    snprintf(all, sizeof all, "%s%s", h->mark, html_bytes_words(figure, bytes));
    tile(h, "", all, words);
}

static void verdict_tiles(struct html *h)
{
    static const char *const words[STATUSES] = {
        [STATUS_OK] = "\xe2\x97\x8f OK, under 10 %",
        [STATUS_MODERATE] = "\xe2\x96\xa0 MODERATE, 10 to 50 %",
        [STATUS_HIGH] = "\xe2\x96\xb2 HIGH, over 50 %",
        [STATUS_NONE] = "\xe2\x9c\x95 not measured",
    };
    static const enum report_status order[] = {STATUS_HIGH, STATUS_MODERATE, STATUS_OK,
                                               STATUS_NONE};
    size_t count[STATUSES] = {0}, rows = 0;
    char figure[HTML_AMOUNT];

    for (size_t i = 0; i < h->report->n_efficiency; i++) {
        const struct report_efficiency *e = &h->report->efficiency[i];

        count[e->status]++;
        rows += e->row_known && e->row_status == STATUS_HIGH;
    }
    for (size_t i = 0; i < 4; i++) {
        if (order[i] == STATUS_NONE && !count[STATUS_NONE])
            continue;
        tile(h, html_status_class(order[i]), show_count(figure, count[order[i]]), words[order[i]]);
    }
    if (rows) /* a batch may be OK with one combination and waste with each further one */
        tile(h, "row-high", show_count(figure, rows), "\xe2\x96\xb2 HIGH for one more row");
}

static void tiles(struct html *h)
{
    const struct report_metrics *all = &h->report->totals.all;
    char words[128];
    const size_t n = report_findings_of_weight(h->report);

    fputs("<ul class=\"tiles\">\n", h->out);
    if (h->report->n_efficiency) {
        verdict_tiles(h);
    } else {
        char figure[HTML_AMOUNT];

        snprintf(words, sizeof words, "allocated in %s blocks",
                 show_count(figure, all->allocations));
        bytes_tile(h, all->allocated_bytes, words);
        bytes_tile(h, all->peak_bytes, "live at the peak");
        bytes_tile(h, all->leaked_bytes, "never freed");
        snprintf(words, sizeof words, "copied by %s calls", show_count(figure, all->copies));
        bytes_tile(h, all->copied_bytes, words);
    }
    if (report_has_hints_only(h->report))
        snprintf(words, sizeof words, "proven needless; %zu hint%s", h->report->n_findings,
                 h->report->n_findings == 1 ? "" : "s");
    else
        snprintf(words, sizeof words, "needless, %zu finding%s", n, n == 1 ? "" : "s");
    bytes_tile(h, all->needless_bytes, words);
    fputs("</ul>\n", h->out);
}

/* "128 copies in batch[N]" */
static void finding_times(struct html *h, const struct report_finding *f)
{
    const char *noun = strncmp(f->kind, "copy", 4) == 0          ? "copies"
                       : strcmp(f->kind, "growth") == 0          ? "moves"
                       : strcmp(f->kind, "over-allocation") == 0 ? "blocks"
                                                                 : "times";
    char count[HTML_AMOUNT];

    fputs("<span class=\"times\">", h->out);
    if (f->count)
        fprintf(h->out, "%s%s %s", h->mark, show_count(count, f->count),
                f->count == 1 && strcmp(noun, "copies") == 0 ? "copy" : noun);
    if (f->has_mode)
        fprintf(h->out, " in %s", report_mode_name(f->mode));
    fputs("</span>", h->out);
}

static void finding_path(struct html *h, const struct report_finding *f)
{
    fputs("<span class=\"path\">", h->out);
    if (html_has_site(&f->source) && f->source.line != f->where.line) {
        html_site_link(h, &f->source);
        fputs(" \xe2\x86\x92 ", h->out);
    }
    html_site_link(h, html_has_site(&f->where) ? &f->where : &f->copied);
    fputs("</span>", h->out);
}

/* The lines of the three sites, those of one file together and in order. */
static void finding_source(struct html *h, const struct report_finding *f)
{
    const struct report_site *sites[] = {&f->where, &f->copied, &f->source};

    for (size_t i = 0; i < 3; i++) {
        uint32_t lines[3];
        size_t n = 0;

        if (!sites[i] || !*sites[i]->file)
            continue;
        const char *file = sites[i]->file;
        for (size_t k = i; k < 3; k++) {
            if (!sites[k] || strcmp(sites[k]->file, file) != 0)
                continue;
            size_t at = n++;
            for (; at > 0 && lines[at - 1] > sites[k]->line; at--)
                lines[at] = lines[at - 1];
            lines[at] = sites[k]->line;
            sites[k] = NULL;
        }
        html_source_excerpt(h, file, lines, n);
    }
}

static void finding_links(struct html *h, const struct report_finding *f)
{
    fputs("<a href=\"#stacks?", h->out);
    if (*f->scope) {
        fputs("i=", h->out);
        nc_url_escape(h->out, f->scope);
        fputs("&amp;", h->out);
    }
    fprintf(h->out, "m=%s\">show stacks</a>",
            strcmp(f->kind, "leak") == 0              ? "leaked"
            : strcmp(f->kind, "over-allocation") == 0 ? "untouched"
                                                      : "needless");
    if (strncmp(f->kind, "copy", 4) == 0 || strcmp(f->kind, "duplicate-content") == 0) {
        fputs(" \xc2\xb7 <a href=\"#flow", h->out);
        if (*f->scope) {
            fputs("?i=", h->out);
            nc_url_escape(h->out, f->scope);
        }
        fputs("\">show flow</a>", h->out);
    }
}

static void finding(struct html *h, const struct report_finding *f, bool open)
{
    char words[HTML_AMOUNT];

    fprintf(h->out, "<details%s data-id=\"", open ? " open" : "");
    html_text(h, f->id);
    fprintf(h->out,
            "\"><summary><span class=\"amount%s\" title=\"%" PRIu64 " B\">%s%s</span> "
            "<span class=\"who\">",
            f->severity == SEVERITY_LOW ? " low" : "", f->bytes, h->mark,
            html_bytes_words(words, f->bytes));
    html_text(h, *f->scope ? f->scope : report_kind_words(f->kind));
    fputs("</span> ", h->out);
    finding_path(h, f);
    finding_times(h, f);
    fputs("</summary><div class=\"body\"><p>", h->out);
    if (html_has_site(&f->copied)) {
        fputs("copied in ", h->out);
        html_site_link(h, &f->copied);
        fputs(" \xc2\xb7 ", h->out);
    }
    finding_links(h, f);
    fprintf(h->out, " \xc2\xb7 <span class=\"muted\">%s, %s</span></p>\n<p><span class=\"kind\">",
            f->kind, report_severity_name(f->severity));
    html_text(h, report_kind_words(f->kind));
    fputs(".</span> ", h->out);
    html_text(h, f->evidence);
    fputs("</p>\n", h->out);
    if (*f->advice) {
        fputs("<p class=\"try\"><b>Try:</b> ", h->out);
        html_text(h, f->advice);
        fputs("</p>\n", h->out);
    }
    finding_source(h, f);
    fputs("</div></details>\n", h->out);
}

static void findings(struct html *h)
{
    const struct report *report = h->report;
    const bool hints = report_has_hints_only(report);
    char copies[HTML_AMOUNT], bytes[HTML_AMOUNT];

    fprintf(h->out, "<h2>%s</h2>\n", report_findings_title(report));
    if (!report->n_findings) {
        fprintf(h->out,
                "<p class=\"empty\">No needless memory found: %s copies, %s, and %s allocated, "
                "looked at.%s</p>\n",
                show_count(copies, report->totals.all.copies),
                html_bytes_words(bytes, report->totals.all.copied_bytes),
                html_bytes_words((char[HTML_AMOUNT]){0}, report->totals.all.allocated_bytes),
                report->run.content ? "" : " Contents were not compared (--content=off).");
        return;
    }
    if (hints)
        fputs("<p class=\"muted\">All are of low severity: little of what was allocated, or it may "
              "have a purpose.</p>\n",
              h->out);
    fputs("<div class=\"fix\">\n", h->out);
    for (size_t i = 0; i < report->n_findings; i++) {
        if (i == TOP_FINDINGS)
            fprintf(h->out, "<details class=\"rest\"><summary>%zu more</summary>\n",
                    report->n_findings - i);
        finding(h, &report->findings[i], i == 0 && !hints);
    }
    fprintf(h->out, "%s</div>\n", report->n_findings > TOP_FINDINGS ? "</details>\n" : "");
}

/* "78.2 KiB", or "≈ 70–78.2 KiB" where the calls of one case differed; sorts by the most. */
static void spread_cell(struct html *h, bool has, uint64_t bytes, uint64_t least)
{
    char most_words[HTML_AMOUNT], least_words[HTML_AMOUNT];

    if (!has)
        fputs("<td class=\"num muted\" data-v=\"\">\xe2\x80\x93</td>", h->out);
    else if (least == bytes || !least)
        html_cell_bytes(h, bytes);
    else
        fprintf(h->out,
                "<td class=\"num\" data-v=\"%" PRIu64 "\" title=\"%" PRIu64 " to %" PRIu64
                " B\">\xe2\x89\x88 %s\xe2\x80\x93%s</td>",
                bytes, least, bytes, html_bytes_words(least_words, least),
                html_bytes_words(most_words, bytes));
}

static void percent_cell(struct html *h, bool known, double percent)
{
    char words[HTML_AMOUNT];

    if (known && isfinite(percent))
        fprintf(h->out, "<td class=\"num\" data-v=\"%.17g\">%s</td>", percent,
                html_percent_words(words, percent));
    else
        fputs("<td class=\"num\" data-v=\"inf\">\xe2\x88\x9e</td>", h->out);
}

static void row_verdict_cell(struct html *h, const struct report_efficiency *e)
{
    char words[HTML_AMOUNT];

    if (!e->row_known) {
        fputs("<td class=\"num muted\" data-v=\"\">\xe2\x80\x93</td>", h->out);
        return;
    }
    fprintf(h->out,
            "<td class=\"num t-%s\" data-v=\"%.17g\" title=\"one more combination: %s\">"
            "<span aria-hidden=\"true\">%s</span><span class=\"sr\">%s</span> %s</td>",
            html_status_class(e->row_status), e->row_overhead_percent,
            html_status_words(e->row_status), html_status_shape(e->row_status),
            html_status_words(e->row_status), html_percent_words(words, e->row_overhead_percent));
}

static void allocations_cell(struct html *h, const struct report_efficiency *e)
{
    char s[HTML_AMOUNT], b1[HTML_AMOUNT], bn[HTML_AMOUNT];

    fprintf(h->out, "<td class=\"num\" data-v=\"%" PRIu64 "\">%s / %s / %s</td>",
            e->batch_allocations,
            e->has_single ? show_count(s, e->single_allocations) : "\xe2\x80\x93",
            e->has_batch1 ? show_count(b1, e->batch1_allocations) : "\xe2\x80\x93",
            e->has_batch ? show_count(bn, e->batch_allocations) : "\xe2\x80\x93");
}

static void indicator_cell(struct html *h, const struct report_efficiency *e)
{
    fprintf(h->out, "<tr data-status=\"%s\"><th scope=\"row\"><a href=\"#stacks?i=",
            html_status_class(e->status));
    nc_url_escape(h->out, e->indicator);
    fputs("\">", h->out);
    html_text(h, e->indicator);
    fprintf(h->out, "</a>%s</th><td data-v=\"%d\">",
            e->varies ? " <span class=\"muted small\" title=\"calls of one case differed: figures "
                        "are the largest\">varies</span>"
                      : "",
            e->status == STATUS_NONE   ? 3
            : e->status == STATUS_HIGH ? 2
                                       : (int)e->status);
    html_chip(h, e->status);
    fputs("</td>", h->out);
}

static void indicator_row(struct html *h, const struct report_efficiency *e)
{
    indicator_cell(h, e);
    if (e->status == STATUS_NONE) {
        spread_cell(h, e->has_single, e->single_bytes, e->single_least);
        spread_cell(h, e->has_batch1, e->batch1_bytes, e->batch1_least);
        fputs("<td colspan=\"9\" class=\"muted\">", h->out);
        html_text(h, *e->reason ? e->reason : "only one half was measured");
        fputs("</td></tr>\n", h->out);
        return;
    }
    spread_cell(h, e->has_single, e->single_bytes, e->single_least);
    spread_cell(h, e->has_batch1, e->batch1_bytes, e->batch1_least);
    percent_cell(h, e->overhead_known, e->overhead_percent);
    fputs("<td>", h->out);
    html_overhead_bar(h, e->overhead_known ? e->overhead_percent : HUGE_VAL, e->status);
    fputs("</td>", h->out);
    spread_cell(h, e->has_batch, e->batch_bytes, e->batch_least);
    spread_cell(h, e->row_known, scaled(e->bytes_per_row + 0.5, 1, 1), 0);
    row_verdict_cell(h, e);
    spread_cell(h, e->has_batch, e->batch_copied, 0);
    spread_cell(h, e->has_batch, e->batch_peak, 0);
    allocations_cell(h, e);
    html_cell_site(h, &e->worst);
    fputs("</tr>\n", h->out);
}

/* Rows of the largest batch when they are the same everywhere, else 0. */
static uint64_t common_rows(const struct report *report)
{
    uint64_t rows = 0;

    for (size_t i = 0; i < report->n_efficiency; i++) {
        const struct report_efficiency *e = &report->efficiency[i];

        if (!e->has_batch)
            continue;
        if (rows && rows != e->batch_rows)
            return 0;
        rows = e->batch_rows;
    }
    return rows;
}

static void indicators(struct html *h)
{
    const uint64_t rows = common_rows(h->report);
    char n[32] = "N";

    if (rows)
        snprintf(n, sizeof n, "%" PRIu64, rows);
    fputs("<h2>Every indicator</h2>\n<p class=\"muted\">Overhead: batch with one combination over "
          "the "
          "single call. Row: one more combination over what it hands out. Bytes are counted: the "
          "same binary gives the same.</p>\n",
          h->out);
    html_tools(h, "indicators", "indicator, status, file", "nocopy-indicators.csv", true);
    fprintf(
        h->out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Every indicator\">"
        "<table class=\"sortable\" id=\"indicators\"><thead><tr>"
        "<th scope=\"col\">Indicator</th><th scope=\"col\">Verdict</th>"
        "<th scope=\"col\" class=\"num\">Single</th><th scope=\"col\" class=\"num\">Batch[1]"
        "</th><th scope=\"col\" class=\"num\">Overhead</th><td class=\"nosort\"></td>"
        "<th scope=\"col\" class=\"num\">Batch[%s]</th><th scope=\"col\" class=\"num\">per combo"
        "</th><th scope=\"col\" class=\"num\">Row</th><th scope=\"col\" class=\"num\">Copied"
        "</th><th scope=\"col\" class=\"num\">Peak live</th><th scope=\"col\" class=\"num\">"
        "Allocs s/1/%s</th><th scope=\"col\">Worst site</th></tr></thead><tbody>\n",
        n, n);
    for (size_t i = 0; i < h->report->n_efficiency; i++)
        indicator_row(h, &h->report->efficiency[i]);
    fputs("</tbody></table></div>\n", h->out);
}

static void fact(struct html *h, const char *name, uint64_t blocks, uint64_t bytes)
{
    char n[HTML_AMOUNT], b[HTML_AMOUNT];

    fprintf(h->out,
            "<tr><th scope=\"row\">%s</th><td class=\"num\" title=\"%" PRIu64 " B\">%s%s"
            "</td><td class=\"num\">",
            name, bytes, h->mark, html_bytes_words(b, bytes));
    if (blocks)
        fprintf(h->out, "%s%s", h->mark, show_count(n, blocks));
    fputs("</td></tr>\n", h->out);
}

static void totals(struct html *h)
{
    const struct report_metrics *all = &h->report->totals.all;

    fputs("<h2>Totals of the run</h2>\n<div class=\"scroll\"><table class=\"facts\"><thead><tr>"
          "<td></td><th scope=\"col\" class=\"num\">Bytes</th><th scope=\"col\" class=\"num\">Times"
          "</th></tr></thead><tbody>\n",
          h->out);
    fact(h, "Allocated", all->allocations, all->allocated_bytes);
    fact(h, "Freed", all->frees, all->freed_bytes);
    fact(h, "Never freed", all->leaked_blocks, all->leaked_bytes);
    fact(h, "Live at the peak", all->peak_blocks, all->peak_bytes);
    fact(h, "Copied", all->copies, all->copied_bytes);
    fact(h, "Needless", 0, all->needless_bytes);
    fact(h, "Held twice (equal content)", 0, h->report->totals.duplicate_bytes);
    fact(h, "Never written", 0, all->untouched_bytes);
    fputs("</tbody></table></div>\n", h->out);
}

void html_overview(struct html *h)
{
    html_view_begin(h, "overview");
    tiles(h);
    findings(h);
    if (h->report->n_efficiency) {
        indicators(h);
    } else {
        fputs("<h2>Heaviest functions</h2>\n", h->out);
        if (h->report->n_scopes)
            fputs("<p class=\"muted\">No indicator was measured both single and as a batch, so "
                  "there is no table of verdicts. Scopes that were seen are in Stacks.</p>\n",
                  h->out);
        html_functions_table(h, 20);
    }
    totals(h);
    html_view_end(h);
}
