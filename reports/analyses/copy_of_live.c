/* SPDX-License-Identifier: Apache-2.0 */
/* copy-of-live: a block held what an older block held, and that one stood unchanged as long as the
 * copy was used: a view would have served. Proven by content, or by a hook that saw the copy and
 * both blocks to the end. */
#include "analysis.h"

enum { MOST_HOPS = 8 }; /* of a chain of copies: a cycle ends, too */

static int find(const struct model *m, struct findings *f)
{
    for (size_t i = 1; i < m->n_matches; i++) {
        const struct model_match *e = &m->matches[i];
        if (!(e->flags & NC_MATCH_SOURCE_LIVED) || (e->flags & NC_MATCH_COMPUTED))
            continue;
        claim(f, &(struct claim){.where = e->destination,
                                 .copied = e->copy,
                                 .source = e->source,
                                 .scope = e->scope,
                                 .ledger = CLAIM_ALLOCATED,
                                 .bytes = e->bytes,
                                 .count = e->pairs,
                                 .doubtful = model_match_doubtful(e)});
    }
    for (size_t i = 1; i < m->n_edges; i++) {
        const struct model_edge *e = &m->edges[i];
        if (e->live_bytes > 0)
            claim(f, &(struct claim){.where = e->destination,
                                     .copied = e->copy,
                                     .source = e->source,
                                     .scope = e->scope,
                                     .ledger = CLAIM_ALLOCATED,
                                     .bytes = e->live_bytes,
                                     .count = e->live_copies});
    }
    return 0;
}

/* A copy of a copy: where the bytes come from in the end. 0: `source` is no copy itself. */
static uint32_t origin(const struct model *m, uint32_t source)
{
    uint32_t ret = 0;

    for (unsigned hops = 0; source != 0 && hops < MOST_HOPS; hops++) {
        uint32_t from = 0;
        uint64_t most = 0;

        for (size_t i = 1; i < m->n_matches; i++) {
            const struct model_match *e = &m->matches[i];
            if (e->destination == source && e->source != source && e->bytes > most &&
                (e->flags & NC_MATCH_SOURCE_LIVED) && !(e->flags & NC_MATCH_COMPUTED)) {
                most = e->bytes;
                from = e->source;
            }
        }
        if (from == 0 || from == ret)
            break;
        ret = source = from;
    }
    return ret;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], count[SHOW_SIZE], where[256], source[256], copied[256], first[256] = "";
    const uint32_t from = origin(m, c->source_node);
    const struct report_site of = model_site(m, from);

    show_bytes(bytes, c->bytes);
    show_count(count, c->count);
    show_site(where, sizeof where, &c->where);
    if (c->source.function[0])
        show_site(source, sizeof source, &c->source);
    else
        snprintf(source, sizeof source, "memory that is no block");
    if (from != 0)
        show_site(first, sizeof first, &of);
    snprintf(evidence, size,
             "%s%s in %s block%s allocated at %s held the same bytes as %s%s%s%s%s, which lived on "
             "unchanged%s%s.",
             c->doubtful ? "Likely: " : "", bytes, count, c->count == 1 ? "" : "s", where, source,
             from ? " (itself a copy of " : "", first, from ? ")" : "",
             c->mixed ? " and others" : "", c->copied.function[0] ? "; copied at " : "",
             c->copied.function[0] ? show_site(copied, sizeof copied, &c->copied) : "");
    snprintf(advice, size, "read from %s directly and drop the block allocated at %s",
             from ? first : source, where);
}

ANALYSIS(copy_of_live) = {.kind = "copy-of-live", .find = find, .tell = tell};
