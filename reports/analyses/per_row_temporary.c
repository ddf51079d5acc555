/* SPDX-License-Identifier: Apache-2.0 */
/* per-row-temporary: a batch call makes a block for a row and frees it, and again for the next. */
#include "analysis.h"
#include "rows.h"

#include <errno.h>

static void charge(struct findings *f, const struct model *m, uint32_t node)
{
    const struct nc_counts *c = model_counts(m, node);
    const uint64_t charged = c->allocated_bytes - claim_left(f, node, CLAIM_ALLOCATED);

    /* A crumb that a stronger proof left is no news. */
    if (c->call_freed_bytes <= charged ||
        (c->call_freed_bytes - charged) * 10 < c->call_freed_bytes)
        return;
    claim(f, &(struct claim){.where = node,
                             .scope = m->nodes[node].scope,
                             .ledger = CLAIM_ALLOCATED,
                             .bytes = c->call_freed_bytes - charged,
                             .count = c->call_frees,
                             .of = m->scopes[m->nodes[node].scope].rows});
}

struct again {
    const struct model *model;
    struct findings *findings;
};

static void charge_batch1(uint32_t node, void *context)
{
    const struct again *a = context;

    charge(a->findings, a->model, node);
}

static int find(const struct model *m, struct findings *f)
{
    struct rows rows;
    struct again again = {m, f};

    if (rows_init(&rows, m) < 0)
        return -ENOMEM;
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        if (!m->nodes[i].counts || rows_habit(&rows, i) != ROWS_TEMPORARY ||
            model_counts(m, i)->moved > 0) /* a realloc's old block: that is growth */
            continue;
        charge(f, m, i);
        rows_batch1(&rows, i, charge_batch1, &again); /* the same block, its only row */
    }
    rows_done(&rows);
    return 0;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], count[SHOW_SIZE], rows[SHOW_SIZE], where[256];

    show_site(where, sizeof where, &c->where);
    snprintf(evidence, size,
             "%s in %s block%s allocated at %s and freed inside the batch call, over %s "
             "combination%s.",
             show_bytes(bytes, c->bytes), show_count(count, c->count), c->count == 1 ? "" : "s",
             where, show_count(rows, c->of), c->of == 1 ? "" : "s");
    snprintf(advice, size, "allocate the block of %s once, before the loop over combinations",
             where);
    (void)m;
}

ANALYSIS(per_row_temporary) = {.kind = "per-row-temporary", .find = find, .tell = tell};
