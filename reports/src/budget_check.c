/* SPDX-License-Identifier: Apache-2.0 */
#include "budget.h"
#include "scaled.h"
#include "show.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct checking {
    const struct budget *budget;
    const struct report *head;
    const struct diff *diff;
    int64_t now;
    struct budget_results *results;
};

static char *number(uint64_t x) { return format_string("%" PRIu64, x); }

/* A scope's name in a line of words. */
static char *word(const char *name)
{
    char *w = NULL;
    size_t size;
    FILE *out = open_memstream(&w, &size);

    if (!out)
        abort();
    show_name(out, name[0] ? name : "(none)", 0, SHOW_CUT_RIGHT, false, true);
    fclose(out);
    for (char *p = w; *p; p++)
        if (*p == ' ')
            *p = '_';
    return w;
}

static const struct budget_allowance *allowance(const struct checking *c, const char *rule,
                                                const char *scope)
{
    for (size_t i = 0; i < c->budget->n_allowances; i++) {
        const struct budget_allowance *a = &c->budget->allowances[i];

        if (c->now < a->end && fnmatch(a->rule, rule, 0) == 0 && fnmatch(a->pattern, scope, 0) == 0)
            return a;
    }
    return NULL;
}

/* Takes over scope, had, limit and message. */
static void add(struct checking *c, const char *rule, char *scope, char *had, char *limit,
                bool violated, struct report_site site, char *message)
{
    struct budget_results *r = c->results;
    const struct budget_allowance *allowed = violated ? allowance(c, rule, scope) : NULL;

    if (r->len == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->at = realloc(r->at, r->room * sizeof *r->at);
        if (!r->at)
            abort();
    }
    r->at[r->len++] = (struct budget_result){.rule = rule,
                                             .scope = scope,
                                             .had = had,
                                             .limit = limit,
                                             .message = message,
                                             .site = site,
                                             .violated = violated && !allowed,
                                             .allowed = allowed};
    r->violations += violated && !allowed;
}

static struct report_site nowhere(void) { return (struct report_site){"", "", 0}; }

static void check_status(struct checking *c, const char *indicator, const char *suffix,
                         enum report_status had, enum report_status limit, struct report_site site,
                         const char *reason)
{
    /* NONE was not measured: worse than any verdict that was, and no ground to judge on. */
    const bool violated = had > limit && limit != STATUS_NONE;
    char *name = word(indicator);
    char *scope = format_string("%s%s", name, suffix);
    const char *h = report_status_name(had), *l = report_status_name(limit);

    add(c, "verdict-worse", scope, format_string("%s", h), format_string("%s", l), violated, site,
        format_string("the verdict of %s%s is %s, it may be %s at worst%s%s", indicator,
                      suffix[0] ? " for one more row" : "", h, l, reason[0] ? ": " : "", reason));
    free(name);
}

static void check_verdicts(struct checking *c)
{
    if (!c->diff) {
        for (size_t i = 0; i < c->head->n_efficiency; i++) {
            const struct report_efficiency *e = &c->head->efficiency[i];

            if (e->status != STATUS_NONE) /* only one half was called: nothing to judge */
                check_status(c, e->indicator, "", e->status, STATUS_OK, e->worst, "");
            if (e->row_status != STATUS_NONE)
                check_status(c, e->indicator, "/row", e->row_status, STATUS_OK, e->worst, "");
        }
        return;
    }
    for (size_t i = 0; i < c->diff->n_rows; i++) {
        const struct diff_row *row = &c->diff->rows[i];
        const struct report_efficiency *b = row->base, *h = row->head;

        if (!h || row->change == DIFF_NOT_COMPARED)
            continue; /* check_compared() */
        check_status(c, row->indicator, "", h->status, b ? b->status : STATUS_OK, h->worst,
                     h->reason);
        if (h->row_status != STATUS_NONE)
            check_status(c, row->indicator, "/row", h->row_status, b ? b->row_status : STATUS_OK,
                         h->worst, "");
    }
}

/* What cannot be judged must not pass for good. */
static void check_compared(struct checking *c)
{
    for (size_t i = 0; i < c->diff->n_rows; i++) {
        const struct diff_row *row = &c->diff->rows[i];

        if (row->base && !row->head)
            add(c, "missing", word(row->indicator), format_string("-"),
                format_string("%s", report_status_name(row->base->status)), true, nowhere(),
                format_string("%s was measured in the base and is not measured any more",
                              row->indicator));
        else if (row->base && row->head) {
            const bool rows = row->base->batch_rows != row->head->batch_rows;

            add(c, "not-compared", word(row->indicator),
                number(rows ? row->head->batch_rows : row->head->single_bytes),
                number(rows ? row->base->batch_rows : row->base->single_bytes),
                row->change == DIFF_NOT_COMPARED, nowhere(),
                format_string("%s %s", row->indicator,
                              row->change == DIFF_NOT_COMPARED ? row->note : "can be compared"));
        }
    }
}

static uint64_t needless_of(const struct report *report, const char *scope)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < report->n_findings; i++)
        if (report->findings[i].severity != SEVERITY_LOW &&
            strcmp(report->findings[i].scope, scope) == 0)
            sum += report->findings[i].bytes;
    return sum;
}

static bool seen_before(const struct report *report, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (strcmp(report->findings[j].scope, report->findings[i].scope) == 0)
            return true;
    return false;
}

static void check_needless(struct checking *c)
{
    const struct report *head = c->head;

    for (size_t i = 0; i < head->n_findings; i++) {
        const char *scope = head->findings[i].scope;
        uint64_t had, base;

        if (seen_before(head, i))
            continue;
        had = needless_of(head, scope);
        base = needless_of(c->diff->base, scope);
        /* Findings are sorted: the first of a scope is its largest. */
        add(c, "needless-growth", word(scope), number(had),
            number(base + c->budget->needless_slack), had > base + c->budget->needless_slack,
            head->findings[i].where,
            format_string("needless bytes of %s went from %" PRIu64 " to %" PRIu64 "; largest: %s",
                          scope[0] ? scope : "code outside scopes", base, had,
                          head->findings[i].evidence));
    }
}

static void check_batch1(struct checking *c)
{
    for (size_t i = 0; i < c->diff->n_rows; i++) {
        const struct diff_row *row = &c->diff->rows[i];
        uint64_t base, had, by_share, by_bytes, most;

        if (!row->base || !row->head || row->change == DIFF_NOT_COMPARED)
            continue;
        base = row->base->batch1_bytes;
        had = row->head->batch1_bytes;
        by_share = base + scaled((double)base, c->budget->batch1_percent, 100);
        by_bytes = base + c->budget->batch1_bytes;
        most = by_share > by_bytes ? by_share : by_bytes; /* both must be passed */
        add(c, "batch1-growth", word(row->indicator), number(had), number(most), had > most,
            row->head->worst,
            format_string("batch with one combination of %s allocates %" PRIu64 " bytes, %" PRIu64
                          " before; %" PRIu64 " are allowed",
                          row->indicator, had, base, most));
    }
}

static uint64_t metric_of(const struct report_metrics *m, enum budget_metric metric)
{
    switch (metric) {
    case BUDGET_ALLOCATIONS:
        return m->allocations;
    case BUDGET_ALLOCATED:
        return m->allocated_bytes;
    case BUDGET_PEAK:
        return m->peak_bytes;
    case BUDGET_COPIES:
        return m->copies;
    case BUDGET_COPIED:
        return m->copied_bytes;
    case BUDGET_NEEDLESS:
        return m->needless_bytes;
    case BUDGET_UNTOUCHED:
        return m->untouched_bytes;
    default:
        return m->leaked_bytes;
    }
}

static uint64_t leaked_in(const struct report *report, uint32_t scope)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < report->n_stacks; i++)
        if (report->stacks[i].scope == scope)
            sum += report->stacks[i].metrics.leaked_bytes;
    return sum;
}

static uint64_t scope_metric(const struct report *report, uint32_t i, enum budget_metric metric)
{
    const struct report_scope *s = &report->scopes[i];

    switch (metric) {
    case BUDGET_ALLOCATIONS:
        return s->allocations;
    case BUDGET_ALLOCATED:
        return s->allocated_bytes;
    case BUDGET_PEAK:
        return s->peak_bytes;
    case BUDGET_COPIES:
        return s->copies;
    case BUDGET_COPIED:
        return s->copied_bytes;
    case BUDGET_NEEDLESS:
        return s->needless_bytes;
    case BUDGET_UNTOUCHED:
        return s->untouched_bytes;
    case BUDGET_RETAINED:
        return s->retained_bytes;
    case BUDGET_METADATA:
        return s->metadata_bytes;
    default:
        return leaked_in(report, i);
    }
}

static void add_limit(struct checking *c, const struct budget_limit *limit, char *scope,
                      uint64_t had, struct report_site site)
{
    static const char *const rules[BUDGET_METRICS] = {
        [BUDGET_ALLOCATIONS] = "limit-allocations",
        [BUDGET_ALLOCATED] = "limit-allocated",
        [BUDGET_PEAK] = "limit-peak",
        [BUDGET_COPIES] = "limit-copies",
        [BUDGET_COPIED] = "limit-copied",
        [BUDGET_NEEDLESS] = "limit-needless",
        [BUDGET_UNTOUCHED] = "limit-untouched",
        [BUDGET_LEAKED] = "limit-leaked",
        [BUDGET_RETAINED] = "limit-retained",
        [BUDGET_METADATA] = "limit-metadata",
    };

    add(c, rules[limit->metric], scope, number(had), number(limit->most), had > limit->most, site,
        format_string("%s of %s: %" PRIu64 ", the budget is %" PRIu64,
                      budget_metric_name(limit->metric), scope, had, limit->most));
}

static char *scope_word(const struct report_scope *s)
{
    char *name = word(s->name), *all;

    if (s->mode == MODE_BATCH && s->combos)
        all = format_string("%s/batch[%" PRIu64 "]", name, s->combos);
    else
        all = format_string("%s/%s", name, report_mode_name(s->mode));
    free(name);
    return all;
}

static void check_limit(struct checking *c, const struct budget_limit *limit)
{
    const struct report *head = c->head;

    if (limit->target == BUDGET_TOTAL)
        add_limit(c, limit, word("total"), metric_of(&head->totals.all, limit->metric), nowhere());
    for (size_t i = 0; limit->target == BUDGET_SCOPE && i < head->n_scopes; i++) {
        const struct report_scope *s = &head->scopes[i];

        if ((limit->mode < 0 || limit->mode == (int)s->mode) &&
            fnmatch(limit->pattern, s->name, 0) == 0)
            add_limit(c, limit, scope_word(s), scope_metric(head, (uint32_t)i, limit->metric),
                      s->site);
    }
    for (size_t i = 0; limit->target == BUDGET_FUNCTION && i < head->n_functions; i++) {
        const struct report_function *f = &head->functions[i];

        if (fnmatch(limit->pattern, f->at.function, 0) == 0)
            add_limit(c, limit, word(f->at.function), metric_of(&f->metrics, limit->metric), f->at);
    }
}

void budget_check(const struct budget *budget, const struct report *head, const struct diff *diff,
                  int64_t now, struct budget_results *ret)
{
    struct checking c = {budget, head, diff, now, ret};

    *ret = (struct budget_results){0};
    if (diff)
        check_compared(&c);
    if (budget->verdict_worse)
        check_verdicts(&c);
    if (diff && budget->needless_growth)
        check_needless(&c);
    if (diff && budget->batch1_growth)
        check_batch1(&c);
    for (size_t i = 0; i < budget->n_limits; i++)
        check_limit(&c, &budget->limits[i]);
}

void budget_results_done(struct budget_results *results)
{
    for (size_t i = 0; i < results->len; i++) {
        free(results->at[i].scope);
        free(results->at[i].had);
        free(results->at[i].limit);
        free(results->at[i].message);
    }
    free(results->at);
    *results = (struct budget_results){0};
}
