/* SPDX-License-Identifier: Apache-2.0 */
/* peek PROFILE...: the sums of each, for people who debug the shim. */
#include <inttypes.h>
#include <stdio.h>

#include "peek.h"

static void print(const struct peek *p)
{
    const struct nc_header *h = p->header;
    const struct peek_sums s = peek_sums(p);
    uint64_t small, small_bytes;

    peek_small_copies(p, &small, &small_bytes);
    printf("flags %#x pid %d exit %d lost %" PRIu64 " foreign %" PRIu64 " threads %" PRIu64 "\n",
           h->flags, h->pid, h->exit_status, h->lost_events, peek_foreign_frees(p), h->threads);
    printf("allocations %" PRIu64 " bytes %" PRIu64 " frees %" PRIu64 " bytes %" PRIu64
           " temporary %" PRIu64 "\n",
           s.allocations, s.allocated_bytes, s.frees, s.freed_bytes, s.temporary);
    printf("leaked %" PRIu64 " bytes %" PRIu64 " peak %" PRIu64 " (sum %" PRIu64 ") blocks %" PRIu64
           " (sum %" PRIu64 ")\n",
           s.leaked_blocks, s.leaked_bytes, h->peak_bytes, s.peak_bytes, h->peak_blocks,
           s.peak_blocks);
    printf("moved %" PRIu64 " bytes %" PRIu64 " copies %" PRIu64 " bytes %" PRIu64 " small %" PRIu64
           " bytes %" PRIu64 " fills %" PRIu64 " mapped %" PRIu64 " bytes %" PRIu64 "\n",
           s.moved, s.moved_bytes, s.copies, s.copied_bytes, small, small_bytes, s.fills, s.mapped,
           s.mapped_bytes);
    printf("nodes %" PRIu64 " counts %" PRIu64 " modules %" PRIu64 " scopes %" PRIu64
           " calls %" PRIu64 " edges %" PRIu64 " buckets %" PRIu64 " histograms %" PRIu64
           " deepest %u unwound %" PRIu64 " checked %" PRIu64 " differences %" PRIu64 "\n",
           peek_count(p, NC_NODES), peek_count(p, NC_COUNTS), peek_count(p, NC_MODULES),
           peek_count(p, NC_SCOPES), peek_count(p, NC_CALLS), peek_count(p, NC_EDGES),
           peek_count(p, NC_TIMELINE), peek_count(p, NC_HISTOGRAMS), peek_deepest(p), h->unwound,
           h->checked, h->check_differences);
}

int main(int argc, char **argv)
{
    int failed = 0;

    for (int i = 1; i < argc; i++) {
        struct peek p;

        printf("%s:\n", argv[i]);
        if (peek_open(&p, argv[i]) < 0) {
            printf("no profile\n");
            failed = 1;
            continue;
        }
        print(&p);
        for (uint64_t k = 1; k < peek_count(&p, NC_CALLS); k++) {
            const struct nc_calls *c = peek_at(&p, NC_CALLS, k);
            const struct nc_scope *s = peek_at(&p, NC_SCOPES, c->scope);

            printf("  %s mode %u: calls %" PRIu64 " combos %" PRIu64 " allocations %" PRIu64
                   " bytes %" PRIu64 " temporary %" PRIu64 " retained %" PRIu64 " peak %" PRIu64
                   " copied %" PRIu64 "\n",
                   peek_string(&p, s->name), s->mode, c->calls, c->combos, c->allocations,
                   c->allocated_bytes, c->temporary_bytes, c->retained_bytes, c->peak_bytes,
                   c->copied_bytes);
        }
        peek_done(&p);
    }
    return failed;
}
