/* SPDX-License-Identifier: Apache-2.0 */
/* markdown: a comment on a pull request (REPORT-UX section 6). Names are in <code> with all that
 * markdown or a code host could read as its own made harmless. */
#include "renderer.h"
#include "show.h"
#include "utf8.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX  20
#define BYTES_MAX 60000 /* a code host refuses over 65,536 */

static const char *const shapes[STATUSES] = {
    [STATUS_OK] = "\u25cf",
    [STATUS_MODERATE] = "\u25a0",
    [STATUS_HIGH] = "\u25b2",
    [STATUS_NONE] = "\u2715",
};

static bool is_word(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* Would a code host take it for markup, a mention, an issue or an emoji? */
static bool has_meaning(uint32_t before, uint32_t c, uint32_t after)
{
    if (c == '_') /* between letters it is a letter */
        return !is_word(before) || !is_word(after);
    if (c == ':') /* ":name:", but not "file.c:12" */
        return after == ':' || before == ':' || (is_word(after) && after > '9');
    return c < 0x80 && strchr("&<>|@[]`*#~\\\"'", (int)c) != NULL;
}

/* Text between tags: entities for what has a meaning, hidden characters spelled out. */
static void put_text(FILE *out, const char *s)
{
    uint32_t before = 0;

    for (uint32_t c; (c = utf8_next(&s)) != 0; before = c) {
        const char *ahead = s;
        char text[8];
        if (utf8_hidden(c)) {
            fprintf(out, "\\u{%" PRIx32 "}", c);
        } else if (has_meaning(before, c, utf8_next(&ahead))) {
            fprintf(out, "&#%" PRIu32 ";", c);
        } else {
            text[utf8_put(c, text)] = '\0';
            fputs(text, out);
        }
    }
}

static void put_code(FILE *out, const char *s)
{
    fputs("<code>", out);
    put_text(out, s);
    fputs("</code>", out);
}

static void put_place(FILE *out, const struct report_site *at)
{
    char text[1024];

    put_code(out, show_place(text, sizeof text, at));
}

static void put_status(FILE *out, enum report_status s)
{
    fprintf(out, "%s %s", shapes[s], report_status_name(s));
}

/* Minus as a character of its own, not a hyphen. */
static void put_delta(FILE *out, int64_t delta)
{
    char text[SHOW_SIZE];

    show_delta(text, delta);
    fprintf(out, "%s%s", text[0] == '-' ? "\u2212" : "", text[0] == '-' ? text + 1 : text);
}

static void put_percent(FILE *out, bool known, double percent)
{
    char text[SHOW_SIZE];

    show_percent(text, known, percent);
    fprintf(out, "%s%s", text[0] == '-' ? "\u2212" : "",
            !known           ? "\u221e"
            : text[0] == '-' ? text + 1
                             : text);
}

static void put_bytes(FILE *out, bool known, uint64_t bytes)
{
    char text[SHOW_SIZE];

    fputs(known ? show_bytes(text, bytes) : "\u2013", out);
}

/* One line for one finding. */
/* The other ends of a finding, where there are any and they are not the line that was named. */
static void put_other_line(FILE *out, const struct report_finding *f, const struct report_site *at,
                           const char *words)
{
    char site[512];

    if (!at->function[0] || (strcmp(at->function, f->where.function) == 0 &&
                             strcmp(at->file, f->where.file) == 0 && at->line == f->where.line))
        return;
    fprintf(out, ", %s ", words);
    put_code(out, show_site(site, sizeof site, at));
}

static void put_finding(FILE *out, const struct report_finding *f)
{
    char bytes[SHOW_SIZE], count[SHOW_SIZE];

    fprintf(out, "- **%s** ", show_bytes(bytes, f->bytes));
    if (f->scope[0]) {
        put_code(out, f->scope);
        fputc(' ', out);
    }
    put_place(out, &f->where);
    fputc(' ', out);
    put_code(out, f->where.function);
    fprintf(out, ": %s, %s \u00d7", report_kind_words(f->kind), show_count(count, f->count));
    put_other_line(out, f, &f->copied, "copied at");
    put_other_line(out, f, &f->source, "the original from");
    fputs(". Try: ", out);
    put_text(out, f->advice);
    fputs(".\n", out);
}

/* Report */

static void put_report_row(FILE *out, const struct report_efficiency *e)
{
    fputs("| ", out);
    put_code(out, e->indicator);
    fputs(" | ", out);
    put_status(out, e->status);
    fputs(" | ", out);
    put_bytes(out, e->has_single, e->single_bytes);
    fputs(" | ", out);
    put_bytes(out, e->has_batch1, e->batch1_bytes);
    fputs(" | ", out);
    if (e->status != STATUS_NONE)
        put_percent(out, e->overhead_known, e->overhead_percent);
    fputs(" | ", out);
    put_bytes(out, e->has_batch, e->batch_bytes);
    fputs(" | ", out);
    if (e->row_status != STATUS_NONE) {
        put_status(out, e->row_status);
        fputc(' ', out);
        put_percent(out, e->row_known, e->row_overhead_percent);
    }
    fputs(" | ", out);
    if (e->reason[0])
        put_text(out, e->reason);
    else if (e->worst.function[0])
        put_place(out, &e->worst);
    fputs(" |\n", out);
}

static void put_verdicts(FILE *out, const struct report *r)
{
    size_t shown = 0, left = 0;

    if (r->n_efficiency == 0)
        return;
    fputs(
        "\n| Indicator | Verdict | Single | Batch[1] | Overhead | Batch[N] | One more row | Worst "
        "site |\n|---|---|---:|---:|---:|---:|---|---|\n",
        out);
    for (size_t i = 0; i < r->n_efficiency; i++) {
        const struct report_efficiency *e = &r->efficiency[i];
        const bool fine = e->status == STATUS_OK && e->row_status != STATUS_HIGH &&
                          e->row_status != STATUS_MODERATE;
        if (shown < ROWS_MAX && (!fine || r->n_efficiency <= ROWS_MAX)) {
            put_report_row(out, e);
            shown++;
        } else {
            left++;
        }
    }
    if (left)
        fprintf(out, "\n%zu more in the report.\n", left);
}

static void put_totals(FILE *out, const struct report *r)
{
    const struct report_metrics *m = &r->totals.all;
    char count[SHOW_SIZE], bytes[SHOW_SIZE];
    const char *about = show_exactness(&r->run, true);

    fprintf(out, "\nallocated %s%s in %s blocks", about, show_bytes(bytes, m->allocated_bytes),
            show_count(count, m->allocations));
    fprintf(out, " \u00b7 peak %s%s", about, show_bytes(bytes, m->peak_bytes));
    fprintf(out, " \u00b7 copied %s%s", about, show_bytes(bytes, m->copied_bytes));
    fprintf(out, " \u00b7 never freed %s%s", about, show_bytes(bytes, m->leaked_bytes));
    fprintf(out, " \u00b7 needless **%s%s**\n", about, show_bytes(bytes, m->needless_bytes));
}

static int render(const struct report *r, const struct render_options *options, FILE *out)
{
    size_t by[STATUSES] = {0}, shown = 0;

    for (size_t i = 0; i < r->n_efficiency; i++)
        by[r->efficiency[i].status]++;
    fputs("<!-- nocopy:report -->\n### nocopy: ", out);
    if (r->n_efficiency)
        fprintf(out, "%s %zu HIGH \u00b7 %s %zu MODERATE \u00b7 %s %zu OK", shapes[STATUS_HIGH],
                by[STATUS_HIGH], shapes[STATUS_MODERATE], by[STATUS_MODERATE], shapes[STATUS_OK],
                by[STATUS_OK]);
    else
        put_code(out, show_base(r->run.exe));
    if (by[STATUS_NONE])
        fprintf(out, " \u00b7 %s %zu NONE", shapes[STATUS_NONE], by[STATUS_NONE]);
    fputc('\n', out);
    put_totals(out, r);
    put_verdicts(out, r);
    if (r->n_findings)
        fprintf(out, "\n**%s**\n\n", report_findings_title(r));
    for (size_t i = 0; i < r->n_findings && shown < ROWS_MAX; i++, shown++)
        put_finding(out, &r->findings[i]);
    if (shown < r->n_findings)
        fprintf(out, "\n%zu more in the report.\n", r->n_findings - shown);
    fprintf(out, "\n<sub>%s</sub>\n",
            r->run.sampled           ? "Figures are estimates: the run was sampled."
            : !r->run.complete       ? "Figures are lower bounds: the run was cut off."
            : r->run.lost_events > 0 ? "Figures are lower bounds: events were lost."
                                     : "Bytes are exact.");
    (void)options;
    return 0;
}

/* Diff */

static const char *change_shape(enum diff_change c)
{
    static const char *const marks[DIFF_CHANGES] = {
        [DIFF_WORSE] = "\u2191", [DIFF_GREW] = "\u2191",    [DIFF_SHRANK] = "\u2193",
        [DIFF_ADDED] = "\u271a", [DIFF_REMOVED] = "\u2715", [DIFF_NOT_COMPARED] = "?",
        [DIFF_SMALL] = "\u2248", [DIFF_SAME] = "="};

    return marks[c];
}

static void put_title(FILE *out, const struct diff *d)
{
    const size_t worse = d->changes[DIFF_WORSE], grew = d->changes[DIFF_GREW];

    fputs("<!-- nocopy:report -->\n### nocopy: ", out);
    if (worse)
        fprintf(out, "\u25b2 %zu indicator%s got worse (verdict-worse)\n", worse,
                worse == 1 ? "" : "s");
    else if (d->new_findings)
        fprintf(out, "\u25b2 %zu new finding%s\n", d->new_findings,
                d->new_findings == 1 ? "" : "s");
    else if (grew)
        fprintf(out, "\u2191 %zu indicator%s grew\n", grew, grew == 1 ? "" : "s");
    else
        fputs("no indicator got worse\n", out);
    put_code(out, d->base_name);
    fputs(" \u2192 ", out);
    put_code(out, d->head_name);
    if (d->n_rows)
        fprintf(out,
                " \u00b7 \u2191 %zu grew \u00b7 \u2193 %zu shrank \u00b7 %zu small \u00b7 %zu same",
                grew + worse, d->changes[DIFF_SHRANK], d->changes[DIFF_SMALL],
                d->changes[DIFF_SAME]);
    if (d->files)
        fprintf(out, " \u00b7 %zu commit%s, %zu file%s", d->commits, d->commits == 1 ? "" : "s",
                d->files, d->files == 1 ? "" : "s");
    fputs(" \u00b7 needless **", out);
    put_delta(out, d->needless_delta);
    fputs("**\n", out);
}

static void put_diff_row(FILE *out, const struct diff_row *r, bool timed)
{
    const struct report_efficiency *base = r->base, *head = r->head;

    fprintf(out, "| %s | ", change_shape(r->change));
    put_code(out, r->indicator);
    fputs(" | ", out);
    if (r->note[0]) {
        fputs("not compared: ", out);
        put_text(out, r->note);
    } else {
        put_status(out, (base ? base : head)->status);
        if (base && head && base->status != head->status) {
            fputs(" \u2192 ", out);
            put_status(out, head->status);
        }
        if (r->row_worse) {
            fputs("; one more row ", out);
            put_status(out, base->row_status);
            fputs(" \u2192 ", out);
            put_status(out, head->row_status);
        }
    }
    fputs(" | ", out);
    put_bytes(out, base && base->has_batch1, base ? base->batch1_bytes : 0);
    fputs(" | ", out);
    put_bytes(out, head && head->has_batch1, head ? head->batch1_bytes : 0);
    fputs(" | **", out);
    put_delta(out, r->batch1_delta);
    fputs("** | ", out);
    if (base && head)
        put_percent(out, r->percent_known, r->batch1_percent);
    fputs(" | ", out);
    put_delta(out, r->copied_delta);
    if (timed) {
        fputs(" | ", out);
        if (r->time.verdict == DIFF_TIME_SAME)
            fputc('~', out);
        else if (r->time.verdict != DIFF_TIME_UNKNOWN) {
            put_percent(out, true, r->time.percent);
            fprintf(out, " %s", diff_time_name(r->time.verdict));
        }
    }
    fputs(" |\n", out);
}

static void put_diff_rows(FILE *out, const struct diff *d)
{
    size_t shown = 0, changed = 0;

    for (size_t i = 0; i < d->n_rows; i++)
        changed += d->rows[i].change != DIFF_SMALL && d->rows[i].change != DIFF_SAME;
    if (changed == 0)
        return;
    fprintf(out,
            "\n| | Indicator | Verdict | Batch[1] before | after | \u0394 | \u0394 %% | \u0394 "
            "copied |%s\n"
            "|---|---|---|---:|---:|---:|---:|---:|%s\n",
            d->timed ? " \u0394 time |" : "", d->timed ? "---:|" : "");
    for (size_t i = 0; i < d->n_rows && shown < ROWS_MAX; i++)
        if (d->rows[i].change != DIFF_SMALL && d->rows[i].change != DIFF_SAME) {
            put_diff_row(out, &d->rows[i], d->timed > 0);
            shown++;
        }
    if (shown < changed)
        fprintf(out, "\n%zu more in the report.\n", changed - shown);
}

/* Times that differ: most stand in rows that are folded, since no byte changed. */
static void put_times(FILE *out, const struct diff *d)
{
    size_t shown = 0, same = 0;

    if (d->timed == 0)
        return;
    fputs("\nTime of a call: ", out);
    for (size_t i = 0; i < d->n_rows; i++) {
        const struct diff_time *t = &d->rows[i].time;
        same += t->verdict == DIFF_TIME_SAME;
        if ((t->verdict != DIFF_TIME_SLOWER && t->verdict != DIFF_TIME_FASTER) || shown == ROWS_MAX)
            continue;
        put_code(out, d->rows[i].indicator);
        fprintf(out, " %s ", diff_time_name(t->verdict));
        put_percent(out, true, t->percent);
        fprintf(out, " (p = %.2g); ", t->p);
        shown++;
    }
    fprintf(out, "%zu of no difference.\n", same);
}

static void put_new_findings(FILE *out, const struct diff *d)
{
    size_t shown = 0;

    if (d->new_findings)
        fprintf(out, "\n**New finding%s**\n\n", d->new_findings == 1 ? "" : "s");
    for (size_t i = 0; i < d->n_findings && shown < ROWS_MAX; i++)
        if (d->findings[i].change == DIFF_ADDED) {
            put_finding(out, d->findings[i].head);
            shown++;
        }
    if (shown < d->new_findings)
        fprintf(out, "\n%zu more in the report.\n", d->new_findings - shown);
}

static void put_place_row(FILE *out, const struct diff_place *p)
{
    const struct report_place *shown = p->head ? p->head : p->base;

    fprintf(out, "| %s %s | ", change_shape(p->change), diff_change_name(p->change));
    put_code(out, shown->at.function);
    fputs(" | ", out);
    if (p->base)
        put_place(out, &p->base->at);
    fputs(" | ", out);
    if (p->head)
        put_place(out, &p->head->at);
    fputs(" | ", out);
    put_delta(out, p->bytes_delta);
    fputs(" | ", out);
    put_delta(out, p->copied_delta);
    fputs(" |\n", out);
}

static void put_places(FILE *out, const struct diff *d)
{
    size_t shown = 0, changed = 0;

    for (size_t i = 0; i < d->n_places; i++)
        changed += d->places[i].change != DIFF_SMALL && d->places[i].change != DIFF_SAME;
    if (changed == 0)
        return;
    fprintf(out,
            "\n<details><summary>Changed call sites (%zu)</summary>\n\n| State | Function | Before "
            "| After | \u0394 | \u0394 copied |\n|---|---|---|---|---:|---:|\n",
            changed);
    for (size_t i = 0; i < d->n_places && shown < ROWS_MAX; i++)
        if (d->places[i].change != DIFF_SMALL && d->places[i].change != DIFF_SAME) {
            put_place_row(out, &d->places[i]);
            shown++;
        }
    if (shown < changed)
        fprintf(out, "\n%zu more in the report.\n", changed - shown);
    fputs("\n</details>\n", out);
}

static void put_foot(FILE *out, const struct diff *d)
{
    fprintf(out, "\n<sub>+ is more memory, worse. %s; %s. Full report: CI artifact.</sub>\n",
            d->base->run.sampled || d->head->run.sampled ? "Bytes are estimates"
                                                         : "Bytes are exact",
            d->same_environment ? "same environment" : "the environment differs");
}

static void write_diff(FILE *out, const struct diff *d, bool places)
{
    put_title(out, d);
    put_diff_rows(out, d);
    put_times(out, d);
    put_new_findings(out, d);
    if (places)
        put_places(out, d);
    put_foot(out, d);
}

static int render_diff(const struct diff *diff, const struct render_options *options, FILE *out)
{
    char *text = NULL;
    size_t size = 0;

    (void)options;
    if (diff->identical) {
        fputs("<!-- nocopy:report -->\nnocopy: nothing changed, byte for byte, from ", out);
        put_code(out, diff->base_name);
        fputs(" to ", out);
        put_code(out, diff->head_name);
        fputs(".\n", out);
        put_times(out, diff);
        return 0;
    }
    for (int places = 1; places >= 0; places--) {
        FILE *memory = open_memstream(&text, &size);
        if (!memory)
            return -ENOMEM;
        write_diff(memory, diff, places);
        fclose(memory);
        if (size <= BYTES_MAX || !places)
            break;
        free(text); /* long names: without the call sites it fits */
        text = NULL;
    }
    fwrite(text, 1, size, out);
    free(text);
    return 0;
}

RENDERER(markdown) = {
    .name = "markdown",
    .endings = (const char *const[]){".md", ".markdown", NULL},
    .media = "text/markdown; charset=utf-8",
    .report = render,
    .diff = render_diff,
};
