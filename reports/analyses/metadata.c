/* SPDX-License-Identifier: Apache-2.0 */
/* metadata: what calls hand out beside the payload is over a tenth of it. Payload is what the
 * single call of the name hands out, once a row; blocks of one line belong together, however long
 * each is. */
#include "analysis.h"

#include <errno.h>
#include <stdlib.h>

struct handed {
    uint32_t scope, node;
    uint64_t bytes, blocks; /* of all nodes of the line in the scope, at the heaviest of them */
    struct report_site at;
};

static int compare_lines(const struct handed *x, const struct handed *y)
{
    const uintptr_t keys[][2] = {{x->scope, y->scope},
                                 {(uintptr_t)x->at.function, (uintptr_t)y->at.function},
                                 {(uintptr_t)x->at.file, (uintptr_t)y->at.file},
                                 {x->at.line, y->at.line}};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

static int by_line(const void *a, const void *b)
{
    const struct handed *x = a, *y = b;
    const int r = compare_lines(x, y);

    if (r)
        return r;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->node < y->node ? -1 : x->node > y->node;
}

static int by_weight(const void *a, const void *b)
{
    const struct handed *x = a, *y = b;

    if (x->scope != y->scope)
        return x->scope < y->scope ? -1 : 1;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return by_line(a, b);
}

/* Lines that not every call hands something out by are pools and caches, which one call happened to
 * fill: neither payload nor beside it. */
static size_t drop_rare(const struct model *m, struct handed *lines, size_t n)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (lines[i].blocks >= m->scopes[lines[i].scope].calls)
            lines[kept++] = lines[i];
    return kept;
}

/* What outlived its call and was freed by somebody later, so was handed out; what was never freed
 * is a leak, and what the program maps by itself is an allocator's own. One entry a scope and line.
 */
static size_t gather(const struct model *m, struct handed *ret)
{
    size_t n = 0, used = 0;

    for (size_t i = 1; i < m->n_counts; i++) {
        const struct nc_counts *c = &m->counts[i].c;
        const uint32_t scope = m->nodes[c->node].scope;
        if (scope && c->freed_bytes > c->call_freed_bytes && c->mapped == 0)
            ret[n++] = (struct handed){scope, c->node, c->freed_bytes - c->call_freed_bytes,
                                       c->frees - c->call_frees, model_site(m, c->node)};
    }
    qsort(ret, n, sizeof *ret, by_line);
    for (size_t i = 0; i < n; i++) {
        if (used > 0 && compare_lines(&ret[used - 1], &ret[i]) == 0) {
            ret[used - 1].bytes += ret[i].bytes;
            ret[used - 1].blocks += ret[i].blocks;
        } else {
            ret[used++] = ret[i];
        }
    }
    used = drop_rare(m, ret, used);
    qsort(ret, used, sizeof *ret, by_weight);
    return used;
}

/* Bytes of one row that are meant: the heaviest lines, down to three quarters of the heaviest
 * (several outputs are about as long). */
static uint64_t main_bytes(const struct handed *lines, size_t n, uint64_t calls)
{
    uint64_t ret = 0;

    for (size_t i = 0; i < n && lines[i].bytes * 4 >= lines[0].bytes * 3; i++)
        ret += lines[i].bytes;
    return calls ? ret / calls : ret;
}

static size_t scope_end(const struct handed *lines, size_t at, size_t n)
{
    size_t end = at;

    while (end < n && lines[end].scope == lines[at].scope)
        end++;
    return end;
}

/* Payload of one row of each scope name, from single calls: by scope. */
static void payloads(const struct model *m, const struct handed *lines, size_t n, uint64_t *ret)
{
    for (size_t i = 0, end; i < n; i = end) {
        const struct model_scope *s = &m->scopes[lines[i].scope];
        end = scope_end(lines, i, n);
        if (s->phase == PHASE_SINGLE)
            ret[lines[i].scope] = main_bytes(lines + i, end - i, s->calls);
    }
    /* Scopes of one name lie together in by_name. */
    for (size_t i = 0; i + 1 < m->n_scopes;) {
        const char *name = m->scopes[m->by_name[i]].name;
        uint64_t row = 0;
        size_t end = i;
        for (; end + 1 < m->n_scopes && m->scopes[m->by_name[end]].name == name; end++)
            row = ret[m->by_name[end]] > row ? ret[m->by_name[end]] : row;
        for (; i < end; i++)
            ret[m->by_name[i]] = row;
    }
}

/* The heaviest lines fill up the payload; what is left is beside it. */
static void judge(const struct model *m, struct findings *f, const struct handed *lines, size_t n,
                  uint64_t row)
{
    const struct model_scope *s = &m->scopes[lines[0].scope];
    const uint64_t rows = s->rows ? s->rows : s->calls;
    uint64_t payload = row * rows, taken = 0, beside = 0;
    size_t first = 0;

    if (payload == 0)
        payload = main_bytes(lines, n, 0);
    /* A line of which half or more is still payload is payload: padding is another finding. */
    for (; first < n && (first == 0 || taken + lines[first].bytes / 2 < payload); first++)
        taken += lines[first].bytes;
    for (size_t i = first; i < n; i++)
        beside += lines[i].bytes;
    if (beside * 10 <= payload)
        return;
    for (size_t i = first; i < n; i++)
        if (lines[i].bytes * 20 >= beside && lines[i].bytes > 256 * rows)
            claim(f, &(struct claim){.where = lines[i].node,
                                     .scope = lines[i].scope,
                                     .ledger = CLAIM_ALLOCATED,
                                     .bytes = lines[i].bytes,
                                     .count = model_counts(m, lines[i].node)->allocations,
                                     .of = payload});
}

static int find(const struct model *m, struct findings *f)
{
    struct handed *lines = calloc(m->n_counts, sizeof *lines);
    uint64_t *row = calloc(m->n_scopes, sizeof *row);

    if (!lines || !row) {
        free(lines);
        free(row);
        return -ENOMEM;
    }
    const size_t n = gather(m, lines);
    payloads(m, lines, n, row);
    for (size_t i = 0, end; i < n; i = end) {
        end = scope_end(lines, i, n);
        if (m->scopes[lines[i].scope].phase != PHASE_STREAM)
            judge(m, f, lines + i, end - i, row[lines[i].scope]);
    }
    free(lines);
    free(row);
    return 0;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], of[SHOW_SIZE], where[256];

    show_site(where, sizeof where, &c->where);
    snprintf(evidence, size, "%s allocated at %s are handed out beside a payload of %s (%.0f %%).",
             show_bytes(bytes, c->bytes), where, show_bytes(of, c->of),
             c->of ? 100.0 * (double)c->bytes / (double)c->of : 100.0);
    snprintf(advice, size, "hand out what is allocated at %s only to callers that ask for it",
             where);
    (void)m;
}

ANALYSIS(metadata) = {.kind = "metadata", .find = find, .tell = tell};
