/* SPDX-License-Identifier: Apache-2.0 */
/* Merging profiles: modules by build-id, nodes by path, counters by sum. */
#include "model.h"

#include "begins.h"
#include "index.h"
#include "pool.h"
#include "reader.h"
#include "show.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

struct model_tables {
    struct index modules, locations, nodes, scopes;
    size_t modules_room, locations_room, nodes_room, counts_room, scopes_room, calls_room,
        times_room, edges_room, matches_room, histograms_room, facts_room;
};

/* From indices of the profile at hand to those of the model. */
struct maps {
    const struct profile *profile;
    uint32_t *modules, *scopes, *nodes;
    uint64_t start_ns;
};

#define GROW(m, what)                                                                              \
    array_grow((void **)&(m)->what, (m)->n_##what, &(m)->tables->what##_room, sizeof *(m)->what)

int model_init(struct model *ret)
{
    struct model m = {.pool = pool_new(), .tables = calloc(1, sizeof *m.tables)};

    if (!m.pool || !m.tables || !GROW(&m, modules) || !GROW(&m, locations) || !GROW(&m, nodes) ||
        !GROW(&m, counts) || !GROW(&m, scopes) || !GROW(&m, calls) || !GROW(&m, edges) ||
        !GROW(&m, matches) || !GROW(&m, histograms)) {
        model_done(&m);
        return -ENOMEM;
    }
    m.modules[m.n_modules++] =
        (struct model_module){.path = "", .name = "", .kind = SYMBOLS_MISSING, .debug_path = ""};
    m.locations[m.n_locations++] = (struct model_location){0};
    m.nodes[m.n_nodes++] = (struct model_node){0};
    m.counts[m.n_counts++] = (struct model_counts){0};
    m.scopes[m.n_scopes++] = (struct model_scope){.name = "", .function = ""};
    m.calls[m.n_calls++] = (struct model_calls){0};
    m.edges[m.n_edges++] = (struct model_edge){0};
    m.matches[m.n_matches++] = (struct model_match){0};
    m.histograms[m.n_histograms++] = (struct nc_histogram){0};
    m.run = (struct report_run){.exe = "",
                                .host = "",
                                .started = "",
                                .commit = "",
                                .damage = "",
                                .exit = -1,
                                .complete = true};
    *ret = m;
    return 0;
}

void model_done(struct model *model)
{
    if (model->tables) {
        index_done(&model->tables->modules);
        index_done(&model->tables->locations);
        index_done(&model->tables->nodes);
        index_done(&model->tables->scopes);
    }
    free(model->tables);
    free(model->modules);
    free(model->locations);
    free(model->frames);
    free(model->nodes);
    free(model->counts);
    free(model->scopes);
    free(model->by_name);
    free(model->calls);
    free(model->times);
    free(model->edges);
    free(model->matches);
    free(model->histograms);
    free(model->timeline);
    free(model->facts);
    pool_free(model->pool);
    *model = (struct model){0};
}

/* Modules */

static uint64_t module_hash(const struct model_module *m)
{
    uint64_t h = 0;

    /* One object under two paths (another rank's file system) is one when the id says so. */
    if (m->build_id_len == 0)
        return index_hash_string(m->path);
    for (uint32_t i = 0; i < m->build_id_len; i++)
        h = index_mix(h, m->build_id[i]);
    return h;
}

static uint64_t module_hash_at(uint32_t i, const void *context)
{
    return module_hash(&((const struct model *)context)->modules[i]);
}

static bool module_equal(uint32_t i, const void *key, const void *context)
{
    const struct model_module *a = &((const struct model *)context)->modules[i], *b = key;

    if (a->build_id_len != b->build_id_len)
        return false;
    if (a->build_id_len == 0)
        return a->path == b->path;
    return memcmp(a->build_id, b->build_id, a->build_id_len) == 0;
}

static enum model_owner module_owner(const char *name)
{
    static const char *const libc[] = {
        "libc.so",    "libc-2.",  "libc.musl", "ld-linux", "ld-musl", "ld-2.",         "ld.so",
        "libpthread", "libdl.so", "librt.so",  "libmvec",  "libm.so", "linux-vdso.so", "[vdso]"};
    static const char *const runtime[] = {
        "libstdc++",   "libc++",   "libgcc_s",    "libgfortran", "libgomp",    "libomp",
        "libquadmath", "libiomp",  "libtbb",      "libasan",     "libtsan",    "libubsan",
        "libstd-",     "librustc", "libjemalloc", "libtcmalloc", "libmimalloc"};

    if (begins(name, "libnocopy"))
        return OWNER_SHIM;
    for (size_t i = 0; i < sizeof libc / sizeof *libc; i++)
        if (begins(name, libc[i]))
            return OWNER_LIBC;
    for (size_t i = 0; i < sizeof runtime / sizeof *runtime; i++)
        if (begins(name, runtime[i]))
            return OWNER_RUNTIME;
    return OWNER_USER;
}

static bool module_add(struct model *m, const struct profile *p, const struct nc_module *from,
                       uint32_t *ret)
{
    const char *path = pool_intern(m->pool, profile_string(p, from->path));
    struct model_module key = {.path = path,
                               .name = pool_intern(m->pool, show_base(path)),
                               .build_id_len = from->build_id_len,
                               .kind = SYMBOLS_MISSING,
                               .debug_path = ""};

    if (key.build_id_len > sizeof key.build_id)
        key.build_id_len = 0; /* damaged */
    memcpy(key.build_id, from->build_id, key.build_id_len);
    key.owner = module_owner(key.name);
    if (!index_reserve(&m->tables->modules, module_hash_at, m) || !GROW(m, modules))
        return false;
    uint32_t *slot = index_slot(&m->tables->modules, module_hash(&key), module_equal, &key, m);
    if (!*slot) {
        m->modules[m->n_modules] = key;
        *slot = (uint32_t)++m->n_modules;
        m->tables->modules.used++;
    }
    *ret = *slot - 1;
    return true;
}

static bool modules_add(struct model *m, struct maps *maps)
{
    const uint64_t n = profile_count(maps->profile, NC_MODULES);
    const char *exe = profile_fact(maps->profile, "exe");

    maps->modules = calloc(n + 1, sizeof *maps->modules);
    if (!maps->modules)
        return false;
    for (uint64_t i = 1; i < n; i++) {
        const struct nc_module *from = profile_entry(maps->profile, NC_MODULES, i);
        if (!module_add(m, maps->profile, from, &maps->modules[i]))
            return false;
        if (exe && strcmp(m->modules[maps->modules[i]].path, exe) == 0)
            m->modules[maps->modules[i]].main = true;
    }
    return true;
}

/* Scopes */

static uint64_t scope_hash(const struct model_scope *s)
{
    uint64_t h = index_mix(index_hash_string(s->name), s->mode);

    return index_mix(index_mix(h, index_hash_string(s->function)), s->told_combos);
}

static uint64_t scope_hash_at(uint32_t i, const void *context)
{
    return scope_hash(&((const struct model *)context)->scopes[i]);
}

static bool scope_equal(uint32_t i, const void *key, const void *context)
{
    const struct model_scope *a = &((const struct model *)context)->scopes[i], *b = key;

    return a->name == b->name && a->function == b->function && a->mode == b->mode &&
           a->told_combos == b->told_combos;
}

static bool scope_add(struct model *m, const struct model_scope *key, uint32_t *ret)
{
    if (!index_reserve(&m->tables->scopes, scope_hash_at, m) || !GROW(m, scopes))
        return false;
    uint32_t *slot = index_slot(&m->tables->scopes, scope_hash(key), scope_equal, key, m);
    if (!*slot) {
        m->scopes[m->n_scopes] = *key;
        m->scopes[m->n_scopes].calls = 0;
        *slot = (uint32_t)++m->n_scopes;
        m->tables->scopes.used++;
    }
    *ret = *slot - 1;
    m->scopes[*ret].calls += key->calls;
    return true;
}

/* Combinations that mark.h told for the calls of each scope of this profile; 0: none or unlike. */
static uint64_t *told_combos(const struct profile *p)
{
    const uint64_t n = profile_count(p, NC_SCOPES), calls = profile_count(p, NC_CALLS);
    uint64_t *told = calloc(n + 1, sizeof *told);

    for (uint64_t i = 1; told && i < calls; i++) {
        const struct nc_calls *c = profile_entry(p, NC_CALLS, i);
        if (c->scope < n && c->combos > told[c->scope])
            told[c->scope] = c->combos;
    }
    return told;
}

static bool scopes_add(struct model *m, struct maps *maps)
{
    const struct profile *p = maps->profile;
    const uint64_t n = profile_count(p, NC_SCOPES);
    uint64_t *told = told_combos(p);

    maps->scopes = calloc(n + 1, sizeof *maps->scopes);
    if (!told || !maps->scopes) {
        free(told);
        return false;
    }
    bool good = true;
    for (uint64_t i = 1; good && i < n; i++) {
        const struct nc_scope *from = profile_entry(p, NC_SCOPES, i);
        const struct nc_module *module = profile_entry(p, NC_MODULES, from->module);
        struct model_scope key = {
            .name = pool_intern(m->pool, profile_string(p, from->name)),
            .function = pool_intern(m->pool, profile_string(p, from->function)),
            .mode = from->mode < MODES ? (enum report_mode)from->mode : MODE_SINGLE,
            .told_combos = told[i],
            .calls = from->calls};
        if (module) {
            key.module = maps->modules[from->module];
            key.start = from->start - module->bias;
        }
        good = scope_add(m, &key, &maps->scopes[i]);
    }
    free(told);
    return good;
}

/* Locations and nodes */

static uint64_t location_hash(const struct model_location *l)
{
    return index_mix(index_mix(l->module, l->address), l->exact);
}

static uint64_t location_hash_at(uint32_t i, const void *context)
{
    return location_hash(&((const struct model *)context)->locations[i]);
}

static bool location_equal(uint32_t i, const void *key, const void *context)
{
    const struct model_location *a = &((const struct model *)context)->locations[i], *b = key;

    return a->module == b->module && a->address == b->address && a->exact == b->exact;
}

static bool location_add(struct model *m, const struct maps *maps, const struct nc_node *node,
                         uint32_t *ret)
{
    const struct nc_module *module = profile_entry(maps->profile, NC_MODULES, node->module);
    struct model_location key = {.exact = node->flags & NC_NODE_EXACT};

    /* Code that no file holds (JIT) lies elsewhere in every run: all of it is one place. */
    if (module) {
        key.module = maps->modules[node->module];
        key.address = node->ip - module->bias;
    }
    if (!index_reserve(&m->tables->locations, location_hash_at, m) || !GROW(m, locations))
        return false;
    uint32_t *slot =
        index_slot(&m->tables->locations, location_hash(&key), location_equal, &key, m);
    if (!*slot) {
        m->locations[m->n_locations] = key;
        *slot = (uint32_t)++m->n_locations;
        m->tables->locations.used++;
    }
    *ret = *slot - 1;
    return true;
}

#define NODE_FLAGS (NC_NODE_COPY | NC_NODE_CUT | NC_NODE_GUESSED)

static uint64_t node_hash(const struct model_node *n)
{
    uint64_t h = index_mix(n->parent, n->location);

    return index_mix(index_mix(h, n->scope), n->flags & NC_NODE_COPY);
}

static uint64_t node_hash_at(uint32_t i, const void *context)
{
    return node_hash(&((const struct model *)context)->nodes[i]);
}

static bool node_equal(uint32_t i, const void *key, const void *context)
{
    const struct model_node *a = &((const struct model *)context)->nodes[i], *b = key;

    return a->parent == b->parent && a->location == b->location && a->scope == b->scope &&
           (a->flags & NC_NODE_COPY) == (b->flags & NC_NODE_COPY);
}

static bool node_intern(struct model *m, const struct model_node *key, uint32_t *ret)
{
    if (!index_reserve(&m->tables->nodes, node_hash_at, m) || !GROW(m, nodes))
        return false;
    uint32_t *slot = index_slot(&m->tables->nodes, node_hash(key), node_equal, key, m);
    if (!*slot) {
        m->nodes[m->n_nodes] = *key;
        m->nodes[m->n_nodes].depth = m->nodes[key->parent].depth + 1;
        *slot = (uint32_t)++m->n_nodes;
        m->tables->nodes.used++;
    }
    *ret = *slot - 1;
    return true;
}

static bool nodes_add(struct model *m, struct maps *maps)
{
    const uint64_t n = profile_count(maps->profile, NC_NODES);
    const uint64_t n_scopes = profile_count(maps->profile, NC_SCOPES);

    maps->nodes = calloc(n + 1, sizeof *maps->nodes);
    if (!maps->nodes)
        return false;
    for (uint64_t i = 1; i < n; i++) {
        const struct nc_node *from = profile_entry(maps->profile, NC_NODES, i);
        /* A parent is older than its child; anything else is damage, and would be a loop. */
        const uint32_t parent = from->parent < i ? maps->nodes[from->parent] : 0;
        struct model_node key = {.parent = parent, .flags = from->flags & NODE_FLAGS};
        if (from->flags & NC_NODE_MARK) { /* no frame: what is inside it knows its scope */
            maps->nodes[i] = parent;
            continue;
        }
        key.scope = from->scope < n_scopes ? maps->scopes[from->scope] : 0;
        if (!location_add(m, maps, from, &key.location) || !node_intern(m, &key, &maps->nodes[i]))
            return false;
    }
    return true;
}

/* Counters */

static uint32_t map_node(const struct maps *maps, uint64_t counts)
{
    const struct nc_counts *c = profile_entry(maps->profile, NC_COUNTS, counts);

    return c && c->node < profile_count(maps->profile, NC_NODES) ? maps->nodes[c->node] : 0;
}

/* Live blocks at the global peak, which counters follow lazily. */
static void peak_settle(struct nc_counts *c, uint64_t peak_epoch)
{
    if (c->epoch == peak_epoch)
        return;
    /* A lane may have freed what another allocated: below zero until the lanes are summed. */
    c->peak_blocks = c->allocations - c->frees;
    c->peak_bytes = c->allocated_bytes - c->freed_bytes;
}

static void counts_sum(struct nc_counts *to, const struct nc_counts *from)
{
    if (!(to->flags & NC_BY_MASK))
        to->flags |= from->flags & NC_BY_MASK;
    to->allocations += from->allocations;
    to->allocated_bytes += from->allocated_bytes;
    to->frees += from->frees;
    to->freed_bytes += from->freed_bytes;
    to->temporary += from->temporary;
    to->peak_blocks += from->peak_blocks;
    to->peak_bytes += from->peak_bytes;
    to->moved += from->moved;
    to->moved_bytes += from->moved_bytes;
    to->copies += from->copies;
    to->copied_bytes += from->copied_bytes;
    to->fills += from->fills;
    to->filled_bytes += from->filled_bytes;
    to->mapped += from->mapped;
    to->mapped_bytes += from->mapped_bytes;
    to->untouched_bytes += from->untouched_bytes;
    to->untouched_blocks += from->untouched_blocks;
    to->untouched_looked += from->untouched_looked;
    to->lifetime_ns += from->lifetime_ns;
    to->call_frees += from->call_frees;
    to->call_freed_bytes += from->call_freed_bytes;
    if (from->largest_bytes > to->largest_bytes)
        to->largest_bytes = from->largest_bytes;
    to->most_bytes += from->most_bytes; /* of lanes that worked at once: an upper bound */
}

static bool histogram_add(struct model *m, struct model_counts *to, const struct nc_histogram *from)
{
    if (!to->histogram) {
        if (!GROW(m, histograms))
            return false;
        to->histogram = (uint32_t)m->n_histograms;
        m->histograms[m->n_histograms++] = (struct nc_histogram){0};
    }
    struct nc_histogram *h = &m->histograms[to->histogram];
    for (size_t i = 0; i < REPORT_BINS; i++) {
        h->size[i] += from->size[i];
        h->lifetime[i] += from->lifetime[i];
    }
    return true;
}

/* What hangs on no frame (the unwinder gave nothing) hangs on one frame without a name. */
static bool unknown_node(struct model *m, uint32_t *ret)
{
    static const struct nc_node nowhere = {0};
    static const struct profile empty = {0};
    const struct maps maps = {.profile = &empty};
    struct model_node key = {0};

    return location_add(m, &maps, &nowhere, &key.location) && node_intern(m, &key, ret);
}

static bool counts_add(struct model *m, const struct maps *maps)
{
    const struct profile *p = maps->profile;
    const uint64_t n = profile_count(p, NC_COUNTS);

    for (uint64_t i = 1; i < n; i++) {
        struct nc_counts from;
        memcpy(&from, profile_entry(p, NC_COUNTS, i), sizeof from);
        const struct nc_histogram *histogram = profile_entry(p, NC_HISTOGRAMS, from.histogram);
        uint32_t node = map_node(maps, i);
        if (node == 0 && !unknown_node(m, &node))
            return false;
        peak_settle(&from, p->header.peak_epoch);
        if (!m->nodes[node].counts) {
            if (!GROW(m, counts))
                return false;
            m->nodes[node].counts = (uint32_t)m->n_counts;
            m->counts[m->n_counts++] = (struct model_counts){.c = {.node = node}};
        }
        struct model_counts *to = &m->counts[m->nodes[node].counts];
        counts_sum(&to->c, &from);
        if (histogram && !histogram_add(m, to, histogram))
            return false;
    }
    return true;
}

static bool calls_add(struct model *m, const struct maps *maps)
{
    const uint64_t n = profile_count(maps->profile, NC_CALLS);
    const uint64_t n_scopes = profile_count(maps->profile, NC_SCOPES);

    for (uint64_t i = 1; i < n; i++) {
        const struct nc_calls *c = profile_entry(maps->profile, NC_CALLS, i);
        if (c->scope == 0 || c->scope >= n_scopes || c->calls == 0)
            continue;
        const uint64_t by = c->flags & NC_CALLS_MERGED ? c->calls : 1;
        if (!GROW(m, calls))
            return false;
        m->calls[m->n_calls++] = (struct model_calls){.scope = maps->scopes[c->scope],
                                                      .flags = c->flags,
                                                      .calls = c->calls,
                                                      .combos = c->combos,
                                                      .allocations = c->allocations / by,
                                                      .allocated_bytes = c->allocated_bytes / by,
                                                      .temporary_blocks = c->temporary_blocks / by,
                                                      .temporary_bytes = c->temporary_bytes / by,
                                                      .retained_blocks = c->retained_blocks / by,
                                                      .retained_bytes = c->retained_bytes / by,
                                                      .largest_retained = c->largest_retained,
                                                      .peak_bytes = c->peak_bytes,
                                                      .copies = c->copies / by,
                                                      .copied_bytes = c->copied_bytes / by,
                                                      .untouched_bytes = c->untouched_bytes / by,
                                                      .time_ns = c->time_ns};
        if (!GROW(m, times))
            return false;
        m->times[m->n_times++] = (struct model_time){
            maps->scopes[c->scope], (uint32_t)m->run.processes, c->calls, c->time_ns};
    }
    return true;
}

static bool edges_add(struct model *m, const struct maps *maps)
{
    const uint64_t n = profile_count(maps->profile, NC_EDGES);
    const uint64_t n_scopes = profile_count(maps->profile, NC_SCOPES);

    for (uint64_t i = 1; i < n; i++) {
        const struct nc_edge *e = profile_entry(maps->profile, NC_EDGES, i);
        if (!GROW(m, edges))
            return false;
        m->edges[m->n_edges++] =
            (struct model_edge){.copy = map_node(maps, e->copy),
                                .source = map_node(maps, e->source),
                                .destination = map_node(maps, e->destination),
                                .scope = e->scope < n_scopes ? maps->scopes[e->scope] : 0,
                                .copies = e->copies,
                                .bytes = e->bytes,
                                .freed_copies = e->freed_copies,
                                .freed_bytes = e->freed_bytes,
                                .live_copies = e->live_copies,
                                .live_bytes = e->live_bytes};
    }
    return true;
}

static bool matches_add(struct model *m, const struct maps *maps)
{
    const uint64_t n = profile_count(maps->profile, NC_MATCHES);
    const uint64_t n_scopes = profile_count(maps->profile, NC_SCOPES);

    for (uint64_t i = 1; i < n; i++) {
        const struct nc_match *e = profile_entry(maps->profile, NC_MATCHES, i);
        if (!GROW(m, matches))
            return false;
        m->matches[m->n_matches++] =
            (struct model_match){.copy = map_node(maps, e->copy),
                                 .source = map_node(maps, e->source),
                                 .destination = map_node(maps, e->destination),
                                 .scope = e->scope < n_scopes ? maps->scopes[e->scope] : 0,
                                 .flags = e->flags,
                                 .pairs = e->pairs,
                                 .bytes = e->bytes};
    }
    return true;
}

/* The run */

static const char *rfc3339(struct pool *pool, uint64_t ns)
{
    const time_t seconds = (time_t)(ns / 1000000000u);
    struct tm tm;
    char text[64];

    if (ns == 0 || !gmtime_r(&seconds, &tm))
        return "";
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03uZ", tm.tm_year + 1900,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
             (unsigned)(ns / 1000000u % 1000u));
    return pool_intern(pool, text);
}

static bool fact_add(struct model *m, const char *name, const char *value, bool environment)
{
    for (size_t i = 0; i < m->n_facts; i++)
        if (strcmp(m->facts[i].name, name) == 0)
            return true;
    if (!GROW(m, facts))
        return false;
    m->facts[m->n_facts++] =
        (struct report_fact){pool_intern(m->pool, name), pool_intern(m->pool, value), environment};
    return true;
}

static bool command_read(struct model *m, const struct profile *p)
{
    const char *argc = profile_fact(p, "argc");
    const unsigned long n = argc ? strtoul(argc, NULL, 10) : 0;
    char key[32];
    size_t got = 0;

    if (n > p->run_size) /* each takes a byte at least */
        return true;
    const char **command = pool_calloc(m->pool, n + 1, sizeof *command);
    if (!command)
        return false;
    for (unsigned long i = 0; i < n; i++) {
        snprintf(key, sizeof key, "argv%lu", i);
        const char *arg = profile_fact(p, key);
        if (!arg)
            break;
        command[got++] = pool_intern(m->pool, arg);
    }
    m->run.command = command;
    m->run.n_command = got;
    return true;
}

static bool facts_read(struct model *m, const struct profile *p)
{
    const char *key, *value;

    for (size_t at = 0; profile_next_fact(p, &at, &key, &value);) {
        if (strcmp(key, "exe") == 0 || strcmp(key, "host") == 0 || strcmp(key, "cwd") == 0 ||
            strcmp(key, "commit") == 0 || begins(key, "argv") || strcmp(key, "argc") == 0 ||
            strcmp(key, "option:OUTPUT") == 0) /* where it went says nothing of what was measured */
            continue;
        if (!fact_add(m, key, value, true))
            return false;
    }
    return true;
}

/* The first profile says what was run; the others add to how long and how much. */
static bool run_first(struct model *m, const struct profile *p)
{
    const char *exe = profile_fact(p, "exe"), *host = profile_fact(p, "host"),
               *commit = profile_fact(p, "commit");

    m->run.exe = pool_intern(m->pool, exe);
    m->run.host = pool_intern(m->pool, host);
    m->run.commit = pool_intern(m->pool, commit);
    m->run.pid = p->header.pid;
    m->run.started = rfc3339(m->pool, p->header.start_realtime_ns);
    m->run.exit = p->header.end_signal > 0 ? 128 + p->header.end_signal : p->header.exit_status;
    m->run.sample_bytes = p->header.sample_bytes;
    return command_read(m, p);
}

static bool run_add(struct model *m, const struct profile *p)
{
    const struct nc_header *h = &p->header;
    struct report_run *run = &m->run;
    const uint64_t duration = h->end_ns > h->start_ns ? h->end_ns - h->start_ns : 0;

    if (run->processes++ == 0 && !run_first(m, p))
        return false;
    if (duration > run->duration_ns)
        run->duration_ns = duration;
    run->complete = run->complete && (h->flags & (NC_COMPLETE | NC_EXECED)) && !p->damage[0];
    run->sampled = run->sampled || (h->flags & NC_SAMPLED);
    run->content = run->content || (h->flags & NC_CONTENT);
    run->content_full = run->content_full || (h->flags & NC_FULL);
    run->copies = run->copies || (h->flags & NC_COPIES);
    run->untouched = run->untouched || (h->flags & NC_UNTOUCHED);
    run->lost_events += h->lost_events;
    run->threads += h->threads;
    run->foreign_frees += h->foreign_frees;
    run->small_copies += h->small_copies;
    run->small_copied_bytes += h->small_copied_bytes;
    run->cpu_ns += h->cpu_ns;
    run->content_ns += h->content_ns;
    run->content_bytes += h->content_bytes;
    run->content_skipped_bytes += h->content_skipped_bytes;
    run->unwound += h->unwound;
    run->checked += h->checked;
    run->check_differences += h->check_differences;
    if (p->damage[0] && !run->damage[0])
        run->damage = pool_intern(m->pool, p->damage);
    m->peak_bytes += h->peak_bytes;
    m->peak_blocks += h->peak_blocks;
    if (run->processes == 1 && h->peak_ns > h->start_ns)
        m->peak_ns = h->peak_ns - h->start_ns;
    return facts_read(m, p);
}

/* Several processes have several timelines, of clocks that need not agree (ranks on other hosts):
 * the one with the largest peak is shown. */
static bool timeline_add(struct model *m, const struct maps *maps)
{
    const struct profile *p = maps->profile;
    const uint64_t n = profile_count(p, NC_TIMELINE), n_scopes = profile_count(p, NC_SCOPES);
    uint64_t most = 0, before = 0;

    for (uint64_t i = 1; i < n; i++) {
        const struct nc_bucket *b = profile_entry(p, NC_TIMELINE, i);
        most = b->max_bytes > most ? b->max_bytes : most;
    }
    for (size_t i = 0; i < m->n_timeline; i++)
        before = m->timeline[i].max_bytes > before ? m->timeline[i].max_bytes : before;
    if (n < 2 || (m->n_timeline > 0 && most <= before))
        return true;
    struct report_bucket *timeline = calloc(n - 1, sizeof *timeline);
    if (!timeline)
        return false;
    size_t used = 0;
    for (uint64_t i = 1; i < n; i++) {
        const struct nc_bucket *b = profile_entry(p, NC_TIMELINE, i);
        if (b->end_ns < b->start_ns || b->start_ns < p->header.start_ns)
            continue;
        timeline[used++] = (struct report_bucket){
            b->start_ns - p->header.start_ns, b->end_ns - p->header.start_ns, b->min_bytes,
            b->max_bytes, b->scope < n_scopes ? maps->scopes[b->scope] : 0};
    }
    free(m->timeline);
    m->timeline = timeline;
    m->n_timeline = used;
    return true;
}

int model_add(struct model *model, const struct profile *profile)
{
    struct maps maps = {.profile = profile};

    const bool good =
        modules_add(model, &maps) && scopes_add(model, &maps) && nodes_add(model, &maps) &&
        counts_add(model, &maps) && calls_add(model, &maps) && edges_add(model, &maps) &&
        matches_add(model, &maps) && timeline_add(model, &maps) && run_add(model, profile);
    free(maps.modules);
    free(maps.scopes);
    free(maps.nodes);
    return good && !pool_failed(model->pool) ? 0 : -ENOMEM;
}
