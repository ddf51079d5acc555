/* SPDX-License-Identifier: Apache-2.0 */
#include "model_scopes.h"

#include "pool.h"

#include <stdlib.h>
#include <string.h>

static int by_shape(const void *a, const void *b)
{
    const struct model_calls *x = a, *y = b;
    const uint64_t keys[][2] = {
        {x->scope, y->scope},
        {x->combos, y->combos},
        {x->flags, y->flags},
        {x->allocated_bytes, y->allocated_bytes},
        {x->allocations, y->allocations},
        {x->retained_bytes, y->retained_bytes},
        {x->retained_blocks, y->retained_blocks},
        {x->temporary_bytes, y->temporary_bytes},
        {x->temporary_blocks, y->temporary_blocks},
        {x->largest_retained, y->largest_retained},
        {x->peak_bytes, y->peak_bytes},
        {x->copied_bytes, y->copied_bytes},
        {x->copies, y->copies},
        {x->untouched_bytes, y->untouched_bytes},
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

/* Calls that looked alike in several processes are one shape. */
static void calls_merge(struct model *m)
{
    size_t used = 1;

    qsort(m->calls + 1, m->n_calls - 1, sizeof *m->calls, by_shape);
    for (size_t i = 1; i < m->n_calls; i++) {
        if (used > 1 && by_shape(&m->calls[used - 1], &m->calls[i]) == 0) {
            m->calls[used - 1].calls += m->calls[i].calls;
            m->calls[used - 1].time_ns += m->calls[i].time_ns;
        } else {
            m->calls[used++] = m->calls[i];
        }
    }
    m->n_calls = used;
    for (size_t i = 1; i < m->n_calls; i++) {
        struct model_scope *s = &m->scopes[m->calls[i].scope];
        if (s->n_calls++ == 0)
            s->first_calls = (uint32_t)i;
    }
}

const struct model_calls *model_usual_call(const struct model *model, uint32_t scope,
                                           uint64_t combos)
{
    const struct model_scope *s = &model->scopes[scope];
    const struct model_calls *best = NULL;

    for (uint32_t i = 0; i < s->n_calls; i++) {
        const struct model_calls *c = &model->calls[s->first_calls + i];
        if (combos && c->combos != combos)
            continue;
        if (!best || c->calls > best->calls ||
            (c->calls == best->calls && c->allocated_bytes > best->allocated_bytes))
            best = c;
    }
    return best;
}

static const struct model *sorting; /* qsort has no context; reports are made by one thread */

static int by_name(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    const int r = strcmp(sorting->scopes[x].name, sorting->scopes[y].name);

    return r ? r : x < y ? -1 : x > y;
}

static bool names_sort(struct model *m)
{
    const size_t n = m->n_scopes - 1;

    m->by_name = malloc((n + 1) * sizeof *m->by_name);
    if (!m->by_name)
        return false;
    for (size_t i = 0; i < n; i++)
        m->by_name[i] = (uint32_t)i + 1;
    sorting = m;
    qsort(m->by_name, n, sizeof *m->by_name, by_name);
    return true;
}

size_t model_name_end(const struct model *model, size_t first)
{
    const char *name = model->scopes[model->by_name[first]].name;
    size_t end = first + 1;

    while (end < model->n_scopes - 1 && model->scopes[model->by_name[end]].name == name)
        end++;
    return end;
}

/* What a single call hands out, of the scopes of one name. */
static const struct model_calls *single_call(const struct model *m, size_t first, size_t end)
{
    const struct model_calls *best = NULL;

    for (size_t i = first; i < end; i++) {
        if (m->scopes[m->by_name[i]].mode != MODE_SINGLE)
            continue;
        const struct model_calls *c = model_usual_call(m, m->by_name[i], 0);
        if (c && (!best || c->calls > best->calls))
            best = c;
    }
    return best;
}

/* Rows that a batch call handed out, by the bytes; 0 when that cannot be told. */
static uint64_t combos_found(const struct model_calls *batch, const struct model_calls *single)
{
    if (!single || single->retained_bytes == 0 || batch->retained_bytes == 0)
        return 0;
    /* One matrix that is a whole number of rows says it best: what is beside it does not count. */
    if (single->largest_retained > 0 && batch->largest_retained % single->largest_retained == 0 &&
        batch->largest_retained / single->largest_retained > 1)
        return batch->largest_retained / single->largest_retained;
    const uint64_t rows =
        (batch->retained_bytes + single->retained_bytes / 2) / single->retained_bytes;
    return rows ? rows : 1;
}

static void scope_settle(struct model *m, struct model_scope *s, const struct model_calls *single)
{
    uint64_t seen = 0;

    s->payload_bytes = single ? single->retained_bytes : 0;
    for (uint32_t i = 0; i < s->n_calls; i++) {
        struct model_calls *c = &m->calls[s->first_calls + i];
        if (s->mode != MODE_BATCH)
            c->combos = 1;
        else if (c->combos == 0)
            c->combos = combos_found(c, single);
        s->rows += c->calls * c->combos;
        seen += c->calls;
        if (c->combos > s->combos)
            s->combos = c->combos;
    }
    if (s->calls < seen)
        s->calls = seen;
    if (s->mode == MODE_BATCH)
        s->phase = s->combos == 1 ? PHASE_BATCH1 : PHASE_BATCH;
    else
        s->phase = s->mode == MODE_SINGLE ? PHASE_SINGLE : PHASE_STREAM;
}

/* Where a scope begins */

static uint32_t common_node(const struct model *m, uint32_t a, uint32_t b)
{
    while (a != b) {
        if (m->nodes[a].depth >= m->nodes[b].depth)
            a = m->nodes[a].parent;
        else
            b = m->nodes[b].parent;
    }
    return a;
}

static struct report_site declared_at(const struct model_frame *f)
{
    return f->decl_line ? (struct report_site){f->function, f->decl_file, f->decl_line}
                        : (struct report_site){f->function, f->file, f->line};
}

/* The outermost frame of a stack that is the scope's function or, for a mark, bears its name. */
static const struct model_frame *named_frame(const struct model *m, const struct model_scope *s,
                                             uint32_t node)
{
    const struct model_frame *ret = NULL;

    for (struct model_walk w = model_walk(m, node); model_next(m, &w);)
        if (s->function[0] ? strcmp(w.frame->linkage, s->function) == 0 ||
                                 strcmp(w.frame->function, s->function) == 0
                           : strstr(w.frame->function, s->name) != NULL)
            ret = w.frame;
    return ret;
}

/* Where a scope is entered: by name on what all its stacks share, else on one of them; else the
 * innermost of the user's code in what they share. */
static const struct model_frame *entry_frame(const struct model *m, const struct model_scope *s,
                                             uint32_t shared, uint32_t one)
{
    const struct model_frame *ret = named_frame(m, s, shared);

    if (!ret)
        ret = named_frame(m, s, one);
    for (struct model_walk w = model_walk(m, shared); !ret && model_next(m, &w);)
        if (w.frame->owner == OWNER_USER)
            ret = w.frame;
    return ret;
}

static bool sites_find(struct model *m)
{
    uint32_t *shared = calloc(m->n_scopes, sizeof *shared), *one = calloc(m->n_scopes, sizeof *one);

    if (!shared || !one) {
        free(shared);
        free(one);
        return false;
    }
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        const uint32_t scope = m->nodes[i].scope;
        if (!scope || !m->nodes[i].counts)
            continue;
        shared[scope] = one[scope] ? common_node(m, shared[scope], i) : i;
        one[scope] = one[scope] ? one[scope] : i;
    }
    for (uint32_t i = 1; i < m->n_scopes; i++) {
        struct model_scope *s = &m->scopes[i];
        const struct model_frame *f = one[i] ? entry_frame(m, s, shared[i], one[i]) : NULL;
        s->site = f ? declared_at(f)
                    : (struct report_site){
                          s->function[0] ? symbols_demangle(m->pool, s->function) : s->name, "", 0};
    }
    free(shared);
    free(one);
    return true;
}

/* How often the name was called with one combination, in each of its scopes. */
static void calls_share(struct model *m, size_t first, size_t end)
{
    uint64_t single = 0, batch1 = 0;

    for (size_t i = first; i < end; i++) {
        const struct model_scope *s = &m->scopes[m->by_name[i]];
        single += s->phase == PHASE_SINGLE ? s->calls : 0;
        batch1 += s->phase == PHASE_BATCH1 ? s->calls : 0;
    }
    for (size_t i = first; i < end; i++) {
        m->scopes[m->by_name[i]].calls_single = single;
        m->scopes[m->by_name[i]].calls_batch1 = batch1;
    }
}

bool model_scopes_settle(struct model *model)
{
    calls_merge(model);
    if (!names_sort(model))
        return false;
    for (size_t first = 0, end; first < model->n_scopes - 1; first = end) {
        end = model_name_end(model, first);
        const struct model_calls *single = single_call(model, first, end);
        for (size_t i = first; i < end; i++)
            scope_settle(model, &model->scopes[model->by_name[i]], single);
        calls_share(model, first, end);
    }
    return sites_find(model);
}
