/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOCOPY_ANALYZE_PRINT_H
#define NOCOPY_ANALYZE_PRINT_H

#include "renderer.h"

/* Print how many indicators are OK, and for each that is not what causes it, with its line. Returns
 * whether all are OK. */
bool analyze_print(const struct report *report, const struct render_options *options, FILE *out);

#endif
