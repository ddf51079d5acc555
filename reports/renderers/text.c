/* SPDX-License-Identifier: Apache-2.0 */
/* text: the summary for a terminal (REPORT-UX section 5). */
#include "text.h"

#include <inttypes.h>
#include <string.h>

#define FINDINGS_SHOWN  5
#define FUNCTIONS_SHOWN 10

static const char *const colors[STATUSES] = {
    [STATUS_OK] = "\033[36m",
    [STATUS_MODERATE] = "\033[33m",
    [STATUS_HIGH] = "\033[35m",
    [STATUS_NONE] = "\033[31m",
};

void text_status(struct text *t, enum report_status status, bool pad)
{
    static const char *const marks[STATUSES][2] = {
        [STATUS_OK] = {"o", "\u25cf"},
        [STATUS_MODERATE] = {"#", "\u25a0"},
        [STATUS_HIGH] = {"^", "\u25b2"},
        [STATUS_NONE] = {"x", "\u2715"},
    };

    if (t->options->color)
        fputs(colors[status], t->out);
    fprintf(t->out, pad ? "%s %-8s" : "%s %s", marks[status][t->options->utf8],
            report_status_name(status));
    if (t->options->color)
        fputs("\033[0m", t->out);
}

void text_bold(struct text *t, const char *title)
{
    fprintf(t->out, t->options->color ? "\033[1m%s\033[0m" : "%s", title);
}

unsigned text_columns(const struct text *t)
{
    return t->options->columns < 80 ? 80 : t->options->columns;
}

const char *text_plural(uint64_t n) { return n == 1 ? "" : "s"; }

/* Head */

static void head(struct text *t, const struct report *r)
{
    char time[SHOW_SIZE];
    uint64_t combos = 0;

    for (size_t i = 0; i < r->n_efficiency; i++)
        if (r->efficiency[i].batch_rows > combos)
            combos = r->efficiency[i].batch_rows;
    text_bold(t, "nocopy");
    fputc(' ', t->out);
    if (r->run.commit[0]) {
        show_name(t->out, r->run.commit, 12, SHOW_CUT_RIGHT, false, t->options->utf8);
        fputc(' ', t->out);
    }
    show_name(t->out, show_base(r->run.exe), 40, SHOW_CUT_RIGHT, false, t->options->utf8);
    if (r->n_efficiency)
        fprintf(t->out, "   %zu indicator%s", r->n_efficiency, text_plural(r->n_efficiency));
    for (size_t i = 0; i < r->n_facts; i++)
        if (strcmp(r->facts[i].name, "bars") == 0) {
            fputs("   ", t->out);
            show_name(t->out, r->facts[i].value, 20, SHOW_CUT_RIGHT, false, t->options->utf8);
            fputs(" bars", t->out);
        }
    if (combos > 1)
        fprintf(t->out, "   %" PRIu64 " combos", combos);
    if (r->run.processes > 1)
        fprintf(t->out, "   %" PRIu64 " processes", r->run.processes);
    fprintf(t->out, "   %s\n", show_time(time, r->run.duration_ns));
}

/* What makes figures less than exact. */
static void caveats(struct text *t, const struct report *r)
{
    char count[SHOW_SIZE];

    if (r->run.damage[0]) {
        fputs("! a profile is damaged (", t->out);
        show_name(t->out, r->run.damage, 0, SHOW_CUT_RIGHT, false, t->options->utf8);
        fputs("): figures are lower bounds\n", t->out);
    } else if (!r->run.complete) {
        fputs("! the program was cut off: figures are true up to that moment\n", t->out);
    }
    if (r->run.lost_events)
        fprintf(t->out, "! %s events could not be recorded: figures are lower bounds\n",
                show_count(count, r->run.lost_events));
    if (r->run.sampled) {
        char error[SHOW_SIZE];

        fprintf(t->out,
                "! sampled: figures are estimates; that of allocated bytes is right within %s%s\n",
                t->options->utf8 ? "\u00b1 " : "+-",
                show_bytes(error, show_error(&r->run, r->totals.all.allocated_bytes)));
    }
}

/* Why the program's own lines are missing. */
static void symbol_caveats(struct text *t, const struct report *r)
{
    for (size_t i = 0; i < r->n_modules; i++) {
        const struct report_module *m = &r->modules[i];
        const bool own = strcmp(m->path, r->run.exe) == 0;
        const char *why =
            strcmp(m->debug, "differs") == 0   ? "was rebuilt since the run: names are lost"
            : !own                             ? NULL
            : strcmp(m->debug, "missing") == 0 ? "is not there any more: names are lost"
            : strcmp(m->debug, "dwarf") != 0   ? "has no debug info: build with -g to see lines"
                                               : NULL;
        if (!why)
            continue;
        fputs("! ", t->out);
        show_name(t->out, show_base(m->path), 60, SHOW_CUT_LEFT, false, t->options->utf8);
        fprintf(t->out, " %s\n", why);
    }
}

static size_t needless_sites(const struct report *r)
{
    size_t ret = 0;

    for (size_t i = 0; i < r->n_findings; i++)
        ret += r->findings[i].severity != SEVERITY_LOW && strcmp(r->findings[i].kind, "leak") != 0;
    return ret;
}

static void tally(struct text *t, const struct report *r)
{
    size_t by[STATUSES] = {0};
    const size_t sites = needless_sites(r);
    char bytes[SHOW_SIZE];
    static const enum report_status order[] = {STATUS_HIGH, STATUS_MODERATE, STATUS_OK,
                                               STATUS_NONE};

    for (size_t i = 0; i < r->n_efficiency; i++)
        by[r->efficiency[i].status]++;
    for (size_t i = 0; i < STATUSES; i++)
        fprintf(t->out, "%s%zu %s", i ? "   " : "", by[order[i]], report_status_name(order[i]));
    if (sites)
        fprintf(t->out, "             needless %s%s at %zu site%s",
                show_exactness(&r->run, t->options->utf8),
                show_bytes(bytes, r->totals.all.needless_bytes), sites, text_plural(sites));
    fputs("\n\n", t->out);
}

/* Table */

static void cell(struct text *t, bool known, bool about, uint64_t bytes, int width)
{
    char size[SHOW_SIZE], text[SHOW_SIZE + 4];

    snprintf(text, sizeof text, "%s%s", known && about ? "~" : "",
             known ? show_bytes(size, bytes) : "-");
    fprintf(t->out, "%*s", width, text);
}

static void row(struct text *t, const struct report_efficiency *e)
{
    char percent[SHOW_SIZE], place[512];
    const unsigned wide = text_columns(t), worst = wide - 68 - (wide >= 100 ? 11 : 0);

    text_status(t, e->status, true);
    fputc(' ', t->out);
    show_name(t->out, e->indicator, 15, SHOW_CUT_RIGHT, true, t->options->utf8);
    cell(t, e->has_single, e->varies, e->single_bytes, 10);
    cell(t, e->has_batch1, e->varies, e->batch1_bytes, 10);
    fprintf(t->out, "%10s",
            e->status == STATUS_NONE
                ? "-"
                : show_percent(percent, e->overhead_known, e->overhead_percent));
    cell(t, e->has_batch, e->varies, e->batch_bytes, 11);
    if (wide >= 100) {
        fprintf(t->out, "%10s ",
                e->row_status == STATUS_NONE
                    ? "-"
                    : show_percent(percent, e->row_known, e->row_overhead_percent));
    }
    fputs("  ", t->out);
    if (e->reason[0])
        show_name(t->out, e->reason, wide >= 100 ? worst : 0, SHOW_CUT_RIGHT, false,
                  t->options->utf8);
    else
        show_name(t->out, show_place(place, sizeof place, &e->worst), worst, SHOW_CUT_LEFT, false,
                  t->options->utf8);
    if (e->row_status == STATUS_HIGH || e->row_status == STATUS_MODERATE) {
        fputs("\n           one more row: ", t->out);
        text_status(t, e->row_status, false);
        fprintf(t->out, " %s", show_percent(percent, e->row_known, e->row_overhead_percent));
    }
    fputc('\n', t->out);
}

static bool folded(const struct report_efficiency *e)
{
    return e->status == STATUS_OK && e->row_status != STATUS_HIGH &&
           e->row_status != STATUS_MODERATE;
}

static void table(struct text *t, const struct report *r)
{
    char batch[SHOW_SIZE] = "BATCH[N]";
    uint64_t rows = 0;
    size_t hidden = 0;
    bool alike = true;

    for (size_t i = 0; i < r->n_efficiency; i++) {
        const struct report_efficiency *e = &r->efficiency[i];
        alike = alike && (e->batch_rows == 0 || rows == 0 || e->batch_rows == rows);
        rows = e->batch_rows ? e->batch_rows : rows;
    }
    if (alike && rows)
        snprintf(batch, sizeof batch, "BATCH[%" PRIu64 "]", rows);
    fprintf(t->out, "VERDICT    INDICATOR          SINGLE  BATCH[1]  OVERHEAD %10s%s  WORST SITE\n",
            batch, text_columns(t) >= 100 ? "   ONE MORE" : "");
    for (size_t i = 0; i < r->n_efficiency; i++) {
        if (!t->options->all && folded(&r->efficiency[i]))
            hidden++;
        else
            row(t, &r->efficiency[i]);
    }
    if (hidden)
        fprintf(t->out, "  %zu OK not listed (--all)\n", hidden);
    fputc('\n', t->out);
}

/* Findings */

static void finding(struct text *t, const struct report_finding *f)
{
    char bytes[SHOW_SIZE], count[SHOW_SIZE], site[1024];
    const bool utf8 = t->options->utf8;
    const char *arrow = utf8 ? " \u2192 " : " -> ";

    fprintf(t->out, "%9s  ", show_bytes(bytes, f->bytes));
    if (f->scope[0]) {
        show_name(t->out, f->scope, 24, SHOW_CUT_RIGHT, false, utf8);
        fputs("  ", t->out);
    }
    if (f->source.function[0] && memcmp(&f->source, &f->where, sizeof f->source) != 0) {
        show_name(t->out, show_site(site, sizeof site, &f->source), 120, SHOW_CUT_LEFT, false,
                  utf8);
        fputs(arrow, t->out);
    }
    show_name(t->out, show_site(site, sizeof site, &f->where), 120, SHOW_CUT_LEFT, false, utf8);
    if (f->copied.function[0]) {
        fputs(", copied at ", t->out);
        show_name(t->out, show_place(site, sizeof site, &f->copied), 80, SHOW_CUT_LEFT, false,
                  utf8);
    }
    fprintf(t->out,
            ", %s times\n           %s (%s, %s)\n           try: ", show_count(count, f->count),
            report_kind_words(f->kind), f->kind, report_severity_name(f->severity));
    show_name(t->out, f->advice, 0, SHOW_CUT_RIGHT, false, utf8);
    fputc('\n', t->out);
}

/* What is worth a change first; what may have a purpose only when nothing else is left or all is
 * asked for. */
static void findings(struct text *t, const struct report *r)
{
    const size_t good = report_findings_of_weight(r), low = r->n_findings - good;
    size_t shown = 0;

    if (good == 0) {
        char copies[SHOW_SIZE], bytes[SHOW_SIZE];
        fprintf(t->out, "No needless memory found: %s copies, %s, looked at.\n",
                show_count(copies, r->totals.all.copies),
                show_bytes(bytes, r->totals.all.copied_bytes));
    } else {
        text_bold(t, "WHAT TO FIX FIRST");
        fputc('\n', t->out);
    }
    for (size_t i = 0; i < r->n_findings; i++)
        if (r->findings[i].severity != SEVERITY_LOW &&
            (t->options->all || shown < FINDINGS_SHOWN)) {
            finding(t, &r->findings[i]);
            shown++;
        }
    if (shown < good)
        fprintf(t->out, "  %zu more (--all)\n", good - shown);
    if (low && !t->options->all)
        fprintf(t->out, "  %zu hint%s of low severity not listed (--all)\n", low, text_plural(low));
    for (size_t i = 0; t->options->all && i < r->n_findings; i++)
        if (r->findings[i].severity == SEVERITY_LOW)
            finding(t, &r->findings[i]);
}

/* Without pairs of single and batch */

static void total(struct text *t, const char *what, uint64_t n, const char *of, uint64_t bytes)
{
    char count[SHOW_SIZE], size[SHOW_SIZE];

    fprintf(t->out, "%-22s %15s %-10s %10s\n", what, show_count(count, n), of,
            show_bytes(size, bytes));
}

static void totals(struct text *t, const struct report *r)
{
    const struct report_metrics *m = &r->totals.all;
    char count[SHOW_SIZE];
    const char *exactness = show_exactness(&r->run, t->options->utf8);

    if (exactness[0])
        fprintf(t->out, "all figures %s\n", exactness);
    total(t, "allocated", m->allocations, "blocks", m->allocated_bytes);
    total(t, "freed", m->frees, "blocks", m->freed_bytes);
    total(t, "never freed", m->leaked_blocks, "blocks", m->leaked_bytes);
    total(t, "live at the peak", m->peak_blocks, "blocks", m->peak_bytes);
    total(t, "copied", m->copies, "copies", m->copied_bytes);
    if (r->run.untouched)
        fprintf(t->out, "%-22s %15s %-10s %10s\n", "never written", "", "",
                show_bytes(count, m->untouched_bytes));
    fprintf(t->out, "%-22s %15s %-10s\n", "temporary", show_count(count, m->temporary), "blocks");
    fputc('\n', t->out);
}

static void functions(struct text *t, const struct report *r)
{
    const size_t shown =
        t->options->all || r->n_functions < FUNCTIONS_SHOWN ? r->n_functions : FUNCTIONS_SHOWN;
    char text[SHOW_SIZE], place[512];
    const unsigned name = text_columns(t) - 36;

    if (shown == 0)
        return;
    fprintf(t->out, "\n%10s %10s %12s  FUNCTION\n", "ALLOCATED", "COPIED", "ALLOCATIONS");
    for (size_t i = 0; i < shown; i++) {
        const struct report_function *f = &r->functions[i];
        fprintf(t->out, "%10s", show_bytes(text, f->metrics.allocated_bytes));
        fprintf(t->out, " %10s", show_bytes(text, f->metrics.copied_bytes));
        fprintf(t->out, " %12s  ", show_count(text, f->metrics.allocations));
        show_name(t->out, show_site(place, sizeof place, &f->at), name, SHOW_CUT_LEFT, false,
                  t->options->utf8);
        fputc('\n', t->out);
    }
    if (shown < r->n_functions)
        fprintf(t->out, "  %zu more (--all)\n", r->n_functions - shown);
}

static bool has_pairs(const struct report *r)
{
    for (size_t i = 0; i < r->n_efficiency; i++)
        if (r->efficiency[i].has_batch1 || r->efficiency[i].has_batch)
            return true;
    return false;
}

static int render(const struct report *report, const struct render_options *options, FILE *out)
{
    struct text t = {.out = out, .options = options};
    const bool pairs = has_pairs(report);

    head(&t, report);
    caveats(&t, report);
    symbol_caveats(&t, report);
    if (pairs) {
        tally(&t, report);
        table(&t, report);
    } else {
        fputc('\n', out);
        totals(&t, report);
    }
    findings(&t, report);
    if (!pairs || options->all)
        functions(&t, report);
    if (options->input) {
        fputs("more: nocopy report -o report.html ", out);
        show_name(out, options->input, 0, SHOW_CUT_RIGHT, false, options->utf8);
        fputc('\n', out);
    }
    return 0;
}

RENDERER(text) = {
    .name = "text",
    .endings = (const char *const[]){".txt", NULL},
    .media = "text/plain; charset=utf-8",
    .report = render,
    .diff = text_diff,
};
