/* SPDX-License-Identifier: Apache-2.0 */
#include "html_data.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

struct html_column {
    char name[32], kind[8];
    size_t n, pairs;
    struct html_bytes bytes;
};

/* Room for `more` further bytes, or null when memory is out. */
static unsigned char *reserve(struct html_bytes *to, size_t more)
{
    if (to->failed)
        return NULL;
    if (to->room - to->size < more) {
        const size_t room = (to->size + more) * 2 < 256 ? 256 : (to->size + more) * 2;
        unsigned char *at = realloc(to->at, room);

        if (!at) {
            to->failed = 1;
            return NULL;
        }
        to->at = at;
        to->room = room;
    }
    return to->at + to->size;
}

void html_bytes_put(struct html_bytes *to, const void *from, size_t size)
{
    unsigned char *at = reserve(to, size);

    if (at && size) {
        memcpy(at, from, size);
        to->size += size;
    }
}

void html_bytes_varint(struct html_bytes *to, uint64_t value)
{
    unsigned char *at = reserve(to, 10);

    if (!at)
        return;
    for (; value >= 0x80; value >>= 7) {
        *at++ = (unsigned char)(value | 0x80);
        to->size++;
    }
    *at = (unsigned char)value;
    to->size++;
}

void html_bytes_done(struct html_bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct html_bytes){0};
}

void html_data_add(struct html_data *data, const char *name, const char *kind, size_t n,
                   size_t pairs, struct html_bytes *bytes)
{
    struct html_column *columns =
        realloc(data->columns, (data->n_columns + 1) * sizeof *data->columns);

    if (columns)
        data->columns = columns;
    if (!columns || bytes->failed) {
        data->failed = 1;
        html_bytes_done(bytes);
        return;
    }
    columns += data->n_columns++;
    *columns = (struct html_column){.n = n, .pairs = pairs, .bytes = *bytes};
    snprintf(columns->name, sizeof columns->name, "%s", name);
    snprintf(columns->kind, sizeof columns->kind, "%s", kind);
    *bytes = (struct html_bytes){0};
}

/* The viewer holds numbers as doubles: what is larger would be rounded anyway. */
static uint64_t exact(uint64_t value)
{
    const uint64_t most = UINT64_C(1) << 53;

    return value > most ? most : value;
}

void html_data_add_numbers(struct html_data *data, const char *name, const uint64_t *values,
                           size_t n)
{
    struct html_bytes dense = {0}, sparse = {0};
    size_t pairs = 0, before = SIZE_MAX;

    for (size_t i = 0; i < n; i++) {
        html_bytes_varint(&dense, exact(values[i]));
        if (!values[i])
            continue;
        html_bytes_varint(&sparse, i - before); /* the first counts from -1 */
        html_bytes_varint(&sparse, exact(values[i]));
        before = i;
        pairs++;
    }
    if (pairs && sparse.size < dense.size)
        html_data_add(data, name, "s", n, pairs, &sparse);
    else if (pairs || dense.failed)
        html_data_add(data, name, "v", n, 0, &dense);
    html_bytes_done(&dense);
    html_bytes_done(&sparse);
}

/* Base64 of a stream: what did not fill three bytes waits in `rest`. */
struct base64 {
    FILE *out;
    unsigned char rest[3];
    size_t n_rest;
};

static void base64_put(struct base64 *to, const unsigned char *at, size_t size, int last)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char text[4096];
    size_t used = 0;

    for (size_t i = 0; i < size || (last && to->n_rest);) {
        while (to->n_rest < 3 && i < size)
            to->rest[to->n_rest++] = at[i++];
        if (to->n_rest < 3 && !last)
            break;
        const size_t n = to->n_rest;
        const unsigned b1 = n > 1 ? to->rest[1] : 0, b2 = n > 2 ? to->rest[2] : 0;

        text[used++] = digits[to->rest[0] >> 2];
        text[used++] = digits[(to->rest[0] & 3) << 4 | b1 >> 4];
        text[used++] = n > 1 ? digits[(b1 & 15) << 2 | b2 >> 6] : '=';
        text[used++] = n > 2 ? digits[b2 & 63] : '=';
        to->n_rest = 0;
        if (used == sizeof text) {
            fwrite(text, 1, used, to->out);
            used = 0;
        }
    }
    fwrite(text, 1, used, to->out);
}

struct packer {
    z_stream z;
    struct base64 to;
};

static int pack(struct packer *p, const void *from, size_t size, int flush)
{
    unsigned char buffer[65536];
    const unsigned char *at = from;

    do {
        const size_t part = size < (1u << 30) ? size : 1u << 30; /* zlib counts in unsigned int */
        const int how = part == size ? flush : Z_NO_FLUSH;

        p->z.next_in = (Bytef *)(uintptr_t)at; /* zlib only reads there */
        p->z.avail_in = (uInt)part;
        do {
            p->z.next_out = buffer;
            p->z.avail_out = sizeof buffer;
            if (deflate(&p->z, how) == Z_STREAM_ERROR)
                return -EIO;
            base64_put(&p->to, buffer, sizeof buffer - p->z.avail_out, 0);
        } while (p->z.avail_out == 0);
        if (part) /* at may be null when there is nothing */
            at += part;
        size -= part;
    } while (size);
    return 0;
}

static char *make_header(const struct html_data *data, json_t *meta)
{
    json_t *cols = json_array(), *head;
    char *text;

    for (size_t i = 0; i < data->n_columns; i++) {
        const struct html_column *c = &data->columns[i];

        json_array_append_new(cols, json_pack("{ss ss sI sI sI}", "name", c->name, "kind", c->kind,
                                              "n", (json_int_t)c->n, "pairs", (json_int_t)c->pairs,
                                              "bytes", (json_int_t)c->bytes.size));
    }
    head = json_pack("{sO so}", "meta", meta, "cols", cols);
    text = head ? json_dumps(head, JSON_COMPACT) : NULL;
    json_decref(head);
    return text;
}

int html_data_write(const struct html_data *data, json_t *meta, FILE *out)
{
    struct packer p = {.to = {.out = out}};
    unsigned char mark[8] = "NCR1";
    char *head = data->failed || !meta ? NULL : make_header(data, meta);
    const size_t len = head ? strlen(head) : 0;
    int r;

    if (!head || deflateInit2(&p.z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) {
        free(head);
        return -ENOMEM;
    }
    for (int i = 0; i < 4; i++)
        mark[4 + i] = (unsigned char)(len >> (8 * i));
    r = pack(&p, mark, sizeof mark, Z_NO_FLUSH);
    if (r == 0)
        r = pack(&p, head, len, Z_NO_FLUSH);
    for (size_t i = 0; r == 0 && i < data->n_columns; i++)
        r = pack(&p, data->columns[i].bytes.at, data->columns[i].bytes.size, Z_NO_FLUSH);
    if (r == 0)
        r = pack(&p, NULL, 0, Z_FINISH);
    base64_put(&p.to, NULL, 0, 1);
    deflateEnd(&p.z);
    free(head);
    return r;
}

void html_data_done(struct html_data *data)
{
    for (size_t i = 0; i < data->n_columns; i++)
        html_bytes_done(&data->columns[i].bytes);
    free(data->columns);
    *data = (struct html_data){0};
}
