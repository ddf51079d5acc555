/* SPDX-License-Identifier: Apache-2.0 */
/* The text form of a diff: what got worse first, small changes folded, plus is more memory. */
#include "text.h"

#include <inttypes.h>
#include <string.h>

#define PLACES_SHOWN   10
#define FINDINGS_SHOWN 10

static const char *arrow(const struct text *t) { return t->options->utf8 ? "\u2192" : "->"; }

static const char *mark(const struct text *t, enum diff_change c)
{
    static const char *const marks[DIFF_CHANGES][2] = {
        [DIFF_WORSE] = {"+", "\u2191"},   [DIFF_GREW] = {"+", "\u2191"},
        [DIFF_SHRANK] = {"-", "\u2193"},  [DIFF_ADDED] = {"*", "\u271a"},
        [DIFF_REMOVED] = {"x", "\u2715"}, [DIFF_NOT_COMPARED] = {"?", "?"},
        [DIFF_SMALL] = {"~", "~"},        [DIFF_SAME] = {"=", "="}};

    return marks[c][t->options->utf8];
}

static void name(struct text *t, const char *s, unsigned columns, bool pad)
{
    show_name(t->out, s, columns, SHOW_CUT_RIGHT, pad, t->options->utf8);
}

static void color(struct text *t, const char *code)
{
    if (t->options->color)
        fputs(code, t->out);
}

static void head(struct text *t, const struct diff *d)
{
    char delta[SHOW_SIZE];

    text_bold(t, "nocopy diff");
    fputc(' ', t->out);
    name(t, d->base_name, 30, false);
    fprintf(t->out, " %s ", arrow(t));
    name(t, d->head_name, 30, false);
    fprintf(t->out, "   needless %s\n", show_delta(delta, d->needless_delta));
    if (!d->same_environment) {
        fputs("! not the same environment:", t->out);
        for (size_t i = 0; i < d->n_facts; i++) {
            if (!d->facts[i].environment)
                continue;
            fputs("\n!   ", t->out);
            name(t, d->facts[i].name, 0, false);
            fputs(": ", t->out);
            name(t, d->facts[i].base[0] ? d->facts[i].base : "not told", 60, false);
            fprintf(t->out, " %s ", arrow(t));
            name(t, d->facts[i].head[0] ? d->facts[i].head : "not told", 60, false);
        }
        fputc('\n', t->out);
    }
    if (!d->base->run.complete || !d->head->run.complete)
        fputs("! a run was cut off: its figures are lower bounds\n", t->out);
}

static void tally(struct text *t, const struct diff *d)
{
    static const enum diff_change order[] = {DIFF_WORSE, DIFF_GREW,    DIFF_SHRANK,
                                             DIFF_ADDED, DIFF_REMOVED, DIFF_NOT_COMPARED,
                                             DIFF_SMALL, DIFF_SAME};
    bool any = false;

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (!d->changes[order[i]])
            continue;
        fprintf(t->out, "%s%zu %s", any ? "   " : "", d->changes[order[i]],
                order[i] == DIFF_WORSE ? "verdict worse" : diff_change_name(order[i]));
        any = true;
    }
    if (any)
        fputs("\n\n", t->out);
}

static void verdict(struct text *t, const struct diff_row *r)
{
    const enum report_status before = r->base ? r->base->status : STATUS_NONE,
                             after = r->head ? r->head->status : STATUS_NONE;

    if (r->base && r->head && before != after) {
        fprintf(t->out, "%-8s %s ", report_status_name(before), arrow(t));
        text_status(t, after, true);
    } else {
        fprintf(t->out, "%8s    ", "");
        text_status(t, r->head ? after : before, true);
    }
}

static bool slower_or_faster(const struct diff_time *t)
{
    return t->verdict == DIFF_TIME_SLOWER || t->verdict == DIFF_TIME_FASTER;
}

static void times(struct text *t, const struct diff *d)
{
    char p[SHOW_SIZE], a[SHOW_SIZE], b[SHOW_SIZE];
    size_t same = 0;

    if (d->timed == 0)
        return;
    text_bold(t, "TIME OF A CALL");
    fputc('\n', t->out);
    for (size_t i = 0; i < d->n_rows; i++) {
        const struct diff_time *time = &d->rows[i].time;
        same += time->verdict == DIFF_TIME_SAME;
        if (!slower_or_faster(time))
            continue;
        fputs("  ", t->out);
        name(t, d->rows[i].indicator, 14, true);
        fprintf(t->out, " %-7s %8s  %s %s %s  (%zu and %zu runs, p = %.2g)\n",
                diff_time_name(time->verdict), show_percent(p, true, time->percent),
                show_time(a, (uint64_t)time->base_ns), arrow(t),
                show_time(b, (uint64_t)time->head_ns), time->base_runs, time->head_runs, time->p);
    }
    if (same)
        fprintf(t->out, "  %zu of no difference (p >= 0.01, or 3%% and less)\n", same);
    fputc('\n', t->out);
}

static void row(struct text *t, const struct diff_row *r)
{
    char a[SHOW_SIZE], b[SHOW_SIZE], c[SHOW_SIZE], p[SHOW_SIZE];

    color(t, r->change == DIFF_WORSE || r->change == DIFF_GREW ? "\033[33m" : "");
    fprintf(t->out, "%s ", mark(t, r->change));
    name(t, r->indicator, 14, true);
    color(t, "\033[0m");
    fputc(' ', t->out);
    verdict(t, r);
    if (r->note[0]) {
        fputs("  not compared: ", t->out);
        name(t, r->note, 0, false);
        fputc('\n', t->out);
        return;
    }
    fprintf(t->out, "%10s %10s %11s",
            r->base && r->base->has_batch1 ? show_bytes(a, r->base->batch1_bytes) : "-",
            r->head && r->head->has_batch1 ? show_bytes(b, r->head->batch1_bytes) : "-",
            show_delta(c, r->batch1_delta));
    fprintf(t->out, " %8s\n",
            r->base && r->head ? show_percent(p, r->percent_known, r->batch1_percent) : "");
    if (r->batch_delta)
        fprintf(t->out, "    batch[N] %s", show_delta(a, r->batch_delta));
    if (r->copied_delta)
        fprintf(t->out, "    copied %s", show_delta(a, r->copied_delta));
    if (r->row_worse)
        fprintf(t->out, "    one more row: %s %s %s", report_status_name(r->base->row_status),
                arrow(t), report_status_name(r->head->row_status));
    if (r->batch_delta || r->copied_delta || r->row_worse)
        fputc('\n', t->out);
}

static bool folded(const struct text *t, enum diff_change c)
{
    return !t->options->all && (c == DIFF_SMALL || c == DIFF_SAME);
}

static void rows(struct text *t, const struct diff *d)
{
    if (d->n_rows == 0)
        return;
    if (d->n_rows > d->changes[DIFF_SMALL] + d->changes[DIFF_SAME] || t->options->all)
        fputs("  INDICATOR      VERDICT                   BEFORE      AFTER    BATCH[1]        %\n",
              t->out);
    for (size_t i = 0; i < d->n_rows; i++)
        if (!folded(t, d->rows[i].change))
            row(t, &d->rows[i]);
    if (!t->options->all && d->changes[DIFF_SMALL] + d->changes[DIFF_SAME] > 0)
        fprintf(t->out, "  %zu small, under 1%% and 4 KiB, and %zu the same not listed (--all)\n",
                d->changes[DIFF_SMALL], d->changes[DIFF_SAME]);
    fputc('\n', t->out);
}

static void site(struct text *t, const struct report_site *at)
{
    char text[1024];

    show_name(t->out, show_site(text, sizeof text, at), 100, SHOW_CUT_LEFT, false,
              t->options->utf8);
}

static void finding(struct text *t, const struct diff_finding *f)
{
    const struct report_finding *shown = f->head ? f->head : f->base;
    char delta[SHOW_SIZE];

    fprintf(t->out, "%s %10s  %s%s", mark(t, f->change), show_delta(delta, f->bytes_delta),
            shown->kind, shown->scope[0] ? "  " : "");
    name(t, shown->scope, 24, false);
    fputs("  ", t->out);
    site(t, &shown->where);
    fputc('\n', t->out);
    if (f->head && f->change != DIFF_SHRANK) {
        fputs("              try: ", t->out);
        name(t, f->head->advice, 0, false);
        fputc('\n', t->out);
    }
}

static void findings(struct text *t, const struct diff *d)
{
    size_t shown = 0, changed = 0;

    for (size_t i = 0; i < d->n_findings; i++)
        changed += d->findings[i].change != DIFF_SAME;
    if (changed == 0)
        return;
    text_bold(t, "FINDINGS");
    fprintf(t->out, "  %zu new, %zu gone\n", d->new_findings, d->gone_findings);
    for (size_t i = 0; i < d->n_findings; i++) {
        if (d->findings[i].change == DIFF_SAME)
            continue;
        if (shown++ == FINDINGS_SHOWN && !t->options->all)
            break;
        finding(t, &d->findings[i]);
    }
    if (changed > FINDINGS_SHOWN && !t->options->all)
        fprintf(t->out, "  %zu more (--all)\n", changed - FINDINGS_SHOWN);
    fputc('\n', t->out);
}

static void place(struct text *t, const struct diff_place *p)
{
    char bytes[SHOW_SIZE], copied[SHOW_SIZE];

    fprintf(t->out, "%s %-8s %11s %11s  ", mark(t, p->change), diff_change_name(p->change),
            show_delta(bytes, p->bytes_delta), show_delta(copied, p->copied_delta));
    if (p->base && p->head && strcmp(p->base->at.function, p->head->at.function) != 0) {
        site(t, &p->base->at);
        fprintf(t->out, " %s ", arrow(t));
    }
    site(t, &(p->head ? p->head : p->base)->at);
    if (p->match == MATCH_MOVED || (p->match == MATCH_LINE && p->lines != 0))
        fprintf(t->out, ", %" PRId64 " line%s %s", p->lines < 0 ? -p->lines : p->lines,
                text_plural((uint64_t)(p->lines < 0 ? -p->lines : p->lines)),
                p->lines < 0 ? "up" : "down");
    fputc('\n', t->out);
}

static void places(struct text *t, const struct diff *d)
{
    size_t shown = 0, changed = 0;

    for (size_t i = 0; i < d->n_places; i++)
        changed += !folded(t, d->places[i].change);
    if (changed == 0)
        return;
    text_bold(t, "CALL SITES");
    fputs("     ALLOCATED      COPIED\n", t->out);
    for (size_t i = 0; i < d->n_places; i++) {
        if (folded(t, d->places[i].change))
            continue;
        if (shown++ == PLACES_SHOWN && !t->options->all)
            break;
        place(t, &d->places[i]);
    }
    if (changed > PLACES_SHOWN && !t->options->all)
        fprintf(t->out, "  %zu more (--all)\n", changed - PLACES_SHOWN);
}

int text_diff(const struct diff *diff, const struct render_options *options, FILE *out)
{
    struct text t = {.out = out, .options = options};
    char delta[SHOW_SIZE];

    head(&t, diff);
    if (diff->identical) {
        fprintf(out, "Byte for byte the same over %zu indicator%s and %zu call site%s.\n",
                diff->n_rows, text_plural(diff->n_rows), diff->n_places,
                text_plural(diff->n_places));
        times(&t, diff);
        return 0;
    }
    tally(&t, diff);
    rows(&t, diff);
    times(&t, diff);
    findings(&t, diff);
    places(&t, diff);
    fprintf(out, "\nin all: allocated %s", show_delta(delta, diff->allocated_delta));
    fprintf(out, ", copied %s", show_delta(delta, diff->copied_delta));
    fprintf(out, ", peak %s", show_delta(delta, diff->peak_delta));
    fprintf(out, ", leaked %s\n", show_delta(delta, diff->leaked_delta));
    return 0;
}
