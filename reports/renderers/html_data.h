/* SPDX-License-Identifier: Apache-2.0 */
/* The data block of a page: base64(gzip(container)). The container is "NCR1", the length of its
 * header (u32, little-endian), a JSON header {meta, cols: [{name, kind, n, bytes}]}, and the
 * columns back to back. Kinds: "strings" (UTF-8 joined by NUL), "u8", "v" (unsigned LEB128), and
 * "s", of mostly zeros: `pairs` pairs of (distance to the index before, value), both LEB128. */
#ifndef NOCOPY_HTML_DATA_H
#define NOCOPY_HTML_DATA_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct json_t;

/* Bytes that grow. Once memory is out, `failed` stays set and nothing is added. */
struct html_bytes {
    unsigned char *at;
    size_t size, room;
    int failed;
};

void html_bytes_put(struct html_bytes *to, const void *from, size_t size);
void html_bytes_varint(struct html_bytes *to, uint64_t value);
void html_bytes_done(struct html_bytes *bytes);

struct html_column;

/* A zeroed struct is an empty container. */
struct html_data {
    struct html_column *columns;
    size_t n_columns;
    int failed; /* memory ran out: html_data_write() will say so */
};

/* `bytes` moves into the container and is empty afterwards. `kind` and `name` are copied. */
void html_data_add(struct html_data *data, const char *name, const char *kind, size_t n,
                   size_t pairs, struct html_bytes *bytes);
/* As "v" or "s", whichever is smaller; nothing at all when all are zero. */
void html_data_add_numbers(struct html_data *data, const char *name, const uint64_t *values,
                           size_t n);

/* Write base64(gzip(container)) with the given meta (borrowed). Returns 0, -ENOMEM or -EIO. */
int html_data_write(const struct html_data *data, struct json_t *meta, FILE *out);
void html_data_done(struct html_data *data);

#endif
