/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of reports share. */
#ifndef NOCOPY_TEST_SUPPORT_H
#define NOCOPY_TEST_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "profile_builder.h"
#include "renderer.h"

/* A report of what was built; fails the test when there is none. Takes the builder's memory. */
struct report report_of(struct builder *b);

/* What a format makes of it, to be freed. */
char *rendered(const char *format, const struct report *report,
               const struct render_options *options);
char *rendered_diff(const char *format, const struct diff *diff,
                    const struct render_options *options);

/* A file in the test's own scratch folder; the name is valid until the next call. */
const char *scratch(const char *name);

/* The finding of a kind, null when there is none; the test fails when there are several. */
const struct report_finding *finding_of(const struct report *report, const char *kind);

/* An indicator: one single call, one of batch with one row and (rows > 1) one with more, marked,
 * that allocate so many bytes. What is over single_bytes a row is scratch, freed in the call. */
void build_case(struct builder *b, const char *name, uint64_t single, uint64_t batch1,
                uint64_t batch, uint64_t rows);

#endif
