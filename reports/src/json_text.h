/* SPDX-License-Identifier: Apache-2.0 */
/* What JSON formats share: jansson wants good UTF-8 and signed numbers; names and counters are not
 * always that. */
#ifndef NOCOPY_JSON_TEXT_H
#define NOCOPY_JSON_TEXT_H

#include <jansson.h>
#include <stdint.h>
#include <stdio.h>

struct report_site;

/* Bad UTF-8 becomes U+FFFD. */
json_t *json_text(const char *text);
json_t *json_count(uint64_t n);

/* An object from ("key", value) pairs that end in null; values are taken over. Null when memory is
 * out, also when a value is null. */
json_t *json_fields(const char *key, ...) __attribute__((sentinel));
/* One more. `to` may be null. */
void json_field(json_t *to, const char *key, json_t *value);

/* Pieces of a large document: what jansson holds at once is one element. */
struct json_out {
    FILE *file;
    int error;  /* -errno of the first failure */
    int filled; /* an element was written since the last bracket opened */
};

/* `value` is taken over; null is out of memory. */
void json_put(struct json_out *out, const char *key, json_t *value);
void json_open(struct json_out *out, const char *key, char bracket);
void json_close(struct json_out *out, char bracket);

#endif
