/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOCOPY_JSON_DIFF_H
#define NOCOPY_JSON_DIFF_H

#include "renderer.h"

/* The JSON form of a diff: {"format": "nocopy-diff", "version": 1, ...}. */
int json_diff(const struct diff *diff, const struct render_options *options, FILE *file);

#endif
