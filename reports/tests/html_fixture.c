/* SPDX-License-Identifier: Apache-2.0 */
#include "html_fixture.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

#define BARS   10000
#define ROWS   64
#define DOUBLE 8
#define SINGLE (BARS * DOUBLE)

/* A case: what batch[1] allocates beyond the single call, in hundredths of a per cent; where a copy
 * is made for each row. */
struct made {
    const char *name;
    int overhead; /* of batch[1], 1/10,000 */
    int row;      /* likewise, of one more row */
    bool copies;
};

static const struct made cases[] = {
    {"kama", 20400, 10000, true},
    {"macd", 15200, 6000, true},
    {"alligator", 7700, 500, true},
    {"frama", 6200, 200, false},
    {"edge_high", 5001, 100, false},
    {"edge_half", 5000, 5000, false},
    {"stoch", 3100, 900, false},
    {"jma", 1200, 80, false},
    {"edge_tenth", 1000, 1000, false},
    {"edge_ok", 999, 999, false},
    {"adx", 90, 70, false},
    {"alma", 85, 60, false},
    {"ao", 80, 60, false},
    {"apo", 80, 60, false},
    {"aroon", 70, 60, false},
    {"atr", 70, 50, false},
    {"bollinger_bands", 60, 50, false},
    {"cci", 60, 50, false},
    {"chop", 590, 50, false},
    {"cmo", 50, 40, false},
    {"dema", 50, 40, false},
    {"dpo", 40, 30, false},
    {"ema", 30, 30, false},
    {"gatorosc", 30, 30, false},
    {"hma", 30, 30, false},
    {"kst", 30, 20, false},
    {"linreg", 20, 20, false},
    {"mfi", 20, 20, false},
    {"mom", 20, 10, false},
    {"obv", 10, 10, false},
    {"roc", 10, 10, false},
    {"rsi", 10, 10, false},
    {"sma", 0, 0, false},
    {"stddev", 0, 0, false},
    {"tema", 0, 0, false},
    {"trima", 0, 0, false},
    {"trix", 0, 0, false},
    {"vpwma", 0, 0, false},
    {"willr", -500, 0, false},
    {"wma", 0, 0, false},
};
#define N_CASES (sizeof cases / sizeof *cases)

/* A table of a report that grows while it is made. */
struct rows {
    void *at;
    size_t n, room, size;
};

static void *add_row(struct rows *rows)
{
    if (rows->n == rows->room) {
        rows->room = rows->room ? rows->room * 2 : 64;
        rows->at = realloc(rows->at, rows->room * rows->size);
        if (!rows->at)
            abort(); /* a test program */
    }
    return memset((char *)rows->at + rows->n++ * rows->size, 0, rows->size);
}

static const void *keep_rows(struct pool *pool, struct rows *rows, size_t *ret_n)
{
    const void *kept = rows->n ? pool_copy(pool, rows->at, rows->n * rows->size) : NULL;

    *ret_n = rows->n;
    free(rows->at);
    return kept;
}

struct maker {
    struct pool *pool;
    struct rows frames, nodes, stacks, scopes, places, functions, findings, efficiency, buffers,
        edges;
};

static struct maker maker_new(void)
{
    struct maker m = {.pool = pool_new()};

    m.frames.size = sizeof(struct report_frame);
    m.nodes.size = sizeof(struct report_node);
    m.stacks.size = sizeof(struct report_stack);
    m.scopes.size = sizeof(struct report_scope);
    m.places.size = sizeof(struct report_place);
    m.functions.size = sizeof(struct report_function);
    m.findings.size = sizeof(struct report_finding);
    m.efficiency.size = sizeof(struct report_efficiency);
    m.buffers.size = sizeof(struct report_buffer);
    m.edges.size = sizeof(struct report_edge);
    return m;
}

static uint32_t add_frame(struct maker *m, const char *function, const char *file, uint32_t line,
                          enum report_role role)
{
    struct report_frame *f = add_row(&m->frames);

    *f = (struct report_frame){.function = function,
                               .file = file,
                               .module = *file ? "memory_efficiency" : "libc.so.6",
                               .line = line,
                               .role = role};
    return (uint32_t)(m->frames.n - 1);
}

static uint32_t add_node(struct maker *m, uint32_t parent, uint32_t frame)
{
    struct report_node *node = add_row(&m->nodes);

    *node = (struct report_node){parent, frame};
    return (uint32_t)(m->nodes.n - 1);
}

static struct report_metrics *add_stack(struct maker *m, uint32_t node, uint32_t scope,
                                        enum report_phase phase, bool copying)
{
    struct report_stack *s = add_row(&m->stacks);

    *s = (struct report_stack){.node = node, .scope = scope, .phase = phase, .copying = copying};
    return &s->metrics;
}

static struct report_site site(const char *function, const char *file, uint32_t line)
{
    return (struct report_site){function, file, line};
}

/* The stacks of one case in one phase: an output matrix, a row buffer, a copy of it. */
static void add_phase(struct maker *m, const struct made *c, enum report_phase phase,
                      uint32_t above, const char *file, uint64_t rows, uint32_t shift)
{
    struct report_scope *s = add_row(&m->scopes);
    const uint32_t scope = (uint32_t)(m->scopes.n - 1);
    const char *entry =
        pool_printf(m->pool, "ta_%s%s", c->name, phase == PHASE_SINGLE ? "" : "_batch");
    const uint64_t output = rows * SINGLE;
    const uint64_t one =
        phase == PHASE_SINGLE ? 0 : (uint64_t)(SINGLE * (int64_t)c->overhead / 10000);
    const uint64_t more =
        phase == PHASE_BATCH ? (rows - 1) * (uint64_t)(SINGLE * (int64_t)c->row / 10000) : 0;
    const uint64_t extra = c->overhead < 0 && phase != PHASE_SINGLE ? 0 : one + more;
    const uint32_t batch =
        add_node(m, above, add_frame(m, entry, file, 210 + shift, ROLE_INDICATOR));
    const uint32_t outer =
        add_node(m, batch, add_frame(m, entry, file, 219 + shift, ROLE_INDICATOR));
    const uint32_t alloc = add_node(m, outer, add_frame(m, "malloc", "", 0, ROLE_ALLOCATOR));
    struct report_metrics *at = add_stack(m, alloc, scope, phase, false);

    *at = (struct report_metrics){.allocations = 1,
                                  .allocated_bytes = output,
                                  .peak_bytes = output / 2,
                                  .peak_blocks = 1,
                                  .frees = 1,
                                  .freed_bytes = output};
    if (extra) {
        const uint32_t row =
            add_node(m, batch, add_frame(m, "row_buffer", file, 226 + shift, ROLE_INDICATOR));
        const uint32_t inside = add_node(m, row, add_frame(m, "malloc", "", 0, ROLE_ALLOCATOR));

        at = add_stack(m, inside, scope, phase, false);
        *at = (struct report_metrics){.allocations = rows,
                                      .allocated_bytes = extra,
                                      .frees = rows,
                                      .freed_bytes = extra,
                                      .temporary = rows,
                                      .needless_bytes = c->copies ? extra / 2 : 0,
                                      .untouched_bytes = c->copies ? 0 : extra / 8};
    }
    if (c->copies && phase != PHASE_SINGLE) {
        const uint32_t row =
            add_node(m, batch, add_frame(m, "row_copy", file, 228 + shift, ROLE_INDICATOR));
        const uint32_t inside = add_node(m, row, add_frame(m, "memcpy", "", 0, ROLE_COPIER));

        at = add_stack(m, inside, scope, phase, true);
        *at = (struct report_metrics){
            .copies = rows, .copied_bytes = output, .needless_bytes = output};
    }
    *s = (struct report_scope){.name = c->name,
                               .mode = phase == PHASE_SINGLE ? MODE_SINGLE : MODE_BATCH,
                               .phase = phase,
                               .site = site(entry, file, 200),
                               .calls = 1,
                               .combos = phase == PHASE_BATCH ? rows : 1,
                               .allocated_bytes = output + extra,
                               .payload_bytes = output};
}

static enum report_status status_of(int overhead)
{
    return overhead > 5000 ? STATUS_HIGH : overhead >= 1000 ? STATUS_MODERATE : STATUS_OK;
}

static void add_efficiency(struct maker *m, const struct made *c, const char *file)
{
    struct report_efficiency *e = add_row(&m->efficiency);
    const uint64_t per_row = (uint64_t)(SINGLE + SINGLE * (int64_t)c->row / 10000);

    *e = (struct report_efficiency){
        .indicator = c->name,
        .status = status_of(c->overhead),
        .row_status = status_of(c->row),
        .reason = "",
        .single_bytes = SINGLE,
        .batch1_bytes = (uint64_t)(SINGLE + SINGLE * (int64_t)c->overhead / 10000),
        .has_single = true,
        .has_batch1 = true,
        .has_batch = true,
        .overhead_known = true,
        .overhead_percent = c->overhead / 100.0,
        .batch_rows = ROWS,
        .row_known = true,
        .bytes_per_row = (double)per_row,
        .row_overhead_percent = c->row / 100.0,
        .single_allocations = 3,
        .batch1_allocations = 5,
        .batch_allocations = c->copies ? 198 : 7,
        .batch_copied = c->copies ? ROWS * SINGLE : 0,
        .worst = site(pool_printf(m->pool, "ta_%s_batch", c->name), file, c->copies ? 228 : 219),
    };
    e->batch_bytes = e->batch1_bytes + (ROWS - 1) * per_row;
    e->batch_peak = e->batch_bytes * 9 / 10;
    e->single_least = e->single_bytes;
    e->batch1_least = e->batch1_bytes;
    e->batch_least = e->batch_bytes;
    if (strcmp(c->name, "jma") == 0) {
        e->varies = true;
        e->batch1_least = e->batch1_bytes - 1024;
    }
}

static void add_place(struct maker *m, struct report_site at, const char *call, const char *scope,
                      struct report_metrics metrics, bool copying)
{
    struct report_place *p = add_row(&m->places);
    struct report_function *f = add_row(&m->functions);

    *p = (struct report_place){
        .at = at,
        .module = "memory_efficiency",
        .call = call,
        .scope = scope,
        .path = pool_printf(m->pool, "ta_%s_batch;%s;%s", scope, at.function, call),
        .role = ROLE_INDICATOR,
        .copying = copying,
        .metrics = metrics,
        .largest_bytes = metrics.allocations ? metrics.allocated_bytes / metrics.allocations : 0,
        .median_lifetime_ns = 48000,
        .short_lived_percent = metrics.temporary ? 100.0 : 12.5,
    };
    *f = (struct report_function){.at = at, .module = p->module, .metrics = metrics};
}

static void add_finding(struct maker *m, const struct made *c, const char *file, uint32_t shift)
{
    struct report_finding *f = add_row(&m->findings);
    const uint64_t bytes = ROWS * SINGLE * 2;
    struct report_buffer *b;
    struct report_edge *e;
    uint32_t from, to;

    *f = (struct report_finding){
        .id = pool_printf(m->pool, "f-%s", c->name),
        .kind = "copy-then-free",
        .severity = SEVERITY_HIGH,
        .scope = c->name,
        .mode = MODE_BATCH,
        .has_mode = true,
        .bytes = bytes,
        .count = 2 * ROWS,
        .where = site("row_buffer", file, 226 + shift),
        .copied = site("row_copy", file, 228 + shift),
        .source = site(pool_printf(m->pool, "ta_%s_batch", c->name), file, 219 + shift),
        .evidence = "Each row is computed into a private buffer, then copied into the matrix: 128 "
                    "copies of 78.1 KiB, and the buffer is freed after each.",
        .advice = "Let the kernel write straight into the matrix row, and drop the row buffer.",
    };
    b = add_row(&m->buffers);
    *b = (struct report_buffer){f->where, BUFFER_SCRATCH, ROWS, ROWS * SINGLE};
    b = add_row(&m->buffers);
    *b = (struct report_buffer){f->source, BUFFER_OUTPUT, 1, ROWS * SINGLE};
    from = (uint32_t)(m->buffers.n - 2);
    to = from + 1;
    e = add_row(&m->edges);
    *e = (struct report_edge){.source = from,
                              .destination = to,
                              .copied = f->copied,
                              .scope = 0,
                              .phase = PHASE_BATCH,
                              .copies = ROWS,
                              .bytes = ROWS * SINGLE,
                              .needless_bytes = ROWS * SINGLE};
    for (uint32_t k = 0; k < m->scopes.n; k++) {
        const struct report_scope *s = (const struct report_scope *)m->scopes.at + k;

        if (strcmp(s->name, c->name) == 0 && s->phase == PHASE_BATCH)
            e->scope = k;
    }
}

/* The caller's input goes into every scratch buffer, and two of them copy back and forth. */
static void add_flow(struct maker *m)
{
    struct report_buffer *b = add_row(&m->buffers);
    const uint32_t input = (uint32_t)(m->buffers.n - 1);
    static const uint32_t pairs[][2] = {{0, 2}, {2, 0}};

    *b = (struct report_buffer){site("", "", 0), BUFFER_INPUT, 1, SINGLE};
    for (uint32_t k = 0; k + 1 < input && k < 6; k += 2) {
        struct report_edge *e = add_row(&m->edges);

        *e = (struct report_edge){.source = input,
                                  .destination = k,
                                  .copied = site("", "", 0),
                                  .scope = REPORT_NONE,
                                  .phase = PHASE_NONE,
                                  .copies = 8,
                                  .bytes = 8 * SINGLE,
                                  .needless_bytes = k ? 0 : 3 * SINGLE};
    }
    for (size_t i = 0; i < 2; i++) {
        struct report_edge *e = add_row(&m->edges);

        *e = (struct report_edge){.source = pairs[i][0],
                                  .destination = pairs[i][1],
                                  .copied = site("swap_rings", "ta_macd.c", 61),
                                  .scope = REPORT_NONE,
                                  .phase = PHASE_NONE,
                                  .copies = 4,
                                  .bytes = 4 * SINGLE,
                                  .needless_bytes = 4 * SINGLE};
    }
}

static void add_times(struct report *r, struct maker *m)
{
    struct report_bucket *line = pool_calloc(m->pool, 240, sizeof *line);
    struct report_module *module = pool_calloc(m->pool, 1, sizeof *module);
    uint64_t peak = 0;

    for (uint32_t i = 0; i < 240; i++) {
        const uint64_t high = (uint64_t)SINGLE * (10 + (i * 7919u) % 190);

        line[i] = (struct report_bucket){.start_ns = i * 7500000ull,
                                         .end_ns = (i + 1) * 7500000ull,
                                         .min_bytes = high / 3,
                                         .max_bytes = high,
                                         .scope = i % 12 == 0 ? REPORT_NONE
                                                              : (uint32_t)(i * m->scopes.n / 240)};
        if (high > peak) {
            peak = high;
            r->totals.peak_ns = line[i].start_ns + 3000000;
        }
    }
    r->totals.all.peak_bytes = peak;
    r->timeline = line;
    r->n_timeline = 240;
    for (unsigned b = 5; b < 24; b++)
        r->bins[b] = (struct report_bin){1000u / (b - 4), (1000u / (b - 4)) << b, 300u / (b - 4)};
    *module =
        (struct report_module){"/opt/demo/memory_efficiency", "9f3a77c1d2e4b5a6", "dwarf", ""};
    r->modules = module;
    r->n_modules = 1;
}

static int finish(struct report *ret, struct maker *m, const char *exe)
{
    struct report r = {.pool = m->pool};
    const char **command = pool_calloc(m->pool, 2, sizeof *command);

    r.frames = keep_rows(m->pool, &m->frames, &r.n_frames);
    r.nodes = keep_rows(m->pool, &m->nodes, &r.n_nodes);
    r.stacks = keep_rows(m->pool, &m->stacks, &r.n_stacks);
    add_times(&r, m);
    r.scopes = keep_rows(m->pool, &m->scopes, &r.n_scopes);
    r.places = keep_rows(m->pool, &m->places, &r.n_places);
    r.functions = keep_rows(m->pool, &m->functions, &r.n_functions);
    r.findings = keep_rows(m->pool, &m->findings, &r.n_findings);
    r.efficiency = keep_rows(m->pool, &m->efficiency, &r.n_efficiency);
    r.buffers = keep_rows(m->pool, &m->buffers, &r.n_buffers);
    r.edges = keep_rows(m->pool, &m->edges, &r.n_edges);
    command[0] = exe;
    command[1] = "--bars=10000";
    r.run = (struct report_run){.command = command,
                                .n_command = 2,
                                .exe = exe,
                                .host = "secret-host",
                                .started = "2026-11-22T18:40:00Z",
                                .commit = "3f2a91c",
                                .pid = 4711,
                                .duration_ns = 1800000000,
                                .complete = true,
                                .processes = 1,
                                .threads = 1,
                                .content = true,
                                .copies = true,
                                .untouched = true,
                                .cpu_ns = 1600000000,
                                .content_ns = 100000000,
                                .content_bytes = 1 << 20,
                                .damage = ""};
    for (size_t i = 0; i < r.n_stacks; i++) {
        const struct report_metrics *s = &r.stacks[i].metrics;
        struct report_metrics *t = &r.totals.all;

        t->allocations += s->allocations;
        t->allocated_bytes += s->allocated_bytes;
        t->frees += s->frees;
        t->freed_bytes += s->freed_bytes;
        t->copies += s->copies;
        t->copied_bytes += s->copied_bytes;
        t->needless_bytes += s->needless_bytes;
        t->untouched_bytes += s->untouched_bytes;
        t->leaked_bytes += s->leaked_bytes;
    }
    *ret = r;
    return pool_failed(m->pool) ? -ENOMEM : 0;
}

int fixture_indicators(struct report *ret, enum fixture_side side)
{
    struct maker m = maker_new();
    const uint32_t main_node =
        add_node(&m, REPORT_NONE, add_frame(&m, "main", "nc_memtest.c", 88, ROLE_PROGRAM));
    struct report_efficiency *none;
    struct report_fact *facts;
    int r;

    for (size_t i = 0; i < N_CASES; i++) {
        struct made c = cases[i];
        const char *file = pool_printf(m.pool, "ta_%s.c", c.name);
        uint32_t above, shift = 0;

        if (side == FIXTURE_HEAD && strcmp(c.name, "ema") == 0)
            c = (struct made){"ema", 5500, 800, true};
        if (side == FIXTURE_HEAD && strcmp(c.name, "kama") == 0) {
            c.overhead = 5200;
            shift = 14;
        }
        if (side == FIXTURE_HEAD && strcmp(c.name, "adx") == 0)
            c.overhead = 91;
        if (side == FIXTURE_HEAD && strcmp(c.name, "wma") == 0)
            c.name = "wwma"; /* one gone, one new */
        above =
            add_node(&m, main_node, add_frame(&m, "run_case", "nc_memtest.c", 41, ROLE_PROGRAM));
        add_phase(&m, &c, PHASE_SINGLE, above, file, 1, shift);
        add_phase(&m, &c, PHASE_BATCH1, above, file, 1, shift);
        add_phase(&m, &c, PHASE_BATCH, above, file, ROWS, shift);
        add_efficiency(&m, &c, file);
        add_place(
            &m, site(pool_printf(m.pool, "ta_%s_batch", c.name), file, 219 + shift), "malloc",
            c.name,
            (struct report_metrics){.allocations = 3, .allocated_bytes = (66 - shift) * SINGLE},
            false);
        if (c.copies) {
            add_finding(&m, &c, file, shift);
            add_place(&m, site("row_copy", file, 228 + shift), "memcpy", c.name,
                      (struct report_metrics){
                          .copies = 65, .copied_bytes = 65 * SINGLE, .needless_bytes = 65 * SINGLE},
                      true);
        }
    }
    none = add_row(&m.efficiency);
    *none = (struct report_efficiency){.indicator = "zscore",
                                       .status = STATUS_NONE,
                                       .row_status = STATUS_NONE,
                                       .reason = "signal 11 in batch[64]",
                                       .single_bytes = SINGLE,
                                       .single_least = SINGLE,
                                       .has_single = true,
                                       .worst = site("", "", 0)};
    add_flow(&m);
    facts = pool_calloc(m.pool, 3, sizeof *facts);
    facts[0] = (struct report_fact){"compiler",
                                    side == FIXTURE_HEAD ? "gcc 13.1 -O3" : "gcc 12.2 -O3", true};
    facts[1] = (struct report_fact){"bars", "10000", true};
    facts[2] = (struct report_fact){"shim", "0.1.0", false};
    r = finish(ret, &m, "/home/somebody/src/demo/memory_efficiency");
    ret->facts = facts;
    ret->n_facts = 3;
    return r;
}

static const char *const attacks[] = {
    "</script><script>alert(1)</script>",
    "\"><svg onload=alert(1)>",
    "<!--",
    "a\xe2\x80\xae"
    "b",
    "",
    "bad\xff\xfeutf\xc0\xaf",
    "'=cmd|' /C calc'!A0",
    "javascript:alert(1)",
    "new\nline\tand\x01"
    "control",
    "a&amp;b&lt;c",
};
#define N_ATTACKS (sizeof attacks / sizeof *attacks)

int fixture_hostile(struct report *ret)
{
    struct maker m = maker_new();
    char *longest = pool_alloc(m.pool, 10241);
    uint32_t above = REPORT_NONE;

    memset(longest, 'w', 10240);
    for (size_t i = 0; i <= N_ATTACKS; i++) {
        const char *name = i < N_ATTACKS ? attacks[i] : longest;
        struct report_efficiency *e = add_row(&m.efficiency);
        struct report_finding *f = add_row(&m.findings);
        struct report_scope *s = add_row(&m.scopes);
        struct report_metrics *at;

        above = add_node(&m, above, add_frame(&m, name, name, (uint32_t)i, ROLE_INDICATOR));
        *s = (struct report_scope){
            .name = name, .mode = MODE_BATCH, .phase = PHASE_BATCH, .site = site(name, name, 1)};
        at = add_stack(&m, above, (uint32_t)i, PHASE_BATCH, false);
        *at = (struct report_metrics){.allocations = 1, .allocated_bytes = 4096 * (i + 1)};
        *e = (struct report_efficiency){.indicator = name,
                                        .status = STATUS_NONE,
                                        .row_status = STATUS_NONE,
                                        .reason = name,
                                        .worst = site(name, name, 7)};
        *f = (struct report_finding){.id = name,
                                     .kind = "leak",
                                     .severity = SEVERITY_MODERATE,
                                     .scope = name,
                                     .bytes = 4096 * (i + 1),
                                     .count = 1,
                                     .where = site(name, name, 7),
                                     .copied = site("", "", 0),
                                     .source = site("", "", 0),
                                     .evidence = name,
                                     .advice = name};
        add_place(&m, site(name, name, 7), name, name, *at, false);
    }
    return finish(ret, &m, attacks[0]);
}

int fixture_plain(struct report *ret, bool bare)
{
    struct maker m = maker_new();
    uint32_t node;
    struct report_metrics *at;
    int r;

    if (!bare) {
        node = add_node(&m, REPORT_NONE, add_frame(&m, "main", "shell.c", 12, ROLE_PROGRAM));
        node = add_node(&m, node, add_frame(&m, "sqlite3_exec", "", 0, ROLE_LIBRARY));
        node = add_node(&m, node, add_frame(&m, "malloc", "", 0, ROLE_ALLOCATOR));
        at = add_stack(&m, node, REPORT_NONE, PHASE_NONE, false);
        *at = (struct report_metrics){.allocations = 1200,
                                      .allocated_bytes = 480000,
                                      .frees = 1190,
                                      .freed_bytes = 470000,
                                      .leaked_bytes = 10000,
                                      .leaked_blocks = 10,
                                      .peak_bytes = 90000};
        add_place(&m, site("main", "shell.c", 12), "malloc", "", *at, false);
    }
    r = finish(ret, &m, "/usr/bin/sqlite3");
    if (bare) {
        static const struct report_module changed = {"/usr/bin/sqlite3", "", "differs", ""};

        ret->modules = &changed;
        ret->n_modules = 1;
        ret->run.complete = false;
        ret->run.lost_events = 12;
        ret->n_timeline = 0;
        memset(ret->bins, 0, sizeof ret->bins);
    }
    return r;
}

static uint32_t draw(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(*state >> 33);
}

/* A random walk: each stack shares a part of the one before, as real ones do. */
int fixture_stacks(struct report *ret, size_t n, enum fixture_side side)
{
    enum { NAMES = 4000, MOST = 40 };
    struct maker m = maker_new();
    uint64_t state = 42;
    uint32_t path[MOST + 1], depth = 1;

    for (uint32_t i = 0; i < NAMES; i++)
        add_frame(&m, pool_printf(m.pool, "lib%u::module_%u::function_%u", i % 7, i % 97, i),
                  pool_printf(m.pool, "src/part_%u/file_%u.c", i % 97, i % 400), 1 + i % 900,
                  i % 5 ? ROLE_PROGRAM : ROLE_LIBRARY);
    const uint32_t alloc = add_frame(&m, "malloc", "", 0, ROLE_ALLOCATOR);
    const uint32_t copy = add_frame(&m, "memcpy", "", 0, ROLE_COPIER);

    path[0] = add_node(&m, REPORT_NONE, 0);
    for (size_t k = 0; k < n; k++) {
        const uint32_t keep = draw(&state) % 8 ? (depth > 3 ? depth - draw(&state) % 3 : depth)
                                               : 1 + draw(&state) % depth;
        const uint32_t goal =
            keep + 1 + draw(&state) % 2 < MOST ? keep + 1 + draw(&state) % 2 : MOST;
        const bool copying = draw(&state) % 5 == 0;
        const uint64_t size = 16u << draw(&state) % 12;
        struct report_metrics *at;

        for (depth = keep < goal ? keep : goal; depth < goal; depth++)
            path[depth] = add_node(&m, path[depth - 1], draw(&state) % NAMES);
        at = add_stack(&m, add_node(&m, path[depth - 1], copying ? copy : alloc), REPORT_NONE,
                       PHASE_NONE, copying);
        const uint64_t times =
            1 + draw(&state) % 50 + (side == FIXTURE_HEAD && k % 20 == 0 ? 9 : 0);
        if (copying)
            *at = (struct report_metrics){.copies = times, .copied_bytes = times * size};
        else
            *at = (struct report_metrics){.allocations = times,
                                          .allocated_bytes = times * size,
                                          .frees = times,
                                          .freed_bytes = times * size,
                                          .peak_bytes = draw(&state) % 3 ? 0 : size};
    }
    return finish(ret, &m, "/opt/demo/large");
}

int fixture_deep(struct report *ret, size_t frames)
{
    struct maker m = maker_new();
    uint32_t node = REPORT_NONE;

    for (size_t i = 0; i < frames; i++)
        node = add_node(&m, node,
                        add_frame(&m, pool_printf(m.pool, "level_%zu", i), "deep.c",
                                  (uint32_t)i + 1, ROLE_PROGRAM));
    *add_stack(&m, node, REPORT_NONE, PHASE_NONE, false) =
        (struct report_metrics){.allocations = 1, .allocated_bytes = 4096};
    return finish(ret, &m, "/opt/demo/deep");
}

int fixture_light(struct report *ret, size_t n)
{
    struct maker m = maker_new();
    const uint32_t root =
        add_node(&m, REPORT_NONE, add_frame(&m, "main", "main.c", 1, ROLE_PROGRAM));
    const uint32_t light = add_frame(&m, "light", "main.c", 2, ROLE_PROGRAM);

    *add_stack(&m, add_node(&m, root, add_frame(&m, "heavy", "main.c", 3, ROLE_PROGRAM)),
               REPORT_NONE, PHASE_NONE, false) =
        (struct report_metrics){.allocations = 2000000000, .allocated_bytes = UINT64_C(1) << 50};
    for (size_t i = 0; i < n; i++)
        *add_stack(&m, add_node(&m, root, light), REPORT_NONE, PHASE_NONE, false) =
            (struct report_metrics){.allocations = 1, .allocated_bytes = 1024};
    return finish(ret, &m, "/opt/demo/light");
}
