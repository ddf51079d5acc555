/* SPDX-License-Identifier: Apache-2.0 */
/* retained-scratch: a batch call keeps blocks until it returns that it does not hand out, and more
 * of them the more combinations it has. What one row takes is needed; the rest is not. */
#include "analysis.h"
#include "rows.h"

#include <errno.h>

static int find(const struct model *m, struct findings *f)
{
    struct rows rows;

    if (rows_init(&rows, m) < 0)
        return -ENOMEM;
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        const struct model_scope *s = &m->scopes[m->nodes[i].scope];
        const struct nc_counts *c = model_counts(m, i);
        uint64_t one;
        if (!m->nodes[i].counts || rows_habit(&rows, i) != ROWS_RETAINED ||
            claim_left(f, i, CLAIM_ALLOCATED) * 2 < c->allocated_bytes) /* explained already */
            continue;
        const uint64_t row = c->call_freed_bytes / s->rows;
        if (!rows_of_one(&rows, i, &one) || one < row)
            one = row;
        /* Others have charged freed blocks first; a crumb that they left is no news. */
        const uint64_t charged = c->allocated_bytes - claim_left(f, i, CLAIM_ALLOCATED);
        const uint64_t needed = one * s->calls;
        const uint64_t more = c->call_freed_bytes > charged ? c->call_freed_bytes - charged : 0;
        if (more > needed && (more - needed) * 10 > c->call_freed_bytes)
            claim(f, &(struct claim){.where = i,
                                     .scope = m->nodes[i].scope,
                                     .ledger = CLAIM_ALLOCATED,
                                     .bytes = more - needed,
                                     .count = c->call_frees,
                                     .of = s->rows});
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
             "%s in %s block%s allocated at %s lived until the batch call returned and %s not "
             "handed out, over %s combinations; one row's worth would do.",
             show_bytes(bytes, c->bytes), show_count(count, c->count), c->count == 1 ? "" : "s",
             where, c->count == 1 ? "was" : "were", show_count(rows, c->of));
    snprintf(advice, size, "let one block at %s serve row after row", where);
    (void)m;
}

ANALYSIS(retained_scratch) = {.kind = "retained-scratch", .find = find, .tell = tell};
