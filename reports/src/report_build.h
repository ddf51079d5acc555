/* SPDX-License-Identifier: Apache-2.0 */
/* From a model and its findings to the report object; in parts, one table a function. */
#ifndef NOCOPY_REPORT_BUILD_H
#define NOCOPY_REPORT_BUILD_H

#include "findings.h"
#include "model.h"

/* What the parts share while a report is made. */
struct build {
    struct report *report;
    const struct model *model;
    const struct findings *findings;
    const struct report_options *options;
    uint32_t *scope_at; /* report scope of each model scope; REPORT_NONE for 0 */
    uint32_t *stack_at; /* report stack of each model node with counts */
};

/* Takes over the model's pool. 0 or -ENOMEM (then *ret is untouched). */
int report_build(struct report *ret, struct model *model, const struct findings *findings,
                 const struct report_options *options);

/* Parts; each returns false when memory is out. */
bool build_scopes(struct build *build);
/* Fills times_ns of scopes that build_scopes() made. */
bool build_times(struct build *build, struct report_scope *scopes);
bool build_stacks(struct build *build);
bool build_functions(struct build *build);
bool build_places(struct build *build);
bool build_flow(struct build *build);
bool build_efficiency(struct build *build);

/* The metrics of a node, needless bytes included. */
struct report_metrics build_metrics(const struct build *build, uint32_t node);

#endif
