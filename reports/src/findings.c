/* SPDX-License-Identifier: Apache-2.0 */
#include "findings.h"

#include "index.h"
#include "model_scopes.h"
#include "pool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ANALYSIS_ENTRY(name) extern const struct analysis analysis_##name;
#include "analyses_list.h"
#undef ANALYSIS_ENTRY

static const struct analysis *const analyses[] = {
#define ANALYSIS_ENTRY(name) &analysis_##name,
#include "analyses_list.h"
#undef ANALYSIS_ENTRY
    NULL};

/* Claims of one analysis, grouped by what people would call one thing. */
struct group {
    struct claims c;
    uint64_t heaviest;
    struct weighed *nodes;
    size_t n_nodes, nodes_room;
};

struct weighed {
    uint64_t bytes;
    uint32_t node;
};

struct gather {
    struct group *groups;
    size_t n, room;
    struct index index;
    bool failed;
};

static uint64_t site_hash(uint64_t h, const struct report_site *s)
{
    return index_mix(index_mix(index_mix(h, (uintptr_t)s->function), (uintptr_t)s->file), s->line);
}

static uint64_t group_hash(const struct claims *c)
{
    return site_hash(index_mix((uintptr_t)c->scope,
                               (uint64_t)c->mode << 2 | (uint64_t)c->doubtful << 1 | c->has_mode),
                     &c->where);
}

static uint64_t group_hash_at(uint32_t i, const void *context)
{
    return group_hash(&((const struct gather *)context)->groups[i].c);
}

static bool same_site(const struct report_site *a, const struct report_site *b)
{
    return a->function == b->function && a->file == b->file && a->line == b->line;
}

static bool group_equal(uint32_t i, const void *key, const void *context)
{
    const struct claims *a = &((const struct gather *)context)->groups[i].c, *b = key;

    return a->scope == b->scope && a->mode == b->mode && a->has_mode == b->has_mode &&
           a->doubtful == b->doubtful && same_site(&a->where, &b->where);
}

static struct group *group_of(struct findings *f, const struct claim *claim)
{
    const struct model *m = f->model;
    struct gather *g = f->gather;
    const struct model_scope *s = &m->scopes[claim->scope];
    const struct claims key = {.scope = s->name,
                               .mode = s->mode,
                               .has_mode = claim->scope != 0,
                               .where = model_site(m, claim->where),
                               .copied = {"", "", 0},
                               .source = {"", "", 0},
                               .doubtful = claim->doubtful};

    if (!index_reserve(&g->index, group_hash_at, g) ||
        !array_grow((void **)&g->groups, g->n, &g->room, sizeof *g->groups))
        return NULL;
    uint32_t *slot = index_slot(&g->index, group_hash(&key), group_equal, &key, g);
    if (!*slot) {
        g->groups[g->n] = (struct group){.c = key};
        *slot = (uint32_t)++g->n;
        g->index.used++;
    }
    return &g->groups[*slot - 1];
}

static uint64_t minus(uint64_t a, uint64_t b) { return a > b ? a - b : 0; }

uint64_t claim_left(const struct findings *findings, uint32_t node, enum claim_ledger ledger)
{
    const struct nc_counts *c = model_counts(findings->model, node);
    const uint64_t allocated = findings->charged[CLAIM_ALLOCATED][node],
                   leaked = findings->charged[CLAIM_LEAKED][node];

    if (ledger == CLAIM_COPIED)
        return minus(c->copied_bytes + c->moved_bytes, findings->charged[CLAIM_COPIED][node]);
    const uint64_t left = minus(c->allocated_bytes, allocated + leaked);
    if (ledger == CLAIM_ALLOCATED)
        return left;
    const uint64_t live = minus(minus(c->allocated_bytes, c->freed_bytes), leaked);
    return live < left ? live : left;
}

bool claim_is_growth(const struct model *model, uint32_t source, uint32_t destination)
{
    const struct report_site from = model_site(model, source), to = model_site(model, destination);
    const struct nc_counts *c = model_counts(model, source);

    return source && destination && same_site(&from, &to) &&
           c->allocations * c->largest_bytes > c->allocated_bytes;
}

/* Of two sites with as much, the same one in every run. */
static bool site_before(const struct report_site *a, const struct report_site *b)
{
    int r = strcmp(a->function, b->function);

    if (r == 0)
        r = strcmp(a->file, b->file);
    return r ? r < 0 : a->line < b->line;
}

uint64_t claim(struct findings *findings, const struct claim *claim)
{
    const uint64_t left = claim_left(findings, claim->where, claim->ledger);
    const uint64_t bytes = claim->bytes < left ? claim->bytes : left;
    struct group *g;

    if (bytes == 0 || claim->where == 0 || claim->doubtful != findings->doubting)
        return 0;
    g = group_of(findings, claim);
    if (!g || !array_grow((void **)&g->nodes, g->n_nodes, &g->nodes_room, sizeof *g->nodes)) {
        findings->gather->failed = true;
        return 0;
    }
    findings->charged[claim->ledger][claim->where] += bytes;
    g->nodes[g->n_nodes++] = (struct weighed){bytes, claim->where};
    g->c.bytes += bytes;
    g->c.count += claim->count;
    g->c.of += claim->of;
    if (!claim->doubtful && claim->ledger != CLAIM_LEAKED)
        findings->needless[claim->where] += bytes;
    const struct report_site source = model_site(findings->model, claim->source);
    g->c.mixed = g->c.mixed || (g->heaviest > 0 && !same_site(&source, &g->c.source));
    if (bytes > g->heaviest || (bytes == g->heaviest && site_before(&source, &g->c.source))) {
        g->heaviest = bytes;
        g->c.source = source;
        g->c.copied = model_site(findings->model, claim->copied);
        g->c.where_node = claim->where;
        g->c.copied_node = claim->copied;
        g->c.source_node = claim->source;
        g->c.scope_index = claim->scope;
    }
    return bytes;
}

uint64_t findings_needless(const struct findings *findings, uint32_t node)
{
    return findings->needless[node];
}

/* Severity: by size, and by share of what its scope (else the whole run) allocated and copied.
 * 64 KiB of proven waste is never low (CONTRACT). */
static enum report_severity severity(uint64_t bytes, uint64_t of, bool doubtful)
{
    if (doubtful)
        return SEVERITY_LOW;
    if (bytes >= 64 * 1024)
        return bytes >= 1024 * 1024 || bytes * 10 >= of ? SEVERITY_HIGH : SEVERITY_MODERATE;
    return bytes >= 4096 && bytes * 10 >= of ? SEVERITY_MODERATE : SEVERITY_LOW;
}

/* What the scopes of each name allocated and copied in all, by scope; at 0 the whole run. */
static uint64_t *bytes_by_scope(const struct model *m)
{
    uint64_t *ret = calloc(m->n_scopes, sizeof *ret);

    if (!ret)
        return NULL;
    for (size_t i = 1; i < m->n_counts; i++)
        ret[0] += m->counts[i].c.allocated_bytes + m->counts[i].c.copied_bytes;
    for (size_t first = 0, end; first < m->n_scopes - 1; first = end) {
        uint64_t sum = 0;
        end = model_name_end(m, first);
        for (size_t i = first; i < end; i++) {
            const struct model_scope *s = &m->scopes[m->by_name[i]];
            for (uint32_t k = 0; k < s->n_calls; k++) {
                const struct model_calls *c = &m->calls[s->first_calls + k];
                sum += c->calls * (c->allocated_bytes + c->copied_bytes);
            }
        }
        for (size_t i = first; i < end; i++)
            ret[m->by_name[i]] = sum;
    }
    return ret;
}

/* Stable across runs and commits: no line, address or path in it. */
static const char *finding_id(struct pool *pool, const struct found *found, unsigned ordinal)
{
    const struct report_finding *f = &found->f;
    uint64_t h = index_hash_string(f->kind);

    h = index_mix(h, index_hash_string(f->scope));
    h = index_mix(h, f->has_mode ? (uint64_t)f->mode + 1 : 0);
    h = index_mix(h, index_hash_string(f->where.function));
    h = index_mix(h, index_hash_string(f->copied.function));
    h = index_mix(h, index_hash_string(f->source.function));
    h = index_mix(h, ordinal);
    if (found->doubtful)
        h = index_mix(h, 1);
    return pool_intern(pool, pool_printf(pool, "%s-%012" PRIx64, f->kind, h & 0xffffffffffffu));
}

static int heavier_node(const void *a, const void *b)
{
    const struct weighed *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static bool found_add(struct findings *f, const struct analysis *a, struct group *g)
{
    struct pool *pool = f->model->pool;
    char evidence[1024] = "", advice[1024] = "";
    const struct claims *c = &g->c;

    if (!array_grow((void **)&f->found, f->n_found, &f->room, sizeof *f->found))
        return false;
    a->tell(f->model, c, evidence, advice, sizeof evidence);
    qsort(g->nodes, g->n_nodes, sizeof *g->nodes, heavier_node);
    uint32_t *nodes = pool_calloc(pool, g->n_nodes + 1, sizeof *nodes);
    if (!nodes)
        return false;
    for (size_t i = 0; i < g->n_nodes; i++)
        nodes[i] = g->nodes[i].node;
    f->found[f->n_found++] = (struct found){
        .f = {.id = "",
              .kind = a->kind,
              .severity = severity(c->bytes, f->scope_bytes[c->scope_index], c->doubtful),
              .scope = c->scope,
              .mode = c->mode,
              .has_mode = c->has_mode,
              .bytes = c->bytes,
              .count = c->count,
              .where = c->where,
              .copied = c->copied,
              .source = c->source,
              .evidence = pool_intern(pool, evidence),
              .advice = pool_intern(pool, advice)},
        .nodes = nodes,
        .n_nodes = g->n_nodes,
        .doubtful = c->doubtful};
    return true;
}

static void gather_done(struct gather *g)
{
    for (size_t i = 0; i < g->n; i++)
        free(g->groups[i].nodes);
    free(g->groups);
    index_done(&g->index);
}

static int run(struct findings *f, const struct analysis *a, struct gather *gather)
{
    f->gather = gather;
    const int r = a->find(f->model, f);
    f->gather = NULL;
    return gather->failed ? -ENOMEM : r;
}

#define N_ANALYSES (sizeof analyses / sizeof *analyses - 1)

/* All that is proven first, so that a guess never takes a byte from a proof. */
static int run_all(struct findings *f)
{
    struct gather gathers[N_ANALYSES + 1] = {0};
    int r = 0;

    for (int pass = 0; pass < 2; pass++) {
        f->doubting = pass == 1;
        for (size_t i = 0; r == 0 && i < N_ANALYSES; i++)
            r = run(f, analyses[i], &gathers[i]);
    }
    for (size_t i = 0; i < N_ANALYSES; i++) {
        for (size_t g = 0; r == 0 && g < gathers[i].n; g++)
            if (!found_add(f, analyses[i], &gathers[i].groups[g]))
                r = -ENOMEM;
        gather_done(&gathers[i]);
    }
    return r;
}

static int compare_sites(const struct report_site *a, const struct report_site *b)
{
    int r = strcmp(a->function, b->function);

    if (r == 0)
        r = strcmp(a->file, b->file);
    return r ? r : a->line < b->line ? -1 : a->line > b->line;
}

/* By all that an id is made of, then by line: so that the ordinal is that of the source. */
static int by_identity(const void *a, const void *b)
{
    const struct report_finding *x = &((const struct found *)a)->f,
                                *y = &((const struct found *)b)->f;
    int r = strcmp(x->kind, y->kind);

    if (r == 0)
        r = strcmp(x->scope, y->scope);
    if (r == 0)
        r = (int)x->mode - (int)y->mode;
    if (r == 0)
        r = strcmp(x->where.function, y->where.function);
    if (r == 0)
        r = strcmp(x->copied.function, y->copied.function);
    if (r == 0)
        r = strcmp(x->source.function, y->source.function);
    if (r == 0)
        r = compare_sites(&x->where, &y->where);
    if (r == 0)
        r = compare_sites(&x->copied, &y->copied);
    if (r == 0)
        r = compare_sites(&x->source, &y->source);
    return r ? r : ((const struct found *)a)->doubtful - ((const struct found *)b)->doubtful;
}

static bool same_identity(const struct found *a, const struct found *b)
{
    const struct report_finding *x = &a->f, *y = &b->f;

    return a->doubtful == b->doubtful && strcmp(x->kind, y->kind) == 0 &&
           strcmp(x->scope, y->scope) == 0 && x->mode == y->mode && x->has_mode == y->has_mode &&
           strcmp(x->where.function, y->where.function) == 0 &&
           strcmp(x->copied.function, y->copied.function) == 0 &&
           strcmp(x->source.function, y->source.function) == 0;
}

static int heavier(const void *a, const void *b)
{
    const struct report_finding *x = &((const struct found *)a)->f,
                                *y = &((const struct found *)b)->f;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return by_identity(a, b);
}

static void identify(struct findings *f)
{
    unsigned ordinal = 0;

    if (f->n_found == 0)
        return;
    qsort(f->found, f->n_found, sizeof *f->found, by_identity);
    for (size_t i = 0; i < f->n_found; i++) {
        ordinal = i > 0 && same_identity(&f->found[i - 1], &f->found[i]) ? ordinal + 1 : 0;
        f->found[i].f.id = finding_id(f->model->pool, &f->found[i], ordinal);
    }
    qsort(f->found, f->n_found, sizeof *f->found, heavier);
}

int findings_find(struct findings *ret, const struct model *model)
{
    struct findings f = {.model = model};
    int r = 0;

    f.scope_bytes = bytes_by_scope(model);
    f.needless = calloc(model->n_nodes, sizeof *f.needless);
    if (!f.scope_bytes || !f.needless)
        r = -ENOMEM;
    for (size_t i = 0; i < CLAIM_LEDGERS; i++) {
        f.charged[i] = calloc(model->n_nodes, sizeof *f.charged[i]);
        if (!f.charged[i])
            r = -ENOMEM;
    }
    if (r == 0)
        r = run_all(&f);
    if (r < 0) {
        findings_done(&f);
        return r;
    }
    identify(&f);
    *ret = f;
    return 0;
}

void findings_done(struct findings *findings)
{
    for (size_t i = 0; i < CLAIM_LEDGERS; i++)
        free(findings->charged[i]);
    free(findings->needless);
    free(findings->scope_bytes);
    free(findings->found);
    *findings = (struct findings){0};
}
