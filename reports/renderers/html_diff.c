/* SPDX-License-Identifier: Apache-2.0 */
/* diff.html: what changed between two reports. Plus is more memory, which is worse. */
#include "html_diff.h"
#include "html_history.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "html_page.h"

#define MOST_PLACES 1000

static const struct html_tab tabs[] = {
    {"changes", "Changes"}, {"stacks", "Stacks"}, {"sites", "Sites"},
    {"history", "History"}, {"about", "About"},   {NULL, NULL},
};

/* A change as shape, word and colour: other shapes than a verdict's. */
static const struct {
    const char *shape, *word, *class;
} looks[DIFF_CHANGES] = {
    [DIFF_WORSE] = {"\xe2\x86\x91", "worse", "grew"},
    [DIFF_GREW] = {"\xe2\x86\x91", "grew", "grew"},
    [DIFF_SHRANK] = {"\xe2\x86\x93", "shrank", "shrank"},
    [DIFF_ADDED] = {"\xe2\x9c\x9a", "added", "grew"},
    [DIFF_REMOVED] = {"\xe2\x9c\x96", "removed", "shrank"},
    [DIFF_NOT_COMPARED] = {"\xe2\x89\xa0", "not compared", "muted"},
    [DIFF_SMALL] = {"\xe2\x89\x88", "small", "muted"},
    [DIFF_SAME] = {"=", "same", "muted"},
};

static void put_change(struct html *h, enum diff_change change, bool word)
{
    fprintf(h->out, "<span class=\"%s\"><span aria-hidden=\"true\">%s</span>%s%s%s</span>",
            looks[change].class, looks[change].shape, word ? " " : "<span class=\"sr\">",
            looks[change].word, word ? "" : "</span>");
}

static void subtitle(struct html *h)
{
    const struct diff *diff = h->diff;

    fputs("<span class=\"mono\">", h->out);
    html_text(h, show_base(diff->base_name));
    fputs(" \xe2\x86\x92 ", h->out);
    html_text(h, show_base(diff->head_name));
    fputs("</span>", h->out);
    if (diff->files)
        fprintf(h->out, " \xc2\xb7 %zu commit%s, %zu file%s", diff->commits,
                diff->commits == 1 ? "" : "s", diff->files, diff->files == 1 ? "" : "s");
    fprintf(h->out, " \xc2\xb7 %s",
            diff->same_environment ? "same environment" : "different environment");
    if (diff->head->n_efficiency)
        fprintf(h->out, " \xc2\xb7 %zu indicator%s", diff->head->n_efficiency,
                diff->head->n_efficiency == 1 ? "" : "s");
}

static void tile(struct html *h, const char *class, const char *figure, const char *words)
{
    fprintf(h->out, "<li class=\"%s\"><b>%s</b>%s</li>\n", class, figure, words);
}

static void count_tile(struct html *h, const char *class, size_t n, const char *words)
{
    char figure[HTML_AMOUNT];

    tile(h, class, show_count(figure, n), words);
}

static void tiles(struct html *h)
{
    const struct diff *diff = h->diff;
    const size_t *n = diff->changes;
    char figure[2 * HTML_AMOUNT], words[HTML_AMOUNT];

    fputs("<ul class=\"tiles\">\n", h->out);
    if (diff->n_rows) {
        count_tile(h, n[DIFF_WORSE] ? "high" : "", n[DIFF_WORSE], "\xe2\x96\xb2 verdict got worse");
        count_tile(h, "grew", n[DIFF_GREW], "\xe2\x86\x91 grew");
        count_tile(h, "shrank", n[DIFF_SHRANK], "\xe2\x86\x93 shrank");
        count_tile(h, "", n[DIFF_SMALL], "\xe2\x89\x88 small");
        count_tile(h, "", n[DIFF_SAME], "= byte for byte the same");
        if (n[DIFF_ADDED] || n[DIFF_REMOVED]) {
            snprintf(figure, sizeof figure, "+%zu / " MINUS "%zu", n[DIFF_ADDED], n[DIFF_REMOVED]);
            tile(h, "", figure, "indicators new / gone");
        }
        if (n[DIFF_NOT_COMPARED])
            count_tile(h, "moderate", n[DIFF_NOT_COMPARED], "\xe2\x89\xa0 not compared");
    } else {
        tile(h, diff->allocated_delta > 0 ? "grew" : "shrank",
             html_delta_words(words, diff->allocated_delta), "bytes allocated");
        tile(h, diff->peak_delta > 0 ? "grew" : "shrank", html_delta_words(words, diff->peak_delta),
             "live at the peak");
        tile(h, diff->leaked_delta > 0 ? "grew" : "shrank",
             html_delta_words(words, diff->leaked_delta), "never freed");
        tile(h, diff->copied_delta > 0 ? "grew" : "shrank",
             html_delta_words(words, diff->copied_delta), "copied");
    }
    tile(h,
         diff->needless_delta > 0   ? "grew"
         : diff->needless_delta < 0 ? "shrank"
                                    : "",
         html_delta_words(words, diff->needless_delta), "needless bytes");
    fputs("</ul>\n", h->out);
}

/* A bytes cell of a side that may be absent. */
static void side_cell(struct html *h, bool has, uint64_t bytes)
{
    if (has)
        html_cell_bytes(h, bytes);
    else
        fputs("<td class=\"num muted\" data-v=\"\">\xe2\x80\x93</td>", h->out);
}

static void verdict_cell(struct html *h, const struct diff_row *row)
{
    fputs("<td>", h->out);
    if (row->base)
        html_chip(h, row->base->status);
    if (row->head && (!row->base || row->head->status != row->base->status)) {
        if (row->base)
            fputs(" <span aria-label=\"became\">\xe2\x86\x92</span> ", h->out);
        html_chip(h, row->head->status);
    }
    if (row->row_worse)
        fprintf(h->out, " <span class=\"small grew\">row %s \xe2\x86\x92 %s</span>",
                row->base ? html_status_words(row->base->row_status) : "",
                row->head ? html_status_words(row->head->row_status) : "");
    fputs("</td>", h->out);
}

static void time_cell(struct html *h, const struct diff_time *t)
{
    char before[HTML_AMOUNT], after[HTML_AMOUNT], words[HTML_AMOUNT];
    const bool differs = t->verdict == DIFF_TIME_FASTER || t->verdict == DIFF_TIME_SLOWER;

    if (t->verdict == DIFF_TIME_UNKNOWN) {
        fputs("<td class=\"num muted\" data-v=\"\">\xe2\x80\x93</td>", h->out);
        return;
    }
    fprintf(
        h->out,
        "<td class=\"num %s\" data-v=\"%.17g\" title=\"%s \xe2\x86\x92 %s, medians of %zu and %zu "
        "runs, p = %.2g\">",
        t->verdict == DIFF_TIME_SLOWER   ? "grew"
        : t->verdict == DIFF_TIME_FASTER ? "shrank"
                                         : "muted",
        differs ? t->percent : 0.0, html_time_words(before, t->base_ns),
        html_time_words(after, t->head_ns), t->base_runs, t->head_runs, t->p);
    if (differs)
        fprintf(h->out, "%s %s</td>", html_percent_words(words, t->percent),
                diff_time_name(t->verdict));
    else
        fputs("~<span class=\"sr\"> no difference</span></td>", h->out);
}

static void row_cells(struct html *h, const struct diff_row *row, double longest)
{
    char words[HTML_AMOUNT];

    fprintf(h->out, "<tr data-status=\"%s\"><th scope=\"row\">", looks[row->change].word);
    put_change(h, row->change, false);
    fputs(" <a href=\"#stacks?i=", h->out);
    nc_url_escape(h->out, row->indicator);
    fputs("\">", h->out);
    html_text(h, row->indicator);
    fputs("</a></th>", h->out);
    verdict_cell(h, row);
    side_cell(h, row->base && row->base->has_batch1, row->base ? row->base->batch1_bytes : 0);
    side_cell(h, row->head && row->head->has_batch1, row->head ? row->head->batch1_bytes : 0);
    if (row->change == DIFF_NOT_COMPARED) {
        fprintf(h->out,
                "<td colspan=\"%d\" class=\"muted\">not compared: ", h->diff->timed ? 6 : 5);
        html_text(h, row->note);
        fputs("</td></tr>\n", h->out);
        return;
    }
    html_cell_delta(h, row->batch1_delta, true);
    if (row->percent_known)
        fprintf(h->out, "<td class=\"num\" data-v=\"%.17g\">%s</td>", row->batch1_percent,
                html_percent_words(words, row->batch1_percent));
    else
        fputs("<td class=\"num muted\" data-v=\"\">\xe2\x80\x93</td>", h->out);
    fputs("<td>", h->out);
    html_delta_bar(h, longest > 0 ? (double)row->batch1_delta / longest : 0);
    fputs("</td>", h->out);
    html_cell_delta(h, row->batch_delta, false);
    html_cell_delta(h, row->copied_delta, false);
    if (h->diff->timed)
        time_cell(h, &row->time);
    fputs("</tr>\n", h->out);
}

static bool is_folded(enum diff_change change)
{
    return change == DIFF_SMALL || change == DIFF_SAME;
}

static double longest_delta(const struct diff *diff)
{
    double longest = 0;

    for (size_t i = 0; i < diff->n_rows; i++)
        longest = fmax(longest, fabs((double)diff->rows[i].batch1_delta));
    return longest;
}

static void rows_table(struct html *h, const char *id, bool (*wanted)(enum diff_change change))
{
    const double longest = longest_delta(h->diff);

    fprintf(h->out,
            "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Indicators\">"
            "<table class=\"sortable\" id=\"%s\"><thead><tr><th scope=\"col\">Indicator</th>"
            "<th scope=\"col\">Verdict</th><th scope=\"col\" class=\"num\">Batch[1] before</th>"
            "<th scope=\"col\" class=\"num\">after</th><th scope=\"col\" class=\"num\">\xce\x94 "
            "bytes</th><th scope=\"col\" class=\"num\">\xce\x94 %%</th><td class=\"nosort\"></td>"
            "<th scope=\"col\" class=\"num\">\xce\x94 batch[N]</th><th scope=\"col\" class=\"num\">"
            "\xce\x94 copied</th>%s</tr></thead><tbody>\n",
            id, h->diff->timed ? "<th scope=\"col\" class=\"num\">\xce\x94 time</th>" : "");
    for (size_t i = 0; i < h->diff->n_rows; i++) {
        if (wanted(h->diff->rows[i].change))
            row_cells(h, &h->diff->rows[i], longest);
    }
    fputs("</tbody></table></div>\n", h->out);
}

static bool is_open(enum diff_change change) { return !is_folded(change); }
static bool is_small(enum diff_change change) { return change == DIFF_SMALL; }
static bool is_same(enum diff_change change) { return change == DIFF_SAME; }

static void folded_rows(struct html *h, const char *id, const char *words, size_t n,
                        bool (*wanted)(enum diff_change change))
{
    if (!n)
        return;
    fprintf(h->out, "<details class=\"fold\"><summary>%s (%zu)</summary>\n", words, n);
    rows_table(h, id, wanted);
    fputs("</details>\n", h->out);
}

static void changed_rows(struct html *h)
{
    const struct diff *diff = h->diff;
    size_t open = 0;

    if (!diff->n_rows)
        return;
    for (size_t i = 0; i < diff->n_rows; i++)
        open += is_open(diff->rows[i].change);
    fputs("<h2>Changed indicators</h2>\n", h->out);
    if (open) {
        fputs("<p class=\"muted\">Plus is more memory, which is worse. Bytes and counts are exact: "
              "every change is real.</p>\n",
              h->out);
        html_tools(h, "rows", "indicator, status", "nocopy-changes.csv", false);
        rows_table(h, "rows", is_open);
    } else {
        fputs("<p class=\"empty\">No indicator changed by more than a little.</p>\n", h->out);
    }
    folded_rows(h, "rows-small", "Small changes, under 1 % and under 4 KiB",
                diff->changes[DIFF_SMALL], is_small);
    folded_rows(h, "rows-same", "Unchanged to the byte", diff->changes[DIFF_SAME], is_same);
}

/* "new stack", "14 lines up", "same callers, 93 % alike" */
static void matched_by(struct html *h, const struct diff_place *p)
{
    switch (p->match) {
    case MATCH_NONE:
        fputs(p->change == DIFF_REMOVED ? "no stack like it" : "new stack", h->out);
        break;
    case MATCH_PATH:
        fputs("same stack and line", h->out);
        break;
    case MATCH_MOVED:
        fprintf(h->out, "same stack, %" PRId64 " line%s %s", p->lines < 0 ? -p->lines : p->lines,
                p->lines == 1 || p->lines == -1 ? "" : "s",
                p->lines > 0 ? "further down" : "further up");
        break;
    case MATCH_FUNCTION:
        fputs("same function, called another way", h->out);
        break;
    case MATCH_LINE:
        fputs("same line, says git", h->out);
        if (p->lines != 0)
            fprintf(h->out, ", %" PRId64 " %s", p->lines < 0 ? -p->lines : p->lines,
                    p->lines > 0 ? "further down" : "further up");
        break;
    case MATCH_EDITED:
        fputs("line changed, same place, says git", h->out);
        break;
    case MATCH_RENAMED:
        fprintf(h->out, "same callers and sizes, %.0f %% alike", p->score * 100);
        break;
    }
}

static void place_row(struct html *h, const struct diff_place *p)
{
    static const struct report_metrics none;
    static const struct report_site nowhere = {"\xe2\x80\x93", "", 0};
    const struct report_metrics *before = p->base ? &p->base->metrics : &none;
    const struct report_metrics *after = p->head ? &p->head->metrics : &none;
    const bool copying = p->head ? p->head->copying : p->base->copying;
    const bool renamed =
        p->base && p->head && strcmp(p->base->at.function, p->head->at.function) != 0;

    fputs("<tr><td>", h->out);
    if (renamed)
        fputs(
            "<span class=\"muted\"><span aria-hidden=\"true\">\xe2\x86\xb7</span> renamed</span> ",
            h->out);
    put_change(h, p->change, true);
    fputs("</td><th scope=\"row\" class=\"name\">", h->out);
    if (renamed) {
        html_text(h, p->base->at.function);
        fputs(" \xe2\x86\x92 ", h->out);
    }
    html_text(h, p->head ? p->head->at.function : p->base->at.function);
    fputs("</th>", h->out);
    html_cell_text(h, p->head ? p->head->call : p->base->call);
    html_cell_site(h, p->base ? &p->base->at : &nowhere);
    html_cell_site(h, p->head ? &p->head->at : &nowhere);
    side_cell(h, p->base, copying ? before->copied_bytes : before->allocated_bytes);
    side_cell(h, p->head, copying ? after->copied_bytes : after->allocated_bytes);
    html_cell_delta(h, p->bytes_delta, true);
    html_cell_delta(h, p->copied_delta, false);
    html_cell_delta(h, p->needless_delta, false);
    fputs("<td>", h->out);
    matched_by(h, p);
    fputs("</td></tr>\n", h->out);
}

static void places_table(struct html *h, const char *id, size_t most, bool all)
{
    size_t shown = 0, total = 0;

    fprintf(
        h->out,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Call sites\">"
        "<table class=\"sortable\" id=\"%s\"><thead><tr><th scope=\"col\">State</th>"
        "<th scope=\"col\">Function</th><th scope=\"col\">Call</th><th scope=\"col\">Before"
        "</th><th scope=\"col\">After</th><th scope=\"col\" class=\"num\">Bytes before</th>"
        "<th scope=\"col\" class=\"num\">after</th><th scope=\"col\" class=\"num\">\xce\x94</th>"
        "<th scope=\"col\" class=\"num\">\xce\x94 copied</th><th scope=\"col\" class=\"num\">"
        "\xce\x94 needless</th><th scope=\"col\">Matched by</th></tr></thead><tbody>\n",
        id);
    for (size_t i = 0; i < h->diff->n_places; i++) {
        const struct diff_place *p = &h->diff->places[i];

        if (!all && p->change == DIFF_SAME)
            continue;
        if (total++ < most) {
            place_row(h, p);
            shown++;
        }
    }
    fputs("</tbody></table></div>\n", h->out);
    if (shown < total)
        fprintf(h->out, "<p class=\"muted\">%zu more%s</p>\n", total - shown,
                all ? ": in the JSON form of the diff."
                    : ": <a href=\"#sites\">Sites</a> lists them.");
}

static size_t changed_places(const struct diff *diff)
{
    size_t n = 0;

    for (size_t i = 0; i < diff->n_places; i++)
        n += diff->places[i].change != DIFF_SAME;
    return n;
}

static void finding_row(struct html *h, const struct diff_finding *f)
{
    const struct report_finding *at = f->head ? f->head : f->base;

    fputs("<tr><td>", h->out);
    put_change(h, f->change, true);
    fputs("</td>", h->out);
    html_cell_text(h, at->scope);
    html_cell_text(h, report_kind_words(at->kind));
    fputs("<td class=\"site\">", h->out);
    if (f->head)
        html_site_link(h, html_has_site(&at->where) ? &at->where : &at->copied);
    else {
        html_text(h, at->where.function);
        fputs(" ", h->out);
        html_site(h, &at->where, false);
    }
    fputs("</td>", h->out);
    side_cell(h, f->base, f->base ? f->base->bytes : 0);
    side_cell(h, f->head, f->head ? f->head->bytes : 0);
    html_cell_delta(h, f->bytes_delta, true);
    html_cell_text(h, f->head ? at->advice : "");
    fputs("</tr>\n", h->out);
}

static void changed_findings(struct html *h)
{
    size_t n = 0;

    for (size_t i = 0; i < h->diff->n_findings; i++)
        n += h->diff->findings[i].change != DIFF_SAME;
    if (!n)
        return;
    fputs("<h2>Changed findings</h2>\n<div class=\"scroll\" tabindex=\"0\" role=\"region\" "
          "aria-label=\"Changed findings\"><table class=\"sortable\" id=\"findings\"><thead><tr>"
          "<th scope=\"col\">State</th><th scope=\"col\">Scope</th><th scope=\"col\">What</th>"
          "<th scope=\"col\">Where</th><th scope=\"col\" class=\"num\">Before</th>"
          "<th scope=\"col\" class=\"num\">After</th><th scope=\"col\" class=\"num\">\xce\x94</th>"
          "<th scope=\"col\">Try</th></tr></thead><tbody>\n",
          h->out);
    for (size_t i = 0; i < h->diff->n_findings; i++) {
        if (h->diff->findings[i].change != DIFF_SAME)
            finding_row(h, &h->diff->findings[i]);
    }
    fputs("</tbody></table></div>\n", h->out);
}

static void changes_view(struct html *h)
{
    const struct diff *diff = h->diff;

    html_view_begin(h, "changes");
    if (diff->identical) {
        if (diff->n_rows)
            fprintf(h->out, "<p class=\"empty\">Byte for byte the same over %zu indicators.</p>\n",
                    diff->n_rows);
        else
            fputs("<p class=\"empty\">Byte for byte the same.</p>\n", h->out);
    }
    tiles(h);
    changed_rows(h);
    changed_findings(h);
    if (changed_places(diff)) {
        fputs("<h2>Changed call sites</h2>\n", h->out);
        places_table(h, "places-changed", 40, false);
    }
    html_view_end(h);
}

static void sites_view(struct html *h)
{
    html_view_begin(h, "sites");
    fputs("<h2>Every call site, paired</h2>\n<p class=\"muted\">Sites are paired by the functions "
          "from the indicator's entry to the call, not by line: a site that moved is the same "
          "site.</p>\n",
          h->out);
    html_tools(h, "places", "function, file, state", "nocopy-sites-diff.csv", false);
    places_table(h, "places", MOST_PLACES, true);
    html_view_end(h);
}

static void facts_table(struct html *h)
{
    const struct diff *diff = h->diff;

    fputs("<h2>What differs around the two runs</h2>\n", h->out);
    if (!diff->n_facts) {
        fputs(
            "<p class=\"empty\">Nothing: same compiler, input and options, as far as the profiles "
            "tell.</p>\n",
            h->out);
        return;
    }
    fputs("<div class=\"scroll\"><table class=\"facts\"><thead><tr><th scope=\"col\">Fact</th>"
          "<th scope=\"col\">Before</th><th scope=\"col\">After</th></tr></thead><tbody>\n",
          h->out);
    for (size_t i = 0; i < diff->n_facts; i++) {
        const struct diff_fact *f = &diff->facts[i];

        fputs("<tr><th scope=\"row\">", h->out);
        html_text(h, f->name);
        fputs("</th>", h->out);
        html_cell_text(h, f->base);
        html_cell_text(h, f->head);
        fputs("</tr>\n", h->out);
    }
    fputs("</tbody></table></div>\n", h->out);
}

static void about_view(struct html *h)
{
    html_view_begin(h, "about");
    fputs("<h2>The two runs</h2>\n<p>Before: ", h->out);
    html_run_line(h, h->diff->base);
    fputs("</p>\n<p>After: ", h->out);
    html_run_line(h, h->diff->head);
    fputs("</p>\n", h->out);
    facts_table(h);
    html_glossary(h);
    html_view_end(h);
}

/* The rule that holds without a budget file. What another budget says, `nocopy check` knows. */
static void rule_banner(struct html *h)
{
    const struct diff *diff = h->diff;
    char text[600] = "Violates the rule verdict-worse: ";
    size_t used = strlen(text), n = 0;

    if (diff->changes[DIFF_WORSE] == 0)
        return;
    for (size_t i = 0; i < diff->n_rows && n < 5; i++)
        if (diff->rows[i].change == DIFF_WORSE)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%.60s", n++ ? ", " : "",
                                     diff->rows[i].indicator);
    if (n < diff->changes[DIFF_WORSE])
        snprintf(text + used, sizeof text - used, " and %zu more", diff->changes[DIFF_WORSE] - n);
    html_banner(h, true, text);
}

static void environment_banner(struct html *h)
{
    char text[600] = "The two runs were made in different environments: ";
    size_t used = strlen(text), n = 0;

    if (h->diff->same_environment)
        return;
    for (size_t i = 0; i < h->diff->n_facts && used < sizeof text - 200; i++) {
        const struct diff_fact *f = &h->diff->facts[i];

        if (f->environment)
            used += (size_t)snprintf(text + used, sizeof text - used,
                                     "%s%.40s %.50s \xe2\x86\x92 %.50s", n++ ? "; " : "", f->name,
                                     f->base, f->head);
    }
    snprintf(text + used, sizeof text - used, ". Differences may come from that.");
    html_banner(h, false, text);
}

static void stacks_view(struct html *h)
{
    html_view_begin(h, "stacks");
    fputs("<h2>Stacks, before against after</h2>\n<div class=\"live\" id=\"stacks-live\">"
          "<p class=\"muted\">The graph needs JavaScript; the tables of Changes and Sites do not."
          "</p></div>\n",
          h->out);
    html_view_end(h);
}

static void history_view(struct html *h)
{
    html_view_begin(h, "history");
    html_history(h);
    html_view_end(h);
}

int html_diff_page(struct html *h)
{
    struct html_data data = {0};
    struct html_tree tree;
    json_t *meta;
    int r = html_tree_add_diff(&tree, &data, h->diff, h->root);

    h->tree = &tree;
    if (r == 0) {
        html_page_begin(h, "nocopy diff", tabs, subtitle);
        rule_banner(h);
        environment_banner(h);
        html_run_banners(h, h->diff->base, "Before: ");
        html_run_banners(h, h->diff->head, "After: ");
        fputs("</div>\n<main id=\"main\" tabindex=\"-1\">\n", h->out);
        changes_view(h);
        stacks_view(h);
        sites_view(h);
        history_view(h);
        about_view(h);
        meta = html_tree_meta(&tree, "diff");
        json_object_set_new(meta, "files", json_array());
        r = html_page_end(h, &data, meta);
    }
    html_tree_done(&tree);
    html_data_done(&data);
    return r;
}
