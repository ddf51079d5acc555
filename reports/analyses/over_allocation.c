/* SPDX-License-Identifier: Apache-2.0 */
/* over-allocation: bytes of blocks that were never written, as the shim saw when they were freed or
 * the process ended: by pages, or by each eight bytes with --untouched=exact. */
#include "analysis.h"

#define LEAST 4096 /* bytes of a stack in all: less is not worth a line */

static int find(const struct model *m, struct findings *f)
{
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        const struct nc_counts *c = model_counts(m, i);
        if (!m->nodes[i].counts || c->untouched_bytes < LEAST)
            continue;
        const uint64_t looked =
            c->untouched_looked > c->untouched_bytes ? c->untouched_looked : c->untouched_bytes;
        claim(f, &(struct claim){.where = i,
                                 .scope = m->nodes[i].scope,
                                 .ledger = CLAIM_ALLOCATED,
                                 .bytes = c->untouched_bytes,
                                 .count = c->untouched_blocks ? c->untouched_blocks : 1,
                                 .of = looked,
                                 /* A few per cent of a table is room to spare, not waste. */
                                 .doubtful = c->untouched_bytes * 20 < looked});
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
