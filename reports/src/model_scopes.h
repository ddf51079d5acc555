/* SPDX-License-Identifier: Apache-2.0 */
/* Part of model_finish(): what calls of a scope had in common. */
#ifndef NOCOPY_MODEL_SCOPES_H
#define NOCOPY_MODEL_SCOPES_H

#include "model.h"

/* Sort and merge calls; find payload, combinations, phase and site of each scope. */
bool model_scopes_settle(struct model *model);

/* End of the group of by_name that begins at `first`. */
size_t model_name_end(const struct model *model, size_t first);

/* The shape that most calls of `scope` had (the larger where two are as common), of those with
 * `combos` combinations (0: any). Null when there is none. */
const struct model_calls *model_usual_call(const struct model *model, uint32_t scope,
                                           uint64_t combos);

#endif
