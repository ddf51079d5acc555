/* SPDX-License-Identifier: Apache-2.0 */
/* A kind of finding is one file in analyses/ that ends in one ANALYSIS(name) descriptor, and a line
 * in reports/meson.build. The order of that list is the order of proof: what an earlier analysis
 * has charged a later one cannot charge again. */
#ifndef NOCOPY_ANALYSIS_H
#define NOCOPY_ANALYSIS_H

#include "model.h"
#include "show.h"

struct findings; /* the run at hand: findings.h makes and reads it */

/* What a byte is charged against: it was allocated there, moved by a copy there, or never freed
 * (which is not needless: it may only be freed too late). */
enum claim_ledger { CLAIM_ALLOCATED, CLAIM_COPIED, CLAIM_LEAKED, CLAIM_LEDGERS };

/* One instance, or all like it on one stack. Nodes are of the model, 0 where there is none. */
struct claim {
    uint32_t where;  /* stack of the block that would go; never 0 */
    uint32_t copied; /* stack of the copy that a hook saw */
    uint32_t source; /* stack of the original */
    uint32_t scope;  /* scopes[] */
    enum claim_ledger ledger;
    uint64_t bytes; /* needless ones only; cut to what is left on the ledger of `where` */
    uint64_t count; /* instances */
    uint64_t of;    /* for the sentence: bytes that `bytes` are a part of */
    bool doubtful;  /* cannot be told from purpose: severity stays low */
};

/* Claims that people would call one thing: same kind, scope, mode, and line of the block that would
 * go; what is proven apart from what is likely. The other two sites are those of the heaviest
 * claim. */
struct claims {
    const char *scope; /* name, "" outside */
    enum report_mode mode;
    bool has_mode;
    struct report_site where, copied, source;
    uint32_t where_node, copied_node, source_node, scope_index; /* of the heaviest claim */
    uint64_t bytes, count, of;
    bool mixed; /* other claims have other sources */
    bool doubtful;
};

struct analysis {
    const char *kind; /* CONTRACT's word */

    /* Look at the model and claim(). Returns 0 or -ENOMEM. */
    int (*find)(const struct model *model, struct findings *findings);

    /* One sentence of evidence with the numbers, one of advice that says what to change, where. */
    void (*tell)(const struct model *model, const struct claims *claims, char *evidence,
                 char *advice, size_t size);
};

#define ANALYSIS(name)                                                                             \
    extern const struct analysis analysis_##name;                                                  \
    const struct analysis analysis_##name

/* Charge. What the ledger has no room for is dropped; returns the bytes that were charged. */
uint64_t claim(struct findings *findings, const struct claim *claim);
/* A new block of the same line and another size than `source`: copying one into the other is
 * growing. */
bool claim_is_growth(const struct model *model, uint32_t source, uint32_t destination);
/* Bytes of that ledger at a node that nobody has claimed yet. */
uint64_t claim_left(const struct findings *findings, uint32_t node, enum claim_ledger ledger);

#endif
