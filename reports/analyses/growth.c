/* SPDX-License-Identifier: Apache-2.0 */
/* growth: a block that grew by moving, again and again: realloc that could not grow in place, or a
 * new block of the same line, a copy, and the old one freed. Bytes are those that were moved. */
#include "analysis.h"

#define AGAIN 2 /* moves a call: once is no habit */

static bool often(const struct model *m, uint32_t scope, uint64_t moves)
{
    const uint64_t calls = m->scopes[scope].calls;

    return moves >= AGAIN * (calls ? calls : 1);
}

static int find(const struct model *m, struct findings *f)
{
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        const struct nc_counts *c = model_counts(m, i);
        const uint32_t scope = m->nodes[i].scope;
        if (!m->nodes[i].counts || c->moved == 0 || !often(m, scope, c->moved))
            continue;
        claim(f, &(struct claim){.where = i,
                                 .scope = scope,
                                 .ledger = CLAIM_COPIED,
                                 .bytes = c->moved_bytes,
                                 .count = c->moved,
                                 .of = c->largest_bytes});
    }
    for (size_t i = 1; i < m->n_edges; i++) {
        const struct model_edge *e = &m->edges[i];
        if (e->freed_bytes == 0 || !claim_is_growth(m, e->source, e->destination) ||
            !often(m, e->scope, e->freed_copies))
            continue;
        claim(f, &(struct claim){.where = e->source,
                                 .copied = e->copy,
                                 .source = e->source,
                                 .scope = e->scope,
                                 .ledger = CLAIM_ALLOCATED,
                                 .bytes = e->freed_bytes,
                                 .count = e->freed_copies,
                                 .of = model_counts(m, e->source)->largest_bytes});
    }
    return 0;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], count[SHOW_SIZE], where[256];

    show_site(where, sizeof where, &c->where);
    snprintf(evidence, size, "%s were moved in %s moves as the block from %s grew.",
             show_bytes(bytes, c->bytes), show_count(count, c->count), where);
    snprintf(advice, size,
             "reserve the final size before the loop that grows the block at %s, or grow it by a "
             "factor",
             where);
    (void)m;
}

ANALYSIS(growth) = {.kind = "growth", .find = find, .tell = tell};
