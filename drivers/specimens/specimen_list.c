/* SPDX-License-Identifier: Apache-2.0 */
#include "specimen.h"

#include SPECIMEN_NAMES /* made by the build: SPECIMENS(X) */

#define DECLARE(name) extern const struct specimen specimen_##name;
SPECIMENS(DECLARE)
#undef DECLARE

#define ENTRY(name) &specimen_##name,
const struct specimen *const specimen_list[] = {SPECIMENS(ENTRY) NULL};
#undef ENTRY
