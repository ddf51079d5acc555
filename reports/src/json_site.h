/* SPDX-License-Identifier: Apache-2.0 */
/* Pieces that the JSON of a report and of a diff share. */
#ifndef NOCOPY_JSON_SITE_H
#define NOCOPY_JSON_SITE_H

#include "json_text.h"
#include "report.h"

/* {"function", "file" (absent where unknown), "line"}. */
json_t *json_site(const struct report_site *site);
/* null where there is none. */
json_t *json_optional_site(const struct report_site *site);
json_t *json_finding(const struct report_finding *finding);
json_t *json_efficiency(const struct report_efficiency *row);
json_t *json_number(bool known, double x); /* null where not known */

#endif
