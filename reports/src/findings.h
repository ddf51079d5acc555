/* SPDX-License-Identifier: Apache-2.0 */
/* Runs all analyses over a model and keeps the ledger: a byte is charged once. */
#ifndef NOCOPY_FINDINGS_H
#define NOCOPY_FINDINGS_H

#include "analysis.h"

/* A finding before its stacks have places in a report. */
struct found {
    struct report_finding f; /* stacks not set */
    const uint32_t *nodes;   /* of the model, heaviest claim first */
    size_t n_nodes;
    bool doubtful;
};

struct findings {
    const struct model *model;
    uint64_t *charged[CLAIM_LEDGERS]; /* by ledger and node */
    uint64_t *needless;               /* by node: what is proven, leaks aside */
    uint64_t *scope_bytes;            /* by scope: what the scopes of its name took; 0: the run */
    struct found *found;
    size_t n_found, room;
    struct gather *gather; /* claims of the analysis at work */
    bool doubting;         /* second pass: what is proven has been charged, now the rest */
};

/* Every analysis of the list. 0 or -ENOMEM. */
int findings_find(struct findings *ret, const struct model *model);
void findings_done(struct findings *findings);

/* Bytes of a node that are proven needless; what is only likely is told but not summed. */
uint64_t findings_needless(const struct findings *findings, uint32_t node);

#endif
