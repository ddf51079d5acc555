/* SPDX-License-Identifier: Apache-2.0 */
/* copy-then-free: a block was copied and then freed, unread as far as can be seen: what it held
 * could have been written where it ended up. Seen by hooks, or by content where no call copies. */
#include "analysis.h"

#include <errno.h>
#include <stdlib.h>

#define LEAST 1024      /* bytes of an edge: less is not worth a line */
enum { MOST_HOPS = 8 }; /* of a chain of copies: a cycle ends, too */

/* What content has proven: hooks saw the same copies, and must not add them. */
static void find_proven(const struct model *m, struct findings *f, uint64_t *bytes, uint64_t *pairs)
{
    for (size_t i = 1; i < m->n_matches; i++) {
        const struct model_match *e = &m->matches[i];
        if ((e->flags & NC_MATCH_SOURCE_LIVED) && e->copy) { /* the copy was the needless one */
            bytes[e->source] += e->bytes;
            pairs[e->source] += e->pairs;
        }
        if (!(e->flags & NC_MATCH_SOURCE_FREED) || (e->flags & NC_MATCH_COMPUTED) ||
            claim_is_growth(m, e->source, e->destination))
            continue;
        bytes[e->source] += e->bytes;
        pairs[e->source] += e->pairs;
        claim(f,
              &(struct claim){.where = e->source,
                              .copied = e->copy,
                              .source = e->source,
                              .scope = e->scope,
                              .ledger = CLAIM_ALLOCATED,
                              .bytes = e->bytes,
                              .count = e->pairs,
                              .doubtful = (e->flags & (NC_MATCH_REUSED | NC_MATCH_UNSURE)) != 0});
    }
}

/* What only hooks saw: all of it where content was not looked at, else what the budget left out. */
static void find_hooked(const struct model *m, struct findings *f, uint64_t *bytes, uint64_t *pairs)
{
    for (size_t i = 1; i < m->n_edges; i++) {
        const struct model_edge *e = &m->edges[i];
        if (e->freed_bytes == 0 || claim_is_growth(m, e->source, e->destination))
            continue;
        const uint64_t known =
            bytes[e->source] < e->freed_bytes ? bytes[e->source] : e->freed_bytes;
        const uint64_t counted =
            pairs[e->source] < e->freed_copies ? pairs[e->source] : e->freed_copies;
        bytes[e->source] -= known;
        pairs[e->source] -= counted;
        if (e->freed_bytes - known < LEAST)
            continue;
        claim(f, &(struct claim){.where = e->source,
                                 .copied = e->copy,
                                 .source = e->source,
                                 .scope = e->scope,
                                 .ledger = CLAIM_ALLOCATED,
                                 .bytes = e->freed_bytes - known,
                                 .count = e->freed_copies - counted});
    }
}

static int find(const struct model *m, struct findings *f)
{
    uint64_t *bytes = calloc(m->n_nodes, sizeof *bytes);
    uint64_t *pairs = calloc(m->n_nodes, sizeof *pairs);
    const bool good = bytes && pairs;

    if (good) {
        find_proven(m, f, bytes, pairs);
        find_hooked(m, f, bytes, pairs);
    }
    free(bytes);
    free(pairs);
    return good ? 0 : -ENOMEM;
}

/* Where the bytes of a stack's blocks went: the heaviest copy out of them. */
static uint32_t destination(const struct model *m, uint32_t from, bool freed)
{
    uint64_t most = 0;
    uint32_t node = 0;

    for (size_t i = 1; i < m->n_edges; i++)
        if (m->edges[i].source == from && m->edges[i].destination && m->edges[i].bytes > most &&
            (!freed || m->edges[i].freed_bytes * 2 > m->edges[i].bytes)) {
            most = m->edges[i].bytes;
            node = m->edges[i].destination;
        }
    for (size_t i = 1; i < m->n_matches; i++)
        if (m->matches[i].source == from && m->matches[i].destination &&
            (m->matches[i].flags & NC_MATCH_SOURCE_FREED) && m->matches[i].bytes > most) {
            most = m->matches[i].bytes;
            node = m->matches[i].destination;
        }
    return node;
}

/* A copy that is copied on and freed, too: where the bytes stay in the end. */
static uint32_t destination_in_the_end(const struct model *m, uint32_t first)
{
    uint32_t ret = first;

    for (unsigned hops = 0; hops < MOST_HOPS; hops++) {
        const uint32_t next = destination(m, ret, true);
        if (next == 0 || next == ret || next == first)
            break;
        ret = next;
    }
    return ret;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], count[SHOW_SIZE], where[256], to[256], copied[256], last[256];
    const uint32_t next = destination(m, c->where_node, false),
                   end = destination_in_the_end(m, next);
    const struct report_site target = model_site(m, next), final = model_site(m, end);

    show_bytes(bytes, c->bytes);
    show_count(count, c->count);
    show_site(where, sizeof where, &c->where);
    if (target.function[0])
        show_site(to, sizeof to, &target);
    else
        snprintf(to, sizeof to, "memory that is no block");
    if (end != next)
        show_site(last, sizeof last, &final);
    else
        snprintf(last, sizeof last, "%s", to);
    if (c->copied.function[0])
        show_site(copied, sizeof copied, &c->copied);
    else
        snprintf(copied, sizeof copied, "a loop that no call shows");
    snprintf(evidence, size, "%s%s allocated at %s %s copied into %s%s%s by %s (%s time%s) and %s.",
             c->doubtful ? "Likely: " : "", bytes, where, c->count == 1 ? "was" : "were", to,
             end != next ? ", from where it goes on to " : "", end != next ? last : "", copied,
             count, c->count == 1 ? "" : "s",
             c->doubtful ? "freed or written anew afterwards"
                         : "freed afterwards, unread as far as can be seen");
    snprintf(advice, size,
             "write straight into %s instead of into the block from %s, and drop the cop%s", last,
             where, end != next ? "ies" : "y");
}

ANALYSIS(copy_then_free) = {.kind = "copy-then-free", .find = find, .tell = tell};
