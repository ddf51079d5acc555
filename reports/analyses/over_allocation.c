/* SPDX-License-Identifier: Apache-2.0 */
/* over-allocation: bytes of blocks that were never written, as the shim saw when they were freed or
 * the process ended: by pages, or by each eight bytes with --untouched=exact. */
#include "analysis.h"
#include "scaled.h"

#define LEAST 4096 /* bytes of a stack in all: less is not worth a line */

/* Blocks of one size of which only some could be judged: the others are no different. */
static bool one_size(const struct nc_counts *c)
{
    return c->allocations * c->largest_bytes == c->allocated_bytes;
}

static uint64_t of_all(const struct nc_counts *c, uint64_t bytes)
{
    if (!one_size(c) || c->untouched_looked >= c->allocated_bytes || c->untouched_looked == 0)
        return bytes;
    return scaled((double)bytes, (double)c->allocated_bytes, (double)c->untouched_looked);
}

/* Stacks of the same line and block size of which none could be judged: recycled memory. */
static void alike(const struct model *m, struct findings *f, uint32_t judged, bool doubtful)
{
    const struct nc_counts *c = model_counts(m, judged);
    const struct report_site at = model_site(m, judged);

    for (uint32_t i = 1; i < m->n_nodes && one_size(c); i++) {
        const struct nc_counts *x = model_counts(m, i);
        if (!m->nodes[i].counts || x->largest_bytes != c->largest_bytes || !one_size(x) ||
            x->untouched_looked != 0)
            continue;
        const struct report_site its = model_site(m, i);
        if (its.function != at.function || its.file != at.file || its.line != at.line)
            continue;
        claim(f, &(struct claim){.where = i,
                                 .scope = m->nodes[i].scope,
                                 .ledger = CLAIM_ALLOCATED,
                                 .bytes =
                                     scaled((double)c->untouched_bytes, (double)x->allocated_bytes,
                                            (double)c->untouched_looked),
                                 .count = x->allocations,
                                 .of = x->allocated_bytes,
                                 .doubtful = doubtful});
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
        const uint64_t bytes = of_all(c, c->untouched_bytes),
                       judged = of_all(c, c->untouched_looked);
        const uint64_t looked = judged > bytes ? judged : bytes;
        const bool doubtful = bytes * 20 < looked || !is_users(m, i);
        alike(m, f, i, doubtful);
        claim(f, &(struct claim){.where = i,
                                 .scope = m->nodes[i].scope,
                                 .ledger = CLAIM_ALLOCATED,
                                 .bytes = bytes,
                                 .count = c->untouched_blocks ? c->untouched_blocks : 1,
                                 .of = looked,
                                 /* A few per cent of a table is room to spare, not waste. */
                                 .doubtful = doubtful});
    }
    return 0;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], of[SHOW_SIZE], count[SHOW_SIZE], where[256];

    show_site(where, sizeof where, &c->where);
    snprintf(evidence, size, "%s of %s in %s block%s allocated at %s were never written.",
             show_bytes(bytes, c->bytes), show_bytes(of, c->of), show_count(count, c->count),
             c->count == 1 ? "" : "s", where);
    snprintf(advice, size, "allocate at %s only what is written", where);
    (void)m;
}

ANALYSIS(over_allocation) = {.kind = "over-allocation", .find = find, .tell = tell};
