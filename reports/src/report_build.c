/* SPDX-License-Identifier: Apache-2.0 */
#include "report_build.h"

#include "index.h"
#include "pool.h"
#include "reader.h"
#include "scaled.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

static uint64_t minus(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

struct report_metrics build_metrics(const struct build *build, uint32_t node)
{
    const struct nc_counts *c = model_counts(build->model, node);

    return (struct report_metrics){
        .allocations = c->allocations,
        .allocated_bytes = c->allocated_bytes,
        .frees = c->frees,
        .freed_bytes = c->freed_bytes,
        .leaked_blocks = minus(c->allocations, c->frees),
        .leaked_bytes = minus(c->allocated_bytes, c->freed_bytes),
        .peak_blocks = c->peak_blocks,
        .peak_bytes = c->peak_bytes,
        .temporary = c->temporary,
        .copies = c->copies + c->moved,
        .copied_bytes = c->copied_bytes + c->moved_bytes,
        .needless_bytes = findings_needless(build->findings, node),
        .untouched_bytes = c->untouched_bytes,
    };
}

/* Scopes */

static struct report_scope scope_of(const struct model *m, uint32_t i)
{
    const struct model_scope *s = &m->scopes[i];
    struct report_scope ret = {.name = s->name,
                               .mode = s->mode,
                               .phase = s->phase,
                               .site = s->site,
                               .calls = s->calls,
                               .combos = s->combos,
                               .marked = s->function[0] == '\0',
                               .least_bytes = UINT64_MAX};
    uint64_t seen = 0;

    for (uint32_t k = 0; k < s->n_calls; k++) {
        const struct model_calls *c = &m->calls[s->first_calls + k];
        seen += c->calls;
        ret.open = ret.open || (c->flags & NC_CALLS_OPEN);
        ret.allocations += c->calls * c->allocations;
        ret.allocated_bytes += c->calls * c->allocated_bytes;
        ret.retained_blocks += c->calls * c->retained_blocks;
        ret.retained_bytes += c->calls * c->retained_bytes;
        ret.temporary_blocks += c->calls * c->temporary_blocks;
        ret.temporary_bytes += c->calls * c->temporary_bytes;
        ret.copies += c->calls * c->copies;
        ret.copied_bytes += c->calls * c->copied_bytes;
        ret.payload_bytes += c->calls * c->combos * s->payload_bytes;
        ret.time_ns += c->time_ns;
        ret.peak_bytes = c->peak_bytes > ret.peak_bytes ? c->peak_bytes : ret.peak_bytes;
        if (c->allocated_bytes < ret.least_bytes)
            ret.least_bytes = c->allocated_bytes;
        if (c->allocated_bytes > ret.most_bytes)
            ret.most_bytes = c->allocated_bytes;
    }
    if (ret.calls < seen)
        ret.calls = seen;
    if (s->n_calls == 0)
        ret.least_bytes = 0;
    /* Without a single call to compare with, all that is handed out counts as meant. */
    if (s->payload_bytes == 0 || ret.payload_bytes > ret.retained_bytes)
        ret.payload_bytes = ret.retained_bytes;
    ret.minimum_bytes = ret.payload_bytes;
    ret.metadata_bytes = ret.retained_bytes - ret.payload_bytes;
    return ret;
}

struct scope_order {
    struct report_scope scope;
    uint32_t from;
};

static int scope_heavier(const void *a, const void *b)
{
    const struct report_scope *x = &((const struct scope_order *)a)->scope,
                              *y = &((const struct scope_order *)b)->scope;

    if (x->allocated_bytes + x->copied_bytes != y->allocated_bytes + y->copied_bytes)
        return x->allocated_bytes + x->copied_bytes > y->allocated_bytes + y->copied_bytes ? -1 : 1;
    const int by_name = strcmp(x->name, y->name);
    if (by_name)
        return by_name;
    if (x->mode != y->mode)
        return x->mode < y->mode ? -1 : 1;
    if (x->combos != y->combos)
        return x->combos < y->combos ? -1 : 1;
    return strcmp(x->site.function, y->site.function);
}

bool build_scopes(struct build *build)
{
    const struct model *m = build->model;
    const size_t n = m->n_scopes - 1;
    struct scope_order *order = calloc(n + 1, sizeof *order);
    struct report_scope *scopes = pool_calloc(m->pool, n + 1, sizeof *scopes);

    size_t used = 0;

    build->scope_at = calloc(n + 1, sizeof *build->scope_at);
    if (!order || !scopes || !build->scope_at) {
        free(order);
        return false;
    }
    for (uint32_t i = 1; i < m->n_nodes; i++)
        build->scope_at[m->nodes[i].scope] = 1; /* it has stacks */
    for (uint32_t i = 1; i <= n; i++) {
        /* Every function that could have been a scope is in the profile: most were never called. */
        if (m->scopes[i].calls || m->scopes[i].n_calls || build->scope_at[i])
            order[used++] = (struct scope_order){scope_of(m, i), i};
        build->scope_at[i] = REPORT_NONE;
    }
    qsort(order, used, sizeof *order, scope_heavier);
    build->scope_at[0] = REPORT_NONE;
    for (uint32_t i = 0; i < used; i++) {
        scopes[i] = order[i].scope;
        build->scope_at[order[i].from] = i;
    }
    free(order);
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        if (!m->nodes[i].counts || !m->nodes[i].scope)
            continue;
        struct report_scope *s = &scopes[build->scope_at[m->nodes[i].scope]];
        s->needless_bytes += findings_needless(build->findings, i);
        s->untouched_bytes += model_counts(m, i)->untouched_bytes;
    }
    build->report->scopes = scopes;
    build->report->n_scopes = used;
    return build_times(build, scopes);
}

/* The rest: small tables that are only handed on */

static bool build_modules(struct build *build)
{
    const struct model *m = build->model;
    struct report_module *modules = pool_calloc(m->pool, m->n_modules, sizeof *modules);

    if (!modules)
        return false;
    for (size_t i = 1; i < m->n_modules; i++) {
        const struct model_module *from = &m->modules[i];
        char hex[2 * sizeof from->build_id + 1] = "";
        for (uint32_t b = 0; b < from->build_id_len; b++)
            snprintf(hex + 2 * b, 3, "%02x", from->build_id[b]);
        modules[i - 1] = (struct report_module){from->path, pool_intern(m->pool, hex),
                                                symbols_kind_name(from->kind), from->debug_path};
    }
    build->report->modules = modules;
    build->report->n_modules = m->n_modules - 1;
    return true;
}

static bool build_timeline(struct build *build)
{
    const struct model *m = build->model;
    struct report_bucket *timeline =
        pool_copy(m->pool, m->timeline, m->n_timeline * sizeof *timeline);

    if (!timeline)
        return false;
    for (size_t i = 0; i < m->n_timeline; i++)
        timeline[i].scope = build->scope_at[timeline[i].scope];
    build->report->timeline = timeline;
    build->report->n_timeline = m->n_timeline;
    return true;
}

static int fact_order(const void *a, const void *b)
{
    return strcmp(((const struct report_fact *)a)->name, ((const struct report_fact *)b)->name);
}

static bool build_facts(struct build *build)
{
    const struct model *m = build->model;
    struct report_fact *facts = pool_copy(m->pool, m->facts, m->n_facts * sizeof *facts);

    if (!facts)
        return false;
    qsort(facts, m->n_facts, sizeof *facts, fact_order);
    build->report->facts = facts;
    build->report->n_facts = m->n_facts;
    return true;
}

static unsigned bin_of(uint64_t bytes)
{
    const unsigned bin = bytes ? 63 - (unsigned)__builtin_clzll(bytes) : 0;

    return bin < REPORT_BINS ? bin : REPORT_BINS - 1;
}

static void bin_add(struct report_bin *bin, uint64_t count, uint64_t bytes, double short_share)
{
    bin->count += count;
    bin->bytes += bytes;
    bin->short_lived += scaled((double)count, short_share, 1);
}

/* Where a stack has no histogram, all its blocks are taken to be of its mean size. */
static void build_bins(struct build *build)
{
    const struct model *m = build->model;

    for (size_t i = 1; i < m->n_counts; i++) {
        const struct nc_counts *c = &m->counts[i].c;
        const struct nc_histogram *h = &m->histograms[m->counts[i].histogram];
        const uint64_t short_lived = c->call_frees > c->temporary ? c->call_frees : c->temporary;
        double weight = 0;
        if (c->allocations == 0)
            continue;
        const double share = (double)short_lived / (double)c->allocations;
        for (size_t b = 0; b < REPORT_BINS; b++)
            weight += (double)h->size[b] * (double)(UINT64_C(1) << b);
        if (m->counts[i].histogram == 0 || weight <= 0) {
            bin_add(&build->report->bins[bin_of(c->allocated_bytes / c->allocations)],
                    c->allocations, c->allocated_bytes, share);
            continue;
        }
        for (size_t b = 0; b < REPORT_BINS; b++)
            bin_add(&build->report->bins[b], h->size[b],
                    scaled((double)c->allocated_bytes,
                           (double)h->size[b] * (double)(UINT64_C(1) << b), weight),
                    share);
    }
}

static uint64_t duplicate_bytes(const struct report *r)
{
    uint64_t ret = 0;

    for (size_t i = 0; i < r->n_findings; i++)
        if (strcmp(r->findings[i].kind, "duplicate-content") == 0 ||
            strcmp(r->findings[i].kind, "copy-of-live") == 0)
            ret += r->findings[i].bytes;
    return ret;
}

static void build_totals(struct build *build)
{
    struct report *r = build->report;
    const struct model *m = build->model;

    for (size_t i = 1; i < m->n_counts; i++) {
        const struct report_metrics one = build_metrics(build, m->counts[i].c.node);
        report_metrics_add(&r->totals.all, &one);
    }
    r->totals.all.copies += m->run.small_copies;
    r->totals.all.copied_bytes += m->run.small_copied_bytes;
    r->totals.all.peak_bytes = m->peak_bytes;
    if (m->peak_blocks) /* else what the stacks say is all there is */
        r->totals.all.peak_blocks = m->peak_blocks;
    r->totals.peak_ns = m->peak_ns;
    r->totals.duplicate_bytes = duplicate_bytes(r);
}

static bool build_findings(struct build *build)
{
    const struct findings *f = build->findings;
    struct report_finding *findings =
        pool_calloc(build->model->pool, f->n_found + 1, sizeof *findings);

    if (!findings)
        return false;
    for (size_t i = 0; i < f->n_found; i++) {
        uint32_t *stacks = pool_calloc(build->model->pool, f->found[i].n_nodes + 1, sizeof *stacks);
        size_t n = 0;
        if (!stacks)
            return false;
        for (size_t k = 0; k < f->found[i].n_nodes; k++) {
            const uint32_t at = build->stack_at[f->found[i].nodes[k]];
            if (at != REPORT_NONE)
                stacks[n++] = at;
        }
        findings[i] = f->found[i].f;
        findings[i].stacks = stacks;
        findings[i].n_stacks = n;
    }
    build->report->findings = findings;
    build->report->n_findings = f->n_found;
    return true;
}

int report_build(struct report *ret, struct model *model, const struct findings *findings,
                 const struct report_options *options)
{
    struct report report = {.run = model->run, .pool = model->pool};
    struct build build = {
        .report = &report, .model = model, .findings = findings, .options = options};

    const bool good = build_scopes(&build) && build_stacks(&build) && build_functions(&build) &&
                      build_places(&build) && build_flow(&build) && build_findings(&build) &&
                      build_efficiency(&build) && build_modules(&build) && build_timeline(&build) &&
                      build_facts(&build);
    free(build.scope_at);
    free(build.stack_at);
    if (!good || pool_failed(model->pool))
        return -ENOMEM;
    build_bins(&build);
    build_totals(&build);
    *ret = report;
    model->pool = NULL;
    return 0;
}
