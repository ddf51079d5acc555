/* SPDX-License-Identifier: Apache-2.0 */
/* over-allocation: bytes of blocks that were never written, as the shim saw when they were freed or
 * the process ended: by pages, or by each eight bytes with --untouched=exact. */
#include "analysis.h"
#include "scaled.h"

#define LEAST 4096 /* bytes of a stack in all: less is not worth a line */

/* Blocks of one line and one size are likely no different from those of them that could be judged.
 */
static void claim_unjudged(const struct model *m, struct findings *f, uint32_t node,
                           const struct nc_counts *judged)
{
    const struct nc_counts *c = model_counts(m, node);
    const uint64_t left =
        c->allocated_bytes > c->untouched_looked ? c->allocated_bytes - c->untouched_looked : 0;

    if (left == 0 || left < c->largest_bytes || c->largest_bytes == 0) /* not one block is left */
        return;
    claim(f, &(struct claim){.where = node,
                             .scope = m->nodes[node].scope,
                             .ledger = CLAIM_ALLOCATED,
                             .bytes = scaled((double)judged->untouched_bytes, (double)left,
                                             (double)judged->untouched_looked),
                             .count = left / c->largest_bytes,
                             .of = left,
                             .doubtful = true});
}

static bool one_size(const struct nc_counts *c)
{
    return c->allocations * c->largest_bytes == c->allocated_bytes;
}

/* Of its own stack, and of stacks of the same line of which none was judged. */
static void alike(const struct model *m, struct findings *f, uint32_t judged)
{
    const struct nc_counts *c = model_counts(m, judged);
    const struct report_site at = model_site(m, judged);

    if (!one_size(c) || c->untouched_looked == 0)
        return;
    claim_unjudged(m, f, judged, c);
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        const struct nc_counts *x = model_counts(m, i);
        if (!m->nodes[i].counts || x->largest_bytes != c->largest_bytes || !one_size(x) ||
            x->untouched_looked != 0)
            continue;
        const struct report_site its = model_site(m, i);
        if (its.function == at.function && its.file == at.file && its.line == at.line)
            claim_unjudged(m, f, i, c);
    }
}

static bool is_users(const struct model *m, uint32_t node)
{
    return model_user_frame(m, node)->owner == OWNER_USER;
}

static int find(const struct model *m, struct findings *f)
{
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        const struct nc_counts *c = model_counts(m, i);
        if (!m->nodes[i].counts || c->untouched_bytes < LEAST)
            continue;
        const uint64_t looked =
            c->untouched_looked > c->untouched_bytes ? c->untouched_looked : c->untouched_bytes;
        alike(m, f, i);
        claim(f, &(struct claim){.where = i,
                                 .scope = m->nodes[i].scope,
                                 .ledger = CLAIM_ALLOCATED,
                                 .bytes = c->untouched_bytes,
                                 .count = c->untouched_blocks ? c->untouched_blocks : 1,
                                 .of = looked,
                                 /* A few per cent of a table is room to spare, not waste. */
                                 .doubtful = c->untouched_bytes * 20 < looked || !is_users(m, i)});
    }
    return 0;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], of[SHOW_SIZE], count[SHOW_SIZE], where[256];

    show_site(where, sizeof where, &c->where);
    snprintf(evidence, size, "%s%s of %s in %s block%s allocated at %s were never written.",
             c->doubtful ? "Likely: " : "", show_bytes(bytes, c->bytes), show_bytes(of, c->of),
             show_count(count, c->count), c->count == 1 ? "" : "s", where);
    snprintf(advice, size, "allocate at %s only what is written", where);
    (void)m;
}

ANALYSIS(over_allocation) = {.kind = "over-allocation", .find = find, .tell = tell};
