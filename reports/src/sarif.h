/* SPDX-License-Identifier: Apache-2.0 */
/* What a report's findings and the gate's violations share as SARIF 2.1.0 files: all around the
 * list of results, and places in the source. */
#ifndef NOCOPY_SARIF_H
#define NOCOPY_SARIF_H

#include "json_text.h"

struct report_site;

/* A rule, for the list that sarif_begin() takes. Null when memory is out, as all of these. */
json_t *sarif_rule(const char *id, const char *description);

/* A location; without a function or a file it says so by leaving that part out. `message`: what is
 * there, or null. */
json_t *sarif_location(const struct report_site *s, const char *message);

/* Between the two the results are put, one json_put() each. `rules` is taken over. A result's
 * ruleIndex counts from 0 in it. */
void sarif_begin(struct json_out *out, json_t *rules);
void sarif_end(struct json_out *out);

#endif
