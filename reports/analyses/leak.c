/* SPDX-License-Identifier: Apache-2.0 */
/* leak: blocks that were never freed. Inside a scope, more of them with every call or row, that is
 * proof; a block that a program keeps to its end may be meant to be kept. */
#include "analysis.h"

#include <string.h>

#define LEAST 1024 /* bytes of a stack in all */

/* Outside scopes nothing tells a leak from what is meant to last, or from what a language's
 * run-time keeps. */
static bool doubtful(const struct model *m, uint32_t node, uint64_t blocks)
{
    const struct model_scope *s = &m->scopes[m->nodes[node].scope];

    return m->nodes[node].scope == 0 || (blocks < 2 && s->calls < 2);
}

/* libc frees the buffers of its own streams when nobody can see it any more. */
static bool is_stream_buffer(const struct model *m, uint32_t node)
{
    for (struct model_walk w = model_walk(m, node); model_next(m, &w);)
        if (w.frame->owner == OWNER_USER)
            return false;
        else if (strstr(w.frame->function, "_IO_file_doallocate") != NULL)
            return true;
    return false;
}

static int find(const struct model *m, struct findings *f)
{
    /* Cut off, everything that lived then would look leaked. */
    if (!m->run.complete)
        return 0;
    for (uint32_t i = 1; i < m->n_nodes; i++) {
        const struct nc_counts *c = model_counts(m, i);
        if (!m->nodes[i].counts || c->allocations <= c->frees ||
            c->allocated_bytes < c->freed_bytes + LEAST ||
            model_user_frame(m, i)->owner != OWNER_USER || /* a run-time's own, at its start */
            is_stream_buffer(m, i))
            continue;
        claim(f, &(struct claim){.where = i,
                                 .scope = m->nodes[i].scope,
                                 .ledger = CLAIM_LEAKED,
                                 .bytes = c->allocated_bytes - c->freed_bytes,
                                 .count = c->allocations - c->frees,
                                 .of = c->allocations,
                                 .doubtful = doubtful(m, i, c->allocations - c->frees)});
    }
    return 0;
}

static void tell(const struct model *m, const struct claims *c, char *evidence, char *advice,
                 size_t size)
{
    char bytes[SHOW_SIZE], count[SHOW_SIZE], of[SHOW_SIZE], where[256];

    show_site(where, sizeof where, &c->where);
    snprintf(evidence, size, "%s in %s of %s blocks allocated at %s were never freed.",
             show_bytes(bytes, c->bytes), show_count(count, c->count), show_count(of, c->of),
             where);
    if (c->doubtful)
        snprintf(advice, size, "free the block from %s, unless it is meant to last until the end",
                 where);
    else
        snprintf(advice, size, "free each block from %s when its last user is done", where);
    (void)m;
}

ANALYSIS(leak) = {.kind = "leak", .find = find, .tell = tell};
