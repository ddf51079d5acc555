/* SPDX-License-Identifier: Apache-2.0 */
#include "diff.h"

#include "diff_parts.h"
#include "index.h"
#include "pool.h"

#include <errno.h>
#include <string.h>

int64_t diff_delta(uint64_t base, uint64_t head) { return (int64_t)(head - base); }

static uint64_t magnitude(int64_t x) { return x < 0 ? -(uint64_t)x : (uint64_t)x; }

bool diff_small(uint64_t base, int64_t delta)
{
    return magnitude(delta) < 4096 && magnitude(delta) < (base + 99) / 100;
}

/* Rows: by indicator */

static int by_indicator(const void *a, const void *b)
{
    return strcmp((*(const struct report_efficiency *const *)a)->indicator,
                  (*(const struct report_efficiency *const *)b)->indicator);
}

static const struct report_efficiency **sorted_rows(const struct report *r)
{
    const struct report_efficiency **ret = calloc(r->n_efficiency + 1, sizeof *ret);

    for (size_t i = 0; ret && i < r->n_efficiency; i++)
        ret[i] = &r->efficiency[i];
    if (ret)
        qsort(ret, r->n_efficiency, sizeof *ret, by_indicator);
    return ret;
}

static const char *fact(const struct report *r, const char *name)
{
    for (size_t i = 0; i < r->n_facts; i++)
        if (strcmp(r->facts[i].name, name) == 0)
            return r->facts[i].value;
    return NULL;
}

static int rank(enum report_status s) { return s == STATUS_NONE ? -1 : (int)s; }

/* Why two sides of a row cannot be set against each other; "" when they can. */
static const char *incomparable(const struct diff *d, const struct report_efficiency *base,
                                const struct report_efficiency *head)
{
    const char *bars = fact(d->base, "bars"), *new_bars = fact(d->head, "bars");

    if (bars && new_bars && strcmp(bars, new_bars) != 0)
        return pool_printf(d->pool, "%s bars before, %s after", bars, new_bars);
    if (base->has_batch && head->has_batch && base->batch_rows != head->batch_rows)
        return pool_printf(d->pool, "%llu combinations before, %llu after",
                           (unsigned long long)base->batch_rows,
                           (unsigned long long)head->batch_rows);
    if (base->status != STATUS_NONE && head->status == STATUS_NONE)
        return pool_printf(d->pool, "not measured any more: %s", head->reason);
    if (base->status == STATUS_NONE && head->status != STATUS_NONE)
        return pool_printf(d->pool, "not measured before: %s", base->reason);
    return "";
}

/* Of the figures that changed enough to count, the first decides the direction. */
static enum diff_change row_change(const struct diff_row *row)
{
    const struct report_efficiency *base = row->base, *head = row->head;
    const struct {
        uint64_t base;
        int64_t delta;
    } figures[] = {{base->batch1_bytes, row->batch1_delta},
                   {base->batch_bytes, row->batch_delta},
                   {base->single_bytes, row->single_delta},
                   {base->batch_copied, row->copied_delta},
                   {base->batch1_copied, diff_delta(base->batch1_copied, head->batch1_copied)}};
    bool same = true;

    if (rank(head->status) > rank(base->status) || row->row_worse)
        return DIFF_WORSE;
    if (rank(head->status) < rank(base->status))
        return DIFF_SHRANK;
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (!diff_small(figures[i].base, figures[i].delta) && figures[i].delta != 0)
            return figures[i].delta > 0 ? DIFF_GREW : DIFF_SHRANK;
        same = same && figures[i].delta == 0;
    }
    return same ? DIFF_SAME : DIFF_SMALL;
}

static void row_fill(const struct diff *d, struct diff_row *row)
{
    static const struct report_efficiency nothing = {0};
    const struct report_efficiency *base = row->base ? row->base : &nothing,
                                   *head = row->head ? row->head : &nothing;

    row->indicator = row->head ? head->indicator : base->indicator;
    row->note = "";
    row->batch1_delta = diff_delta(base->batch1_bytes, head->batch1_bytes);
    row->batch_delta = diff_delta(base->batch_bytes, head->batch_bytes);
    row->single_delta = diff_delta(base->single_bytes, head->single_bytes);
    row->copied_delta = diff_delta(base->batch_copied, head->batch_copied);
    row->percent_known = base->batch1_bytes > 0;
    if (row->percent_known)
        row->batch1_percent = 100.0 * (double)row->batch1_delta / (double)base->batch1_bytes;
    if (!row->base || !row->head) {
        row->change = row->head ? DIFF_ADDED : DIFF_REMOVED;
        return;
    }
    row->row_worse = base->row_status != STATUS_NONE && head->row_status != STATUS_NONE &&
                     rank(head->row_status) > rank(base->row_status);
    row->note = incomparable(d, base, head);
    row->change = row->note[0] ? DIFF_NOT_COMPARED : row_change(row);
}

static int row_order(enum diff_change c)
{
    static const int order[DIFF_CHANGES] = {
        [DIFF_WORSE] = 0,   [DIFF_GREW] = 1,         [DIFF_SHRANK] = 1, [DIFF_ADDED] = 1,
        [DIFF_REMOVED] = 1, [DIFF_NOT_COMPARED] = 2, [DIFF_SMALL] = 3,  [DIFF_SAME] = 4};

    return order[c];
}

static uint64_t row_weight(const struct diff_row *r)
{
    const uint64_t a = magnitude(r->batch1_delta), b = magnitude(r->batch_delta);

    return a ? a : b;
}

static int worse_first(const void *a, const void *b)
{
    const struct diff_row *x = a, *y = b;

    if (row_order(x->change) != row_order(y->change))
        return row_order(x->change) - row_order(y->change);
    if (row_weight(x) != row_weight(y))
        return row_weight(x) > row_weight(y) ? -1 : 1;
    return strcmp(x->indicator, y->indicator);
}

bool diff_rows(struct diff *diff)
{
    const struct report_efficiency **base = sorted_rows(diff->base),
                                   **head = sorted_rows(diff->head);
    const size_t n_base = diff->base->n_efficiency, n_head = diff->head->n_efficiency;
    struct diff_row *rows = pool_calloc(diff->pool, n_base + n_head + 1, sizeof *rows);
    size_t n = 0;

    for (size_t i = 0, k = 0; base && head && rows && (i < n_base || k < n_head); n++) {
        const int r = i == n_base   ? 1
                      : k == n_head ? -1
                                    : strcmp(base[i]->indicator, head[k]->indicator);
        if (r <= 0)
            rows[n].base = base[i++];
        if (r >= 0)
            rows[n].head = head[k++];
        row_fill(diff, &rows[n]);
        diff->changes[rows[n].change]++;
    }
    const bool good = base && head && rows;
    free(base);
    free(head);
    if (good)
        qsort(rows, n, sizeof *rows, worse_first);
    diff->rows = rows;
    diff->n_rows = n;
    return good;
}

/* Findings: by id */

static int by_id(const void *a, const void *b)
{
    return strcmp((*(const struct report_finding *const *)a)->id,
                  (*(const struct report_finding *const *)b)->id);
}

static const struct report_finding **sorted_findings(const struct report *r)
{
    const struct report_finding **ret = calloc(r->n_findings + 1, sizeof *ret);

    for (size_t i = 0; ret && i < r->n_findings; i++)
        ret[i] = &r->findings[i];
    if (ret)
        qsort(ret, r->n_findings, sizeof *ret, by_id);
    return ret;
}

static void finding_fill(struct diff_finding *f)
{
    f->bytes_delta = diff_delta(f->base ? f->base->bytes : 0, f->head ? f->head->bytes : 0);
    f->change = !f->base              ? DIFF_ADDED
                : !f->head            ? DIFF_REMOVED
                : f->bytes_delta == 0 ? DIFF_SAME
                : f->bytes_delta > 0  ? DIFF_GREW
                                      : DIFF_SHRANK;
}

static int new_first(const void *a, const void *b)
{
    static const int order[DIFF_CHANGES] = {
        [DIFF_ADDED] = 0, [DIFF_GREW] = 1, [DIFF_SHRANK] = 2, [DIFF_REMOVED] = 3, [DIFF_SAME] = 4};
    const struct diff_finding *x = a, *y = b;

    if (x->change != y->change)
        return order[x->change] - order[y->change];
    if (magnitude(x->bytes_delta) != magnitude(y->bytes_delta))
        return magnitude(x->bytes_delta) > magnitude(y->bytes_delta) ? -1 : 1;
    return strcmp((x->head ? x->head : x->base)->id, (y->head ? y->head : y->base)->id);
}

bool diff_findings(struct diff *diff)
{
    const struct report_finding **base = sorted_findings(diff->base),
                                **head = sorted_findings(diff->head);
    const size_t n_base = diff->base->n_findings, n_head = diff->head->n_findings;
    struct diff_finding *all = pool_calloc(diff->pool, n_base + n_head + 1, sizeof *all);
    size_t n = 0;

    for (size_t i = 0, k = 0; base && head && all && (i < n_base || k < n_head); n++) {
        const int r = i == n_base ? 1 : k == n_head ? -1 : strcmp(base[i]->id, head[k]->id);
        if (r <= 0)
            all[n].base = base[i++];
        if (r >= 0)
            all[n].head = head[k++];
        finding_fill(&all[n]);
        diff->new_findings += all[n].change == DIFF_ADDED;
        diff->gone_findings += all[n].change == DIFF_REMOVED;
    }
    const bool good = base && head && all;
    free(base);
    free(head);
    if (good)
        qsort(all, n, sizeof *all, new_first);
    diff->findings = all;
    diff->n_findings = n;
    return good;
}

/* Functions: by name and module */

static int by_name(const void *a, const void *b)
{
    const struct report_function *x = *(const struct report_function *const *)a,
                                 *y = *(const struct report_function *const *)b;
    int r = strcmp(x->at.function, y->at.function);

    if (r == 0)
        r = strcmp(x->module, y->module);
    return r ? r : strcmp(x->at.file, y->at.file);
}

static const struct report_function **sorted_functions(const struct report *r)
{
    const struct report_function **ret = calloc(r->n_functions + 1, sizeof *ret);

    for (size_t i = 0; ret && i < r->n_functions; i++)
        ret[i] = &r->functions[i];
    if (ret)
        qsort(ret, r->n_functions, sizeof *ret, by_name);
    return ret;
}

static void function_fill(struct diff_function *f)
{
    static const struct report_metrics none = {0};
    const struct report_metrics *base = f->base ? &f->base->metrics : &none,
                                *head = f->head ? &f->head->metrics : &none;

    f->bytes_delta = diff_delta(base->allocated_bytes, head->allocated_bytes);
    f->copied_delta = diff_delta(base->copied_bytes, head->copied_bytes);
    if (!f->base || !f->head)
        f->change = f->head ? DIFF_ADDED : DIFF_REMOVED;
    else if (f->bytes_delta == 0 && f->copied_delta == 0)
        f->change = base->allocations == head->allocations ? DIFF_SAME : DIFF_SMALL;
    else if (diff_small(base->allocated_bytes, f->bytes_delta) &&
             diff_small(base->copied_bytes, f->copied_delta))
        f->change = DIFF_SMALL;
    else
        f->change =
            (f->bytes_delta ? f->bytes_delta : f->copied_delta) > 0 ? DIFF_GREW : DIFF_SHRANK;
}

static int heavier(const void *a, const void *b)
{
    const struct diff_function *x = a, *y = b;
    const uint64_t m = magnitude(x->bytes_delta) + magnitude(x->copied_delta),
                   n = magnitude(y->bytes_delta) + magnitude(y->copied_delta);

    if (m != n)
        return m > n ? -1 : 1;
    return strcmp((x->head ? x->head : x->base)->at.function,
                  (y->head ? y->head : y->base)->at.function);
}

bool diff_functions(struct diff *diff)
{
    const struct report_function **base = sorted_functions(diff->base),
                                 **head = sorted_functions(diff->head);
    const size_t n_base = diff->base->n_functions, n_head = diff->head->n_functions;
    struct diff_function *all = pool_calloc(diff->pool, n_base + n_head + 1, sizeof *all);
    size_t n = 0;

    for (size_t i = 0, k = 0; base && head && all && (i < n_base || k < n_head); n++) {
        const int r = i == n_base ? 1 : k == n_head ? -1 : by_name(&base[i], &head[k]);
        if (r <= 0)
            all[n].base = base[i++];
        if (r >= 0)
            all[n].head = head[k++];
        function_fill(&all[n]);
    }
    const bool good = base && head && all;
    free(base);
    free(head);
    if (good)
        qsort(all, n, sizeof *all, heavier);
    diff->functions = all;
    diff->n_functions = n;
    return good;
}

/* Facts: both lists are sorted by name, but a JSON file need not be */

bool diff_facts(struct diff *diff)
{
    const struct report *base = diff->base, *head = diff->head;
    struct diff_fact *facts =
        pool_calloc(diff->pool, base->n_facts + head->n_facts + 1, sizeof *facts);
    size_t n = 0;

    if (!facts)
        return false;
    diff->same_environment = true;
    for (size_t i = 0; i < head->n_facts; i++) {
        const char *before = fact(base, head->facts[i].name);
        if (before && strcmp(before, head->facts[i].value) == 0)
            continue;
        facts[n++] = (struct diff_fact){head->facts[i].name, before ? before : "",
                                        head->facts[i].value, head->facts[i].environment};
    }
    for (size_t i = 0; i < base->n_facts; i++)
        if (!fact(head, base->facts[i].name))
            facts[n++] = (struct diff_fact){base->facts[i].name, base->facts[i].value, "",
                                            base->facts[i].environment};
    for (size_t i = 0; i < n; i++)
        diff->same_environment = diff->same_environment && !facts[i].environment;
    diff->facts = facts;
    diff->n_facts = n;
    return true;
}

/* All */

static void totals(struct diff *d)
{
    const struct report_metrics *base = &d->base->totals.all, *head = &d->head->totals.all;

    d->needless_delta = diff_delta(base->needless_bytes, head->needless_bytes);
    d->allocated_delta = diff_delta(base->allocated_bytes, head->allocated_bytes);
    d->peak_delta = diff_delta(base->peak_bytes, head->peak_bytes);
    d->copied_delta = diff_delta(base->copied_bytes, head->copied_bytes);
    d->leaked_delta = diff_delta(base->leaked_bytes, head->leaked_bytes);
}

static bool identical(const struct diff *d)
{
    bool ret = d->changes[DIFF_SAME] == d->n_rows && d->new_findings == 0 &&
               d->gone_findings == 0 &&
               memcmp(&d->base->totals.all, &d->head->totals.all, sizeof d->base->totals.all) == 0;

    for (size_t i = 0; ret && i < d->n_places; i++)
        ret = d->places[i].change == DIFF_SAME;
    return ret;
}

static const char *side_name(const char *given, const struct report *r, const char *otherwise)
{
    return given ? given : r->run.commit[0] ? r->run.commit : otherwise;
}

int diff_reports(struct diff *ret, const struct report *base, const struct report *head,
                 const char *base_name, const char *head_name)
{
    return diff_reports_with(ret, base, head,
                             &(struct diff_more){.base_name = base_name, .head_name = head_name});
}

int diff_reports_with(struct diff *ret, const struct report *base, const struct report *head,
                      const struct diff_more *more)
{
    struct diff d = {.base = base,
                     .head = head,
                     .commits = more->commits,
                     .files = more->files,
                     .pool = pool_new()};

    if (!d.pool)
        return -ENOMEM;
    d.base_name = pool_intern(d.pool, side_name(more->base_name, base, "base"));
    d.head_name = pool_intern(d.pool, side_name(more->head_name, head, "head"));
    if (!diff_rows(&d) || !diff_times(&d, more, (struct diff_row *)d.rows) ||
        !diff_places(&d, more->lines) || !diff_functions(&d) || !diff_findings(&d) ||
        !diff_tree(&d) || !diff_facts(&d) || pool_failed(d.pool)) {
        diff_done(&d);
        return -ENOMEM;
    }
    totals(&d);
    d.identical = identical(&d);
    *ret = d;
    return 0;
}

void diff_done(struct diff *diff)
{
    pool_free(diff->pool);
    *diff = (struct diff){0};
}

const char *diff_change_name(enum diff_change change)
{
    static const char *const names[DIFF_CHANGES] = {
        [DIFF_WORSE] = "worse", [DIFF_GREW] = "grew",       [DIFF_SHRANK] = "shrank",
        [DIFF_ADDED] = "added", [DIFF_REMOVED] = "removed", [DIFF_NOT_COMPARED] = "not compared",
        [DIFF_SMALL] = "small", [DIFF_SAME] = "same",
    };
    return names[change];
}

const char *diff_time_name(enum diff_time_verdict verdict)
{
    static const char *const names[] = {[DIFF_TIME_UNKNOWN] = "unknown",
                                        [DIFF_TIME_SAME] = "no difference",
                                        [DIFF_TIME_FASTER] = "faster",
                                        [DIFF_TIME_SLOWER] = "slower"};
    return names[verdict];
}

const char *diff_match_name(enum diff_match match)
{
    static const char *const names[] = {
        [MATCH_NONE] = "none",
        [MATCH_PATH] = "same path",
        [MATCH_MOVED] = "line moved",
        [MATCH_FUNCTION] = "same function",
        [MATCH_RENAMED] = "same callers",
        [MATCH_LINE] = "same line by git",
        [MATCH_EDITED] = "same change by git",
    };
    return names[match];
}
