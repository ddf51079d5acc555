/* SPDX-License-Identifier: Apache-2.0 */
/* Flat tables: by function, and by call site of the user's code. */
#include "index.h"
#include "pool.h"
#include "report_build.h"

#include <string.h>

/* Functions */

struct functions {
    struct report_function *items;
    size_t n, room;
    struct index index;
};

static uint64_t function_hash(const struct report_function *f)
{
    uint64_t h = index_mix((uintptr_t)f->at.function, (uintptr_t)f->at.file);

    return index_mix(h, (uintptr_t)f->module);
}

static uint64_t function_hash_at(uint32_t i, const void *context)
{
    return function_hash(&((const struct functions *)context)->items[i]);
}

static bool function_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_function *a = &((const struct functions *)context)->items[i], *b = key;

    return a->at.function == b->at.function && a->at.file == b->at.file && a->module == b->module;
}

static bool function_add(struct functions *fs, const struct report_function *key)
{
    if (!index_reserve(&fs->index, function_hash_at, fs) ||
        !array_grow((void **)&fs->items, fs->n, &fs->room, sizeof *fs->items))
        return false;
    uint32_t *slot = index_slot(&fs->index, function_hash(key), function_equal, key, fs);
    if (*slot) {
        report_metrics_add(&fs->items[*slot - 1].metrics, &key->metrics);
        return true;
    }
    fs->items[fs->n] = *key;
    *slot = (uint32_t)++fs->n;
    fs->index.used++;
    return true;
}

static int compare_weight(const struct report_metrics *a, const struct report_metrics *b)
{
    const uint64_t x = a->allocated_bytes + a->copied_bytes,
                   y = b->allocated_bytes + b->copied_bytes;

    return x > y ? -1 : x < y;
}

static int compare_sites(const struct report_site *a, const struct report_site *b)
{
    int r = strcmp(a->function, b->function);

    if (r == 0)
        r = strcmp(a->file, b->file);
    return r ? r : a->line < b->line ? -1 : a->line > b->line;
}

static int function_heavier(const void *a, const void *b)
{
    const struct report_function *x = a, *y = b;
    int r = compare_weight(&x->metrics, &y->metrics);

    if (r == 0)
        r = compare_sites(&x->at, &y->at);
    return r ? r : strcmp(x->module, y->module);
}

bool build_functions(struct build *build)
{
    const struct model *m = build->model;
    struct functions fs = {0};
    bool good = true;

    for (uint32_t i = 1; good && i < m->n_nodes; i++) {
        if (!m->nodes[i].counts)
            continue;
        const struct model_frame *f = model_function_frame(m, i);
        const bool declared = f->decl_line > 0;
        good = function_add(
            &fs, &(struct report_function){.at = {f->function, declared ? f->decl_file : f->file,
                                                  declared ? f->decl_line : f->line},
                                           .module = m->modules[f->module].name,
                                           .metrics = build_metrics(build, i)});
    }
    if (good && fs.n)
        qsort(fs.items, fs.n, sizeof *fs.items, function_heavier);
    build->report->functions = good ? pool_copy(m->pool, fs.items, fs.n * sizeof *fs.items) : NULL;
    build->report->n_functions = fs.n;
    index_done(&fs.index);
    free(fs.items);
    return good && build->report->functions;
}

/* Places */

struct place {
    struct report_place p;
    uint64_t lifetime[REPORT_BINS];
    uint64_t short_lived;
    uint64_t best; /* weight of the stack that `path` is of */
};

struct places {
    struct place *items;
    size_t n, room;
    struct index index;
};

static uint64_t place_hash(const struct report_place *p)
{
    uint64_t h = index_mix((uintptr_t)p->at.function, (uintptr_t)p->at.file);

    h = index_mix(index_mix(h, p->at.line), (uintptr_t)p->call);
    return index_mix(index_mix(h, (uintptr_t)p->scope), p->copying);
}

static uint64_t place_hash_at(uint32_t i, const void *context)
{
    return place_hash(&((const struct places *)context)->items[i].p);
}

static bool place_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_place *a = &((const struct places *)context)->items[i].p, *b = key;

    return a->at.function == b->at.function && a->at.file == b->at.file &&
           a->at.line == b->at.line && a->call == b->call && a->scope == b->scope &&
           a->copying == b->copying;
}

/* Functions from the scope's entry to the call, at most PATH_MAX_FRAMES from the inside: enough to
 * tell two callers of a helper apart, and bounded where nobody named scopes. */
#define PATH_MAX_FRAMES 12

static const char *path_of(const struct model *m, uint32_t node)
{
    const struct model_frame *frames[PATH_MAX_FRAMES];
    const char *entry = m->nodes[node].scope ? m->scopes[m->nodes[node].scope].site.function : NULL;
    char text[4096];
    size_t n = 0, used = 0;

    for (struct model_walk w = model_walk(m, node); n < PATH_MAX_FRAMES && model_next(m, &w);) {
        frames[n++] = w.frame;
        if (entry && strcmp(w.frame->function, entry) == 0)
            break;
    }
    for (size_t i = n; i > 0 && used < sizeof text; i--)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", i < n ? ";" : "",
                                 frames[i - 1]->function);
    return pool_intern(m->pool, text);
}

static void place_merge(struct build *build, struct place *to, uint32_t node)
{
    const struct model *m = build->model;
    const struct nc_counts *c = model_counts(m, node);
    const struct nc_histogram *h = &m->histograms[m->counts[m->nodes[node].counts].histogram];
    const struct report_metrics metrics = build_metrics(build, node);
    const uint64_t weight = metrics.allocated_bytes + metrics.copied_bytes;

    report_metrics_add(&to->p.metrics, &metrics);
    if (c->largest_bytes > to->p.largest_bytes)
        to->p.largest_bytes = c->largest_bytes;
    to->short_lived += c->call_frees > c->temporary ? c->call_frees : c->temporary;
    for (size_t b = 0; b < REPORT_BINS; b++)
        to->lifetime[b] += h->lifetime[b];
    if (weight >= to->best) {
        to->best = weight;
        to->p.path = path_of(m, node);
    }
}

static bool place_add(struct places *ps, struct build *build, uint32_t node)
{
    const struct model *m = build->model;
    const struct model_frame *f = model_user_frame(m, node);
    const uint32_t scope = m->nodes[node].scope;
    const bool copying = m->nodes[node].flags & NC_NODE_COPY;
    const struct place key = {.p = {.at = {f->function, f->file, f->line},
                                    .module = m->modules[f->module].name,
                                    .call = pool_intern(m->pool, model_call_name(m, node)),
                                    .scope = m->scopes[scope].name,
                                    .path = "",
                                    .role = f->owner != OWNER_USER ? ROLE_LIBRARY
                                            : scope                ? ROLE_INDICATOR
                                                                   : ROLE_PROGRAM,
                                    .copying = copying}};

    if (!index_reserve(&ps->index, place_hash_at, ps) ||
        !array_grow((void **)&ps->items, ps->n, &ps->room, sizeof *ps->items))
        return false;
    uint32_t *slot = index_slot(&ps->index, place_hash(&key.p), place_equal, &key.p, ps);
    if (!*slot) {
        ps->items[ps->n] = key;
        *slot = (uint32_t)++ps->n;
        ps->index.used++;
    }
    place_merge(build, &ps->items[*slot - 1], node);
    return true;
}

/* The middle of the bin that holds the median. */
static uint64_t median(const uint64_t *bins)
{
    uint64_t all = 0, seen = 0;

    for (size_t b = 0; b < REPORT_BINS; b++)
        all += bins[b];
    for (size_t b = 0; b < REPORT_BINS && all; b++) {
        seen += bins[b];
        if (seen * 2 >= all)
            return (UINT64_C(1) << b) + (UINT64_C(1) << b) / 2;
    }
    return 0;
}

static int place_heavier(const void *a, const void *b)
{
    const struct report_place *x = a, *y = b;
    int r = compare_weight(&x->metrics, &y->metrics);

    if (r == 0)
        r = compare_sites(&x->at, &y->at);
    if (r == 0)
        r = strcmp(x->call, y->call);
    if (r == 0)
        r = strcmp(x->scope, y->scope);
    return r ? r : (int)x->copying - (int)y->copying;
}

static bool places_keep(struct build *build, const struct places *ps)
{
    struct report_place *places = pool_calloc(build->model->pool, ps->n + 1, sizeof *places);

    if (!places)
        return false;
    for (size_t i = 0; i < ps->n; i++) {
        const struct place *from = &ps->items[i];
        places[i] = from->p;
        places[i].median_lifetime_ns = median(from->lifetime);
        if (from->p.metrics.frees > 0)
            places[i].short_lived_percent =
                100.0 * (double)from->short_lived / (double)from->p.metrics.frees;
    }
    qsort(places, ps->n, sizeof *places, place_heavier);
    build->report->places = places;
    build->report->n_places = ps->n;
    return true;
}

bool build_places(struct build *build)
{
    struct places ps = {0};
    bool good = true;

    for (uint32_t i = 1; good && i < build->model->n_nodes; i++)
        if (build->model->nodes[i].counts)
            good = place_add(&ps, build, i);
    good = good && places_keep(build, &ps);
    index_done(&ps.index);
    free(ps.items);
    return good;
}
