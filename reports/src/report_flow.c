/* SPDX-License-Identifier: Apache-2.0 */
/* Buffers and the copies between them. */
#include "index.h"
#include "pool.h"
#include "report_build.h"

#include <string.h>

struct flow {
    struct report_buffer *buffers;
    struct report_edge *edges;
    uint64_t *proven; /* of each edge: bytes that content has proven needless */
    size_t n_buffers, n_edges, buffers_room, edges_room, proven_room;
    struct index buffer_index, edge_index;
};

static uint64_t site_hash(const struct report_site *s)
{
    return index_mix(index_mix((uintptr_t)s->function, (uintptr_t)s->file), s->line);
}

static bool site_equal(const struct report_site *a, const struct report_site *b)
{
    return a->function == b->function && a->file == b->file && a->line == b->line;
}

static uint64_t buffer_hash(const struct report_buffer *b)
{
    return index_mix(site_hash(&b->at), b->role);
}

static uint64_t buffer_hash_at(uint32_t i, const void *context)
{
    return buffer_hash(&((const struct flow *)context)->buffers[i]);
}

static bool buffer_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_buffer *a = &((const struct flow *)context)->buffers[i], *b = key;

    return site_equal(&a->at, &b->at) && a->role == b->role;
}

/* What is freed before its call returns is scratch; what is made outside a call comes in. */
static enum report_buffer_role buffer_role(const struct model *m, uint32_t node)
{
    const struct nc_counts *c = model_counts(m, node);

    if (!node || (!m->nodes[node].scope && model_user_frame(m, node)->owner == OWNER_USER))
        return BUFFER_INPUT;
    if (model_user_frame(m, node)->owner != OWNER_USER)
        return BUFFER_LIBRARY;
    return c->call_frees * 2 > c->allocations ? BUFFER_SCRATCH : BUFFER_OUTPUT;
}

static bool buffer_add(struct flow *f, const struct model *m, uint32_t node, uint32_t *ret)
{
    const struct report_buffer key = {.at = model_site(m, node), .role = buffer_role(m, node)};

    if (!index_reserve(&f->buffer_index, buffer_hash_at, f) ||
        !array_grow((void **)&f->buffers, f->n_buffers, &f->buffers_room, sizeof *f->buffers))
        return false;
    uint32_t *slot = index_slot(&f->buffer_index, buffer_hash(&key), buffer_equal, &key, f);
    if (!*slot) {
        f->buffers[f->n_buffers] = key;
        *slot = (uint32_t)++f->n_buffers;
        f->buffer_index.used++;
    }
    *ret = *slot - 1;
    return true;
}

static uint64_t edge_hash(const struct report_edge *e)
{
    return index_mix(index_mix(index_mix(site_hash(&e->copied), e->source), e->destination),
                     e->scope);
}

static uint64_t edge_hash_at(uint32_t i, const void *context)
{
    return edge_hash(&((const struct flow *)context)->edges[i]);
}

static bool edge_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_edge *a = &((const struct flow *)context)->edges[i], *b = key;

    return a->source == b->source && a->destination == b->destination && a->scope == b->scope &&
           site_equal(&a->copied, &b->copied);
}

static bool edge_add(struct flow *f, const struct report_edge *key, uint64_t proven)
{
    if (!index_reserve(&f->edge_index, edge_hash_at, f) ||
        !array_grow((void **)&f->edges, f->n_edges, &f->edges_room, sizeof *f->edges) ||
        !array_grow((void **)&f->proven, f->n_edges, &f->proven_room, sizeof *f->proven))
        return false;
    uint32_t *slot = index_slot(&f->edge_index, edge_hash(key), edge_equal, key, f);
    if (*slot) {
        struct report_edge *e = &f->edges[*slot - 1];
        e->copies += key->copies;
        e->bytes += key->bytes;
        e->needless_bytes += key->needless_bytes;
        f->proven[*slot - 1] += proven;
        return true;
    }
    f->proven[f->n_edges] = proven;
    f->edges[f->n_edges] = *key;
    *slot = (uint32_t)++f->n_edges;
    f->edge_index.used++;
    return true;
}

static bool flow_add(struct flow *f, struct build *build, uint32_t copy, uint32_t source,
                     uint32_t destination, uint32_t scope, struct report_edge key, uint64_t proven)
{
    const struct model *m = build->model;

    if (key.needless_bytes > key.bytes)
        key.needless_bytes = key.bytes;
    key.copied = model_site(m, copy);
    key.scope = build->scope_at[scope];
    key.phase = scope ? m->scopes[scope].phase : PHASE_NONE;
    return buffer_add(f, m, source, &key.source) &&
           buffer_add(f, m, destination, &key.destination) && edge_add(f, &key, proven);
}

/* Hooks and content may have seen the same waste: the larger figure is what at least was needless.
 * What neither saw as a copy of so many bytes is no band. */
static void edges_settle(struct flow *f)
{
    size_t kept = 0;

    for (size_t i = 0; i < f->n_edges; i++) {
        struct report_edge e = f->edges[i];
        if (e.needless_bytes < f->proven[i])
            e.needless_bytes = f->proven[i];
        if (e.needless_bytes > e.bytes)
            e.needless_bytes = e.bytes;
        if (e.bytes > 0)
            f->edges[kept++] = e;
    }
    f->n_edges = kept;
}

static int edge_heavier(const void *a, const void *b)
{
    const struct report_edge *x = a, *y = b;

    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    int r = strcmp(x->copied.function, y->copied.function);
    if (r == 0)
        r = x->copied.line < y->copied.line ? -1 : x->copied.line > y->copied.line;
    if (r == 0)
        r = x->source < y->source ? -1 : x->source > y->source;
    if (r == 0)
        r = x->destination < y->destination ? -1 : x->destination > y->destination;
    return r ? r : x->scope < y->scope ? -1 : x->scope > y->scope;
}

/* Blocks and bytes of a buffer are those of all stacks that lead to its line. */
static void buffers_weigh(struct flow *f, const struct model *m)
{
    if (f->n_buffers == 0)
        return;
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        const struct nc_counts *c = model_counts(m, i);
        if (c->allocations == 0)
            continue;
        const struct report_buffer key = {.at = model_site(m, i), .role = buffer_role(m, i)};
        const uint32_t *slot =
            index_slot(&f->buffer_index, buffer_hash(&key), buffer_equal, &key, f);
        if (*slot) {
            f->buffers[*slot - 1].blocks += c->allocations;
            f->buffers[*slot - 1].bytes += c->allocated_bytes;
        }
    }
}

static bool flow_gather(struct flow *f, struct build *build)
{
    const struct model *m = build->model;

    for (size_t i = 1; i < m->n_edges; i++) {
        const struct model_edge *e = &m->edges[i];
        if (!flow_add(f, build, e->copy, e->source, e->destination, e->scope,
                      (struct report_edge){.copies = e->copies,
                                           .bytes = e->bytes,
                                           .needless_bytes = e->freed_bytes + e->live_bytes},
                      0))
            return false;
    }
    for (size_t i = 1; i < m->n_matches; i++) {
        const struct model_match *e = &m->matches[i];
        const uint64_t proven = model_match_doubtful(e) ? 0 : e->bytes;
        if (e->flags & NC_MATCH_COMPUTED) /* twice: nothing flowed */
            continue;
        /* What a hook saw is an edge already, and has its bytes from there. */
        if (!flow_add(f, build, e->copy, e->source, e->destination, e->scope,
                      (struct report_edge){.copies = e->copy ? 0 : e->pairs,
                                           .bytes = e->copy ? 0 : e->bytes},
                      proven))
            return false;
    }
    edges_settle(f);
    return true;
}

bool build_flow(struct build *build)
{
    struct pool *pool = build->model->pool;
    struct report *r = build->report;
    struct flow f = {0};
    const bool good = flow_gather(&f, build);

    if (good) {
        buffers_weigh(&f, build->model);
        if (f.n_edges)
            qsort(f.edges, f.n_edges, sizeof *f.edges, edge_heavier);
        r->buffers = pool_copy(pool, f.buffers, f.n_buffers * sizeof *f.buffers);
        r->edges = pool_copy(pool, f.edges, f.n_edges * sizeof *f.edges);
        r->n_buffers = f.n_buffers;
        r->n_edges = f.n_edges;
    }
    index_done(&f.buffer_index);
    index_done(&f.edge_index);
    free(f.buffers);
    free(f.edges);
    free(f.proven);
    return good && r->buffers && r->edges;
}
