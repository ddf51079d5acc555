/* SPDX-License-Identifier: Apache-2.0 */
/* A report read back from its JSON. The file is anyone's: what is missing or of another type is
 * taken as 0, "" or none, indices are checked, and nothing is believed to be sorted. */
#include "index.h"
#include "pool.h"
#include "report.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <string.h>

struct load {
    struct report *r;
    struct pool *pool;
    struct report_frame *frames;
    struct report_node *nodes;
    size_t frames_room, nodes_room;
    struct index frame_index, node_index;
    bool failed;
};

static uint64_t count(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    const json_int_t n = json_is_integer(v) ? json_integer_value(v) : 0;

    return n > 0 ? (uint64_t)n : 0;
}

static int64_t integer(const json_t *o, const char *key, int64_t otherwise)
{
    const json_t *v = json_object_get(o, key);

    return json_is_integer(v) ? json_integer_value(v) : otherwise;
}

static bool is_known(const json_t *o, const char *key)
{
    return json_is_number(json_object_get(o, key));
}

static double real(const json_t *o, const char *key)
{
    return json_number_value(json_object_get(o, key));
}

static bool truth(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

static const char *text(struct load *l, const json_t *o, const char *key)
{
    return pool_intern(l->pool, json_string_value(json_object_get(o, key)));
}

/* Which of `n` words; `otherwise` when it is none of them. */
static unsigned word(const json_t *o, const char *key, const char *(*name)(unsigned), unsigned n,
                     unsigned otherwise)
{
    const char *s = json_string_value(json_object_get(o, key));

    for (unsigned i = 0; s && i < n; i++)
        if (strcmp(name(i), s) == 0)
            return i;
    return otherwise;
}

static const char *status_word(unsigned i) { return report_status_name((enum report_status)i); }
static const char *mode_word(unsigned i) { return report_mode_name((enum report_mode)i); }
static const char *phase_word(unsigned i) { return report_phase_name((enum report_phase)i); }
static const char *role_word(unsigned i) { return report_role_name((enum report_role)i); }
static const char *severity_word(unsigned i)
{
    return report_severity_name((enum report_severity)i);
}
static const char *buffer_word(unsigned i)
{
    return report_buffer_role_name((enum report_buffer_role)i);
}

static uint32_t line(const json_t *o)
{
    const uint64_t n = count(o, "line");

    return n < UINT32_MAX ? (uint32_t)n : 0;
}

static struct report_site site(struct load *l, const json_t *o)
{
    return (struct report_site){text(l, o, "function"), text(l, o, "file"), line(o)};
}

static struct report_site site_at(struct load *l, const json_t *o, const char *key)
{
    return site(l, json_object_get(o, key));
}

static struct report_metrics metrics(const json_t *o)
{
    return (struct report_metrics){
        .allocations = count(o, "allocations"),
        .allocated_bytes = count(o, "allocated_bytes"),
        .frees = count(o, "frees"),
        .freed_bytes = count(o, "freed_bytes"),
        .leaked_blocks = count(o, "leaked_blocks"),
        .leaked_bytes = count(o, "leaked_bytes"),
        .peak_blocks = count(o, "peak_blocks"),
        .peak_bytes = count(o, "peak_bytes"),
        .temporary = count(o, "temporary_allocations"),
        .copies = count(o, "copies"),
        .copied_bytes = count(o, "copied_bytes"),
        .needless_bytes = count(o, "needless_bytes"),
        .untouched_bytes = count(o, "untouched_bytes"),
    };
}

/* An index into a table of n, REPORT_NONE for anything else. */
static uint32_t index_in(const json_t *v, size_t n)
{
    const json_int_t i = json_is_integer(v) ? json_integer_value(v) : -1;

    return i >= 0 && (uint64_t)i < n && i < REPORT_NONE ? (uint32_t)i : REPORT_NONE;
}

/* A table of structs, zeroed; *ret_n is 0 when memory is out. */
static void *table(struct load *l, const json_t *array, size_t item_size, size_t *ret_n)
{
    const size_t n = json_array_size(array);
    void *ret = pool_calloc(l->pool, n + 1, item_size);

    *ret_n = ret ? n : 0;
    return ret;
}

static void load_run(struct load *l, const json_t *root)
{
    const json_t *o = json_object_get(root, "run"), *m = json_object_get(o, "measured"),
                 *args = json_object_get(o, "command");
    size_t n;
    const char **command = table(l, args, sizeof *command, &n);

    for (size_t i = 0; i < n; i++)
        command[i] = pool_intern(l->pool, json_string_value(json_array_get(args, i)));
    l->r->run = (struct report_run){
        .command = command,
        .n_command = n,
        .exe = text(l, o, "exe"),
        .host = text(l, o, "host"),
        .started = text(l, o, "started"),
        .commit = text(l, o, "commit"),
        .pid = integer(o, "pid", 0),
        .exit = integer(o, "exit", -1),
        .duration_ns = count(o, "duration_ns"),
        .lost_events = count(o, "lost_events"),
        .complete = truth(o, "complete"),
        .sampled = truth(o, "sampled"),
        .processes = count(o, "processes"),
        .threads = count(o, "threads"),
        .content = truth(m, "content"),
        .content_full = truth(m, "content_full"),
        .copies = truth(m, "copies"),
        .untouched = truth(m, "untouched"),
        .sample_bytes = count(m, "sample_bytes"),
        .foreign_frees = count(m, "foreign_frees"),
        .small_copies = count(m, "small_copies"),
        .small_copied_bytes = count(m, "small_copied_bytes"),
        .cpu_ns = count(m, "cpu_ns"),
        .content_ns = count(m, "content_ns"),
        .content_bytes = count(m, "content_bytes"),
        .content_skipped_bytes = count(m, "content_skipped_bytes"),
        .unwound = count(m, "unwound"),
        .checked = count(m, "checked"),
        .check_differences = count(m, "check_differences"),
        .damage = text(l, m, "damage"),
    };
    l->r->totals.peak_ns = count(o, "peak_ns");
}

static void load_facts(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(json_object_get(root, "run"), "facts");
    struct report_fact *facts = table(l, array, sizeof *facts, &l->r->n_facts);

    for (size_t i = 0; i < l->r->n_facts; i++) {
        const json_t *o = json_array_get(array, i);
        facts[i] =
            (struct report_fact){text(l, o, "name"), text(l, o, "value"), truth(o, "environment")};
    }
    l->r->facts = facts;
}

static void load_timeline(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(json_object_get(root, "run"), "timeline");
    struct report_bucket *timeline = table(l, array, sizeof *timeline, &l->r->n_timeline);

    for (size_t i = 0; i < l->r->n_timeline; i++) {
        const json_t *o = json_array_get(array, i);
        timeline[i] = (struct report_bucket){count(o, "start_ns"), count(o, "end_ns"),
                                             count(o, "min_bytes"), count(o, "max_bytes"),
                                             index_in(json_object_get(o, "scope"), l->r->n_scopes)};
    }
    l->r->timeline = timeline;
}

static void load_functions(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "functions");
    struct report_function *functions = table(l, array, sizeof *functions, &l->r->n_functions);

    for (size_t i = 0; i < l->r->n_functions; i++) {
        const json_t *o = json_array_get(array, i);
        functions[i] = (struct report_function){
            {text(l, o, "name"), text(l, o, "file"), line(o)}, text(l, o, "module"), metrics(o)};
    }
    l->r->functions = functions;
}

/* The times of a scope's runs. */
static const uint64_t *run_times(struct load *l, const json_t *array, size_t *ret_n)
{
    uint64_t *ret = table(l, array, sizeof *ret, ret_n);

    for (size_t i = 0; i < *ret_n; i++) {
        const json_int_t ns = json_integer_value(json_array_get(array, i));
        ret[i] = ns > 0 ? (uint64_t)ns : 0;
    }
    return ret;
}

static void load_scopes(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "scopes");
    const json_t *run = json_object_get(root, "run");
    const json_t *times = json_object_get(run, "scope_times_ns"),
                 *runs = json_object_get(run, "scope_run_times_ns");
    struct report_scope *scopes = table(l, array, sizeof *scopes, &l->r->n_scopes);

    for (size_t i = 0; i < l->r->n_scopes; i++) {
        const json_t *o = json_array_get(array, i);
        const json_int_t time = json_integer_value(json_array_get(times, i));
        scopes[i] = (struct report_scope){
            .name = text(l, o, "name"),
            .mode = word(o, "mode", mode_word, MODES, MODE_SINGLE),
            .phase = word(o, "phase", phase_word, PHASES, PHASE_NONE),
            .site = site_at(l, o, "site"),
            .calls = count(o, "calls"),
            .combos = count(o, "combos"),
            .marked = truth(o, "marked"),
            .open = truth(o, "open"),
            .allocations = count(o, "allocations"),
            .allocated_bytes = count(o, "allocated_bytes"),
            .peak_bytes = count(o, "peak_bytes"),
            .retained_blocks = count(o, "retained_blocks"),
            .retained_bytes = count(o, "retained_bytes"),
            .temporary_blocks = count(o, "temporary_blocks"),
            .temporary_bytes = count(o, "temporary_bytes"),
            .copies = count(o, "copies"),
            .copied_bytes = count(o, "copied_bytes"),
            .needless_bytes = count(o, "needless_bytes"),
            .untouched_bytes = count(o, "untouched_bytes"),
            .metadata_bytes = count(o, "metadata_bytes"),
            .minimum_bytes = count(o, "minimum_bytes"),
            .payload_bytes = count(o, "payload_bytes"),
            .least_bytes = count(o, "least_bytes"),
            .most_bytes = count(o, "most_bytes"),
            .time_ns = time > 0 ? (uint64_t)time : 0,
        };
        scopes[i].times_ns = run_times(l, json_array_get(runs, i), &scopes[i].n_times);
    }
    l->r->scopes = scopes;
}

static void load_efficiency(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "efficiency");
    struct report_efficiency *rows = table(l, array, sizeof *rows, &l->r->n_efficiency);

    for (size_t i = 0; i < l->r->n_efficiency; i++) {
        const json_t *o = json_array_get(array, i);
        rows[i] = (struct report_efficiency){
            .indicator = text(l, o, "indicator"),
            .status = word(o, "status", status_word, STATUSES, STATUS_NONE),
            .row_status = word(o, "row_status", status_word, STATUSES, STATUS_NONE),
            .reason = text(l, o, "reason"),
            .single_bytes = count(o, "single_bytes"),
            .batch1_bytes = count(o, "batch1_bytes"),
            .has_single = is_known(o, "single_bytes"),
            .has_batch1 = is_known(o, "batch1_bytes"),
            .has_batch = is_known(o, "batch_bytes"),
            .overhead_known = is_known(o, "overhead_percent"),
            .overhead_percent = real(o, "overhead_percent"),
            .batch_rows = count(o, "batch_rows"),
            .batch_bytes = count(o, "batch_bytes"),
            .row_known = is_known(o, "row_overhead_percent"),
            .bytes_per_row = real(o, "bytes_per_row"),
            .row_overhead_percent = real(o, "row_overhead_percent"),
            .fitted = is_known(o, "fixed_bytes"),
            .fixed_bytes = real(o, "fixed_bytes"),
            .varies = truth(o, "varies"),
            .single_least = count(o, "single_least"),
            .batch1_least = count(o, "batch1_least"),
            .batch_least = count(o, "batch_least"),
            .single_allocations = count(o, "single_allocations"),
            .batch1_allocations = count(o, "batch1_allocations"),
            .batch_allocations = count(o, "batch_allocations"),
            .single_copied = count(o, "single_copied_bytes"),
            .batch1_copied = count(o, "batch1_copied_bytes"),
            .batch_copied = count(o, "batch_copied_bytes"),
            .single_peak = count(o, "single_peak_bytes"),
            .batch1_peak = count(o, "batch1_peak_bytes"),
            .batch_peak = count(o, "batch_peak_bytes"),
            .needless_bytes = count(o, "needless_bytes"),
            .worst = site_at(l, o, "worst"),
        };
    }
    l->r->efficiency = rows;
}

static void load_findings(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "findings");
    struct report_finding *findings = table(l, array, sizeof *findings, &l->r->n_findings);

    for (size_t i = 0; i < l->r->n_findings; i++) {
        const json_t *o = json_array_get(array, i), *on = json_object_get(o, "stacks");
        size_t n, used = 0;
        uint32_t *stacks = table(l, on, sizeof *stacks, &n);
        for (size_t k = 0; k < n; k++) {
            const uint32_t at = index_in(json_array_get(on, k), l->r->n_stacks);
            if (at != REPORT_NONE)
                stacks[used++] = at;
        }
        findings[i] = (struct report_finding){
            .id = text(l, o, "id"),
            .kind = text(l, o, "kind"),
            .severity = word(o, "severity", severity_word, SEVERITIES, SEVERITY_LOW),
            .scope = text(l, o, "scope"),
            .mode = word(o, "mode", mode_word, MODES, MODE_SINGLE),
            .has_mode = json_is_string(json_object_get(o, "mode")),
            .bytes = count(o, "bytes"),
            .count = count(o, "count"),
            .where = site_at(l, o, "where"),
            .copied = site_at(l, o, "copied"),
            .source = site_at(l, o, "source"),
            .evidence = text(l, o, "evidence"),
            .advice = text(l, o, "advice"),
            .stacks = stacks,
            .n_stacks = used,
        };
    }
    l->r->findings = findings;
}

static void load_places(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "places");
    const json_t *times = json_object_get(json_object_get(root, "run"), "place_lifetimes_ns");
    struct report_place *places = table(l, array, sizeof *places, &l->r->n_places);

    for (size_t i = 0; i < l->r->n_places; i++) {
        const json_t *o = json_array_get(array, i);
        const json_int_t time = json_integer_value(json_array_get(times, i));
        places[i] = (struct report_place){
            .at = site(l, o),
            .module = text(l, o, "module"),
            .call = text(l, o, "call"),
            .scope = text(l, o, "scope"),
            .path = text(l, o, "path"),
            .role = word(o, "role", role_word, ROLES, ROLE_PROGRAM),
            .copying = truth(o, "copying"),
            .metrics = metrics(o),
            .largest_bytes = count(o, "largest_bytes"),
            .median_lifetime_ns = time > 0 ? (uint64_t)time : 0,
            .short_lived_percent = real(o, "short_lived_percent"),
        };
    }
    l->r->places = places;
}

static void load_flow(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "buffers"), *from = json_object_get(root, "edges");
    struct report_buffer *buffers = table(l, array, sizeof *buffers, &l->r->n_buffers);
    size_t n, used = 0;
    struct report_edge *edges = table(l, from, sizeof *edges, &n);

    for (size_t i = 0; i < l->r->n_buffers; i++) {
        const json_t *o = json_array_get(array, i);
        buffers[i] = (struct report_buffer){
            site_at(l, o, "at"), word(o, "role", buffer_word, BUFFER_ROLES, BUFFER_INPUT),
            count(o, "blocks"), count(o, "bytes")};
    }
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(from, i);
        edges[used] = (struct report_edge){
            .source = index_in(json_object_get(o, "source"), l->r->n_buffers),
            .destination = index_in(json_object_get(o, "destination"), l->r->n_buffers),
            .copied = site_at(l, o, "copied"),
            .scope = index_in(json_object_get(o, "scope"), l->r->n_scopes),
            .phase = word(o, "phase", phase_word, PHASES, PHASE_NONE),
            .copies = count(o, "copies"),
            .bytes = count(o, "bytes"),
            .needless_bytes = count(o, "needless_bytes"),
        };
        used += edges[used].source != REPORT_NONE && edges[used].destination != REPORT_NONE;
    }
    l->r->buffers = buffers;
    l->r->edges = edges;
    l->r->n_edges = used;
}

static void load_modules(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "modules");
    struct report_module *modules = table(l, array, sizeof *modules, &l->r->n_modules);

    for (size_t i = 0; i < l->r->n_modules; i++) {
        const json_t *o = json_array_get(array, i);
        modules[i] = (struct report_module){text(l, o, "path"), text(l, o, "build_id"),
                                            text(l, o, "debug"), text(l, o, "debug_path")};
    }
    l->r->modules = modules;
}

/* Stacks: lists of frames back to a tree */

static uint64_t frame_hash(const struct report_frame *f)
{
    uint64_t h = index_mix(index_mix(f->line, (uintptr_t)f->function), (uintptr_t)f->file);

    return index_mix(index_mix(h, (uintptr_t)f->module), (uint64_t)f->inlined << 8 | f->role);
}

static uint64_t frame_hash_at(uint32_t i, const void *context)
{
    return frame_hash(&((const struct load *)context)->frames[i]);
}

static bool frame_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_frame *a = &((const struct load *)context)->frames[i], *b = key;

    return a->function == b->function && a->file == b->file && a->line == b->line &&
           a->module == b->module && a->inlined == b->inlined && a->role == b->role;
}

static uint32_t frame_add(struct load *l, const json_t *o)
{
    const struct report_frame key = {.function = text(l, o, "function"),
                                     .file = text(l, o, "file"),
                                     .module = text(l, o, "module"),
                                     .line = line(o),
                                     .inlined = truth(o, "inlined"),
                                     .role = word(o, "role", role_word, ROLES, ROLE_PROGRAM)};

    if (!index_reserve(&l->frame_index, frame_hash_at, l) ||
        !array_grow((void **)&l->frames, l->r->n_frames, &l->frames_room, sizeof *l->frames)) {
        l->failed = true;
        return 0;
    }
    uint32_t *slot = index_slot(&l->frame_index, frame_hash(&key), frame_equal, &key, l);
    if (!*slot) {
        l->frames[l->r->n_frames] = key;
        *slot = (uint32_t)++l->r->n_frames;
        l->frame_index.used++;
    }
    return *slot - 1;
}

static uint64_t node_hash_at(uint32_t i, const void *context)
{
    const struct report_node *n = &((const struct load *)context)->nodes[i];

    return index_mix(n->parent, n->frame);
}

static bool node_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_node *a = &((const struct load *)context)->nodes[i], *b = key;

    return a->parent == b->parent && a->frame == b->frame;
}

static uint32_t node_add(struct load *l, uint32_t parent, uint32_t frame)
{
    const struct report_node key = {parent, frame};

    if (!index_reserve(&l->node_index, node_hash_at, l) ||
        !array_grow((void **)&l->nodes, l->r->n_nodes, &l->nodes_room, sizeof *l->nodes)) {
        l->failed = true;
        return 0;
    }
    uint32_t *slot = index_slot(&l->node_index, index_mix(parent, frame), node_equal, &key, l);
    if (!*slot) {
        l->nodes[l->r->n_nodes] = key;
        *slot = (uint32_t)++l->r->n_nodes;
        l->node_index.used++;
    }
    return *slot - 1;
}

static void load_stacks(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "stacks"),
                 *folded = json_object_get(root, "folded");
    size_t n, used = 0;
    struct report_stack *stacks = table(l, array, sizeof *stacks, &n);

    for (size_t i = 0; i < n && !l->failed; i++) {
        const json_t *o = json_array_get(array, i), *frames = json_object_get(o, "frames");
        uint32_t at = REPORT_NONE;
        for (size_t k = json_array_size(frames); k > 0 && !l->failed; k--)
            at = node_add(l, at, frame_add(l, json_array_get(frames, k - 1)));
        if (at == REPORT_NONE)
            continue;
        stacks[used++] =
            (struct report_stack){.node = at,
                                  .scope = index_in(json_object_get(o, "scope"), l->r->n_scopes),
                                  .phase = word(o, "phase", phase_word, PHASES, PHASE_NONE),
                                  .copying = truth(o, "copying"),
                                  .metrics = metrics(o)};
    }
    l->r->stacks = stacks;
    l->r->n_stacks = used;
    l->r->frames = pool_copy(l->pool, l->frames, l->r->n_frames * sizeof *l->frames);
    l->r->nodes = pool_copy(l->pool, l->nodes, l->r->n_nodes * sizeof *l->nodes);
    l->r->folded_stacks = count(folded, "stacks");
    l->r->folded = metrics(folded);
}

static void load_sizes(struct load *l, const json_t *root)
{
    const json_t *array = json_object_get(root, "sizes");

    for (size_t i = 0; i < REPORT_BINS; i++) {
        const json_t *o = json_array_get(array, i);
        l->r->bins[i] =
            (struct report_bin){count(o, "count"), count(o, "bytes"), count(o, "short_lived")};
    }
}

static int load(struct report *ret, const json_t *root)
{
    struct report report = {.pool = pool_new()};
    struct load l = {.r = &report, .pool = report.pool};

    if (!report.pool)
        return -ENOMEM;
    load_run(&l, root);
    load_facts(&l, root);
    report.totals.all = metrics(json_object_get(root, "totals"));
    report.totals.duplicate_bytes = count(json_object_get(root, "totals"), "duplicate_bytes");
    load_functions(&l, root);
    load_scopes(&l, root);
    load_timeline(&l, root);
    load_efficiency(&l, root);
    load_stacks(&l, root);
    load_findings(&l, root);
    load_places(&l, root);
    load_flow(&l, root);
    load_modules(&l, root);
    load_sizes(&l, root);
    index_done(&l.frame_index);
    index_done(&l.node_index);
    free(l.frames);
    free(l.nodes);
    if (l.failed || pool_failed(report.pool)) {
        report_done(&report);
        return -ENOMEM;
    }
    *ret = report;
    return 0;
}

__attribute__((format(printf, 3, 4))) static void tell(char *err, size_t size, const char *format,
                                                       ...)
{
    va_list args;

    if (!err || size == 0)
        return;
    va_start(args, format);
    vsnprintf(err, size, format, args);
    va_end(args);
}

int report_from_json(struct report *ret, const char *path, char *err, size_t err_size)
{
    json_error_t error;
    FILE *file = fopen(path, "re");

    if (!file) {
        const int r = -errno;
        tell(err, err_size, "cannot read '%s': %s", path, strerror(-r));
        return r;
    }
    json_t *root = json_loadf(file, 0, &error);
    fclose(file);
    const char *format = json_string_value(json_object_get(root, "format"));
    int r = 0;
    if (!root)
        tell(err, err_size, "'%s' is not JSON: line %d: %s", path, error.line, error.text);
    else if (!format || strcmp(format, "nocopy-report") != 0)
        tell(err, err_size, "'%s' is JSON, but no nocopy report", path);
    if (!root || !format || strcmp(format, "nocopy-report") != 0)
        r = -EBADMSG;
    if (r == 0 && integer(root, "version", 0) > 1) {
        tell(err, err_size, "'%s' was written by a later nocopy: update this one", path);
        r = -EPROTONOSUPPORT;
    }
    if (r == 0)
        r = load(ret, root);
    json_decref(root);
    return r;
}
