/* SPDX-License-Identifier: Apache-2.0 */
/* duplicate-content: blocks came to hold the same bytes without a copy from one to the other, so
 * the same work was done again. All but the first count. */
#include "analysis.h"

static int find(const struct model *m, struct findings *f)
{
    for (size_t i = 1; i < m->n_matches; i++) {
        const struct model_match *e = &m->matches[i];
        if (!(e->flags & NC_MATCH_COMPUTED))
            continue;
        /* Which was filled first cannot be told: the line that allocated first is the first. */
        const bool swap = e->source > e->destination && e->source && e->destination;
        claim(f, &(struct claim){.where = swap ? e->source : e->destination,
                                 .source = swap ? e->destination : e->source,
                                 .scope = e->scope,
                                 .ledger = CLAIM_ALLOCATED,
                                 .bytes = e->bytes,
                                 .count = e->pairs,
                                 /* Results may be equal because the caller asked twice. */
                                 .doubtful = (e->flags & NC_MATCH_RETAINED) != 0});
    }
    return 0;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], count[SHOW_SIZE], where[256], source[256];
    const bool again = c->where.line == c->source.line && c->where.function == c->source.function;

    show_bytes(bytes, c->bytes);
    show_count(count, c->count);
    show_site(where, sizeof where, &c->where);
    show_site(source, sizeof source, &c->source);
    snprintf(evidence, size,
             "%s%s in %s block%s allocated at %s came to hold the same bytes as %s%s, and nothing "
             "was copied between them.",
             c->doubtful ? "Likely: " : "", bytes, count, c->count == 1 ? "" : "s", where,
             again ? "an earlier one from " : "the one from ", again ? "there" : source);
    if (again)
        snprintf(advice, size, "fill the block allocated at %s once, before the loop, and share it",
                 where);
    else
        snprintf(advice, size,
                 "use the block allocated at %s again instead of filling another at %s", source,
                 where);
    (void)m;
}

ANALYSIS(duplicate_content) = {.kind = "duplicate-content", .find = find, .tell = tell};
