/* SPDX-License-Identifier: Apache-2.0 */
#include "rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SMALL_STATE 256 /* bytes a row that nobody should mind (CONTRACT) */

/* Strings are interned: their addresses order as well as any. */
struct rows_site {
    const char *scope, *function, *file;
    uint32_t line;
    enum report_phase phase;
    uint32_t node;
};

static int compare_keys(const struct rows_site *x, const struct rows_site *y)
{
    const uintptr_t keys[][2] = {
        {(uintptr_t)x->scope, (uintptr_t)y->scope},
        {(uintptr_t)x->function, (uintptr_t)y->function},
        {(uintptr_t)x->file, (uintptr_t)y->file},
        {x->line, y->line},
        {x->phase, y->phase},
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i][0] != keys[i][1])
            return keys[i][0] < keys[i][1] ? -1 : 1;
    return 0;
}

static int by_key(const void *a, const void *b)
{
    const struct rows_site *x = a, *y = b;
    const int r = compare_keys(x, y);

    return r ? r : x->node < y->node ? -1 : x->node > y->node;
}

static struct rows_site key_of(const struct model *m, uint32_t node, enum report_phase phase)
{
    const struct report_site at = model_site(m, node);

    return (struct rows_site){
        m->scopes[m->nodes[node].scope].name, at.function, at.file, at.line, phase, node};
}

int rows_init(struct rows *ret, const struct model *model)
{
    struct rows_site *sites = calloc(model->n_counts, sizeof *sites);
    size_t n = 0;

    if (!sites)
        return -ENOMEM;
    for (size_t i = 1; i < model->n_counts; i++) {
        const uint32_t node = model->counts[i].c.node, scope = model->nodes[node].scope;
        if (scope && model->scopes[scope].phase != PHASE_BATCH)
            sites[n++] = key_of(model, node, model->scopes[scope].phase);
    }
    qsort(sites, n, sizeof *sites, by_key);
    *ret = (struct rows){model, sites, n};
    return 0;
}

void rows_done(struct rows *rows)
{
    free(rows->sites);
    *rows = (struct rows){0};
}

static size_t first_of(const struct rows *rows, const struct rows_site *key)
{
    size_t low = 0, high = rows->n;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (compare_keys(&rows->sites[mid], key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static bool bytes_in(const struct rows *rows, uint32_t node, enum report_phase phase,
                     uint64_t *ret_bytes)
{
    const struct rows_site key = key_of(rows->model, node, phase);
    const struct model_scope *s = &rows->model->scopes[rows->model->nodes[node].scope];
    const uint64_t calls = phase == PHASE_BATCH1 ? s->calls_batch1 : s->calls_single;
    uint64_t bytes = 0;

    if (calls == 0)
        return false;
    for (size_t i = first_of(rows, &key); i < rows->n && compare_keys(&rows->sites[i], &key) == 0;
         i++)
        bytes += model_counts(rows->model, rows->sites[i].node)->call_freed_bytes;
    *ret_bytes = bytes / calls;
    return true;
}

bool rows_of_one(const struct rows *rows, uint32_t node, uint64_t *ret_bytes)
{
    return bytes_in(rows, node, PHASE_BATCH1, ret_bytes) ||
           bytes_in(rows, node, PHASE_SINGLE, ret_bytes);
}

/* One block a call, or a few, that are larger the more combinations there are. */
static bool grows(const struct rows *rows, uint32_t node, uint64_t bytes, uint64_t combos)
{
    uint64_t one;

    if (!rows_of_one(rows, node, &one))
        return false;
    const uint64_t step = one / 4 > SMALL_STATE ? one / 4 : SMALL_STATE;
    return bytes >= one + (combos - 1) * step;
}

enum rows_habit rows_habit(const struct rows *rows, uint32_t node)
{
    const struct model *m = rows->model;
    const struct model_scope *s = &m->scopes[m->nodes[node].scope];
    const struct nc_counts *c = model_counts(m, node);

    if (s->phase != PHASE_BATCH || s->calls == 0 || s->rows < 2 * s->calls ||
        c->call_freed_bytes <= SMALL_STATE * s->rows || c->moved > 0) /* that one grows */
        return ROWS_NONE;
    const uint64_t bytes = c->call_freed_bytes / s->calls;
    /* Once a row; some rows may do without (a threshold on the parameter). */
    if (c->call_frees >= 2 * s->calls && c->call_frees * 4 >= s->rows)
        return c->most_bytes * 2 <= bytes ? ROWS_TEMPORARY : ROWS_RETAINED;
    return grows(rows, node, bytes, s->rows / s->calls) ? ROWS_RETAINED : ROWS_NONE;
}

void rows_batch1(const struct rows *rows, uint32_t node,
                 void (*each)(uint32_t batch1, void *context), void *context)
{
    const struct rows_site key = key_of(rows->model, node, PHASE_BATCH1);

    for (size_t i = first_of(rows, &key); i < rows->n && compare_keys(&rows->sites[i], &key) == 0;
         i++)
        each(rows->sites[i].node, context);
}
