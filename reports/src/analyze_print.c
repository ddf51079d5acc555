/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze_print.h"
#include "summary.h"

#include <inttypes.h>
#include <string.h>

/* The three causes that an author can act on. */
static const char *cause_of(const char *kind)
{
    static const struct {
        const char *kind, *cause;
    } causes[] = {
        {"copy-of-live", "needless copy"},
        {"copy-then-free", "needless copy"},
        {"duplicate-content", "needless copy"},
        {"growth", "needless copy"},
        {"over-allocation", "pre-allocation"},
        {"per-row-temporary", "pre-allocation"},
        {"retained-scratch", "pre-allocation"},
        {"metadata", "metadata"},
        {"leak", "leak"},
    };

    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (strcmp(causes[i].kind, kind) == 0)
            return causes[i].cause;
    return kind;
}

static void print_site(const struct report_site *site, FILE *out)
{
    if (site->file[0] && site->line)
        fprintf(out, "%s (%s:%u)", site->function, site->file, site->line);
    else
        fputs(site->function[0] ? site->function : "an unknown place", out);
}

static void print_finding(const struct report_finding *f, FILE *out)
{
    char bytes[32];

    fprintf(out, "    %-14s %9s  %s", cause_of(f->kind),
            summary_bytes(bytes, sizeof bytes, f->bytes), report_kind_words(f->kind));
    if (f->has_mode)
        fprintf(out, ", in %s", report_mode_name(f->mode));
    fputs("\n        at ", out);
    print_site(&f->where, out);
    if (f->copied.function[0]) {
        fputs(", copied at ", out);
        print_site(&f->copied, out);
    }
    if (f->source.function[0]) {
        fputs(", from ", out);
        print_site(&f->source, out);
    }
    fputc('\n', out);
    if (f->evidence[0])
        fprintf(out, "        %s\n", f->evidence);
    if (f->advice[0])
        fprintf(out, "        try: %s\n", f->advice);
}

/* "single 78.1 KiB, batch[1] 156 KiB (+100.0 %), HIGH; one more row ..." */
static void print_verdict(const struct report_efficiency *e, FILE *out)
{
    char single[32], batch1[32];

    fprintf(out, "\n%s: %s", e->indicator, report_status_name(e->status));
    if (e->row_status != STATUS_NONE)
        fprintf(out, ", one more row %s", report_status_name(e->row_status));
    if (e->status == STATUS_NONE)
        fprintf(out, " (%s)\n", e->reason[0] ? e->reason : "not measured");
    else {
        fprintf(out, "; single %s, batch[1] %s",
                summary_bytes(single, sizeof single, e->single_bytes),
                summary_bytes(batch1, sizeof batch1, e->batch1_bytes));
        if (e->overhead_known)
            fprintf(out, " (%+.1f %%)", e->overhead_percent);
        if (e->row_known)
            fprintf(out, "; one more row %+.1f %% over its output", e->row_overhead_percent);
        fputc('\n', out);
    }
}

static void print_causes(const struct report *report, const struct report_efficiency *e, FILE *out)
{
    size_t shown = 0;

    for (int pass = 0; pass < 2 && shown == 0; pass++) /* low ones only where there are no others */
        for (size_t i = 0; i < report->n_findings; i++) {
            const struct report_finding *f = &report->findings[i];

            if (strcmp(f->scope, e->indicator) == 0 &&
                (f->severity == SEVERITY_LOW) == (pass == 1)) {
                print_finding(f, out);
                shown++;
            }
        }
    if (shown == 0 && e->status != STATUS_NONE) {
        fputs("    no finding explains it; most bytes of batch come from ", out);
        print_site(&e->worst, out);
        fputc('\n', out);
    }
}

static bool is_bad(const struct report_efficiency *e)
{
    return e->status != STATUS_OK || e->row_status == STATUS_MODERATE ||
           e->row_status == STATUS_HIGH;
}

bool analyze_print(const struct report *report, const struct render_options *options, FILE *out)
{
    size_t bad = 0;

    (void)options;
    for (size_t i = 0; i < report->n_efficiency; i++)
        bad += is_bad(&report->efficiency[i]);
    fprintf(out, "\n%zu of %zu indicators are OK in both, batch[1] and one more row.\n",
            report->n_efficiency - bad, report->n_efficiency);
    for (size_t i = 0; i < report->n_efficiency; i++)
        if (is_bad(&report->efficiency[i])) {
            print_verdict(&report->efficiency[i], out);
            print_causes(report, &report->efficiency[i], out);
        }
    if (!report->run.complete || report->run.lost_events || report->run.damage[0])
        fputs("\nThe profile is not complete: figures are lower bounds.\n", out);
    return bad == 0;
}
