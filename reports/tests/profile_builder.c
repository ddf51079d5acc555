/* SPDX-License-Identifier: Apache-2.0 */
#include "profile_builder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MODULE_SPAN UINT64_C(0x1000000) /* modules lie this far apart, from one span on */

static const uint32_t sizes[NC_KINDS_END] = {
    [NC_STRINGS] = 1,
    [NC_MODULES] = sizeof(struct nc_module),
    [NC_NODES] = sizeof(struct nc_node),
    [NC_COUNTS] = sizeof(struct nc_counts),
    [NC_SCOPES] = sizeof(struct nc_scope),
    [NC_CALLS] = sizeof(struct nc_calls),
    [NC_EDGES] = sizeof(struct nc_edge),
    [NC_MATCHES] = sizeof(struct nc_match),
    [NC_TIMELINE] = sizeof(struct nc_bucket),
    [NC_THREADS] = sizeof(struct nc_thread),
    [NC_HISTOGRAMS] = sizeof(struct nc_histogram),
    [NC_LANES] = sizeof(struct nc_lane),
};

static void *need(void *p)
{
    if (!p)
        abort(); /* a test without memory has nothing to say */
    return p;
}

void *builder_at(struct builder *b, enum nc_kind kind, uint32_t i)
{
    return b->tables[kind] + (size_t)i * sizes[kind];
}

uint32_t builder_add(struct builder *b, enum nc_kind kind, const void *entry)
{
    if (b->n[kind] == b->room[kind]) {
        b->room[kind] = b->room[kind] ? 2 * b->room[kind] : 64;
        b->tables[kind] = need(realloc(b->tables[kind], b->room[kind] * sizes[kind]));
    }
    memcpy(builder_at(b, kind, (uint32_t)b->n[kind]), entry, sizes[kind]);
    return (uint32_t)b->n[kind]++;
}

void builder_init(struct builder *b)
{
    static const unsigned char zero[4096];

    *b = (struct builder){.header = {.magic = NC_MAGIC,
                                     .version = NC_VERSION,
                                     .flags = NC_COMPLETE | NC_COPIES,
                                     .start_ns = 1000000000u,
                                     .end_ns = 2500000000u,
                                     .start_realtime_ns = UINT64_C(1790000000000000000),
                                     .pid = 4711,
                                     .threads = 1}};
    for (int kind = NC_STRINGS; kind < NC_KINDS_END; kind++)
        builder_add(b, (enum nc_kind)kind, zero);
}

void builder_done(struct builder *b)
{
    for (int kind = 0; kind < NC_KINDS_END; kind++)
        free(b->tables[kind]);
    free(b->run);
    *b = (struct builder){0};
}

uint32_t builder_string(struct builder *b, const char *string)
{
    const uint32_t ret = (uint32_t)b->n[NC_STRINGS];

    do {
        builder_add(b, NC_STRINGS, string);
    } while (*string++);
    return ret;
}

void builder_fact(struct builder *b, const char *key, const char *value)
{
    const size_t k = strlen(key) + 1, v = strlen(value) + 1;

    b->run = need(realloc(b->run, b->run_size + k + v));
    memcpy(b->run + b->run_size, key, k);
    memcpy(b->run + b->run_size + k, value, v);
    b->run_size += k + v;
}

uint32_t builder_module(struct builder *b, const char *path)
{
    const uint64_t start = b->n[NC_MODULES] * MODULE_SPAN;
    const struct nc_module m = {
        .bias = start, .start = start, .end = start + MODULE_SPAN, .path = builder_string(b, path)};

    return builder_add(b, NC_MODULES, &m);
}

uint32_t builder_node(struct builder *b, uint32_t parent, uint32_t module, uint64_t offset,
                      uint32_t scope, uint32_t flags)
{
    const struct nc_module *m = builder_at(b, NC_MODULES, module);
    const struct nc_node n = {.ip = m->bias + offset + 1, /* a return address */
                              .parent = parent,
                              .module = module,
                              .scope = scope,
                              .flags = flags};

    return builder_add(b, NC_NODES, &n);
}

uint32_t builder_scope(struct builder *b, const char *name, enum nc_mode mode)
{
    const struct nc_scope s = {.name = builder_string(b, name), .mode = mode};

    return builder_add(b, NC_SCOPES, &s);
}

uint32_t builder_blocks(struct builder *b, uint32_t node, uint64_t blocks, uint64_t size,
                        uint64_t freed, uint64_t call_freed)
{
    const struct nc_counts c = {.node = node,
                                .flags = NC_BY_MALLOC,
                                .allocations = blocks,
                                .allocated_bytes = blocks * size,
                                .frees = freed,
                                .freed_bytes = freed * size,
                                .call_frees = call_freed,
                                .call_freed_bytes = call_freed * size,
                                .most_bytes = (blocks - freed ? blocks - freed : 1) * size,
                                .largest_bytes = size};

    ((struct nc_node *)builder_at(b, NC_NODES, node))->counts = (uint32_t)b->n[NC_COUNTS];
    return builder_add(b, NC_COUNTS, &c);
}

uint32_t builder_copies(struct builder *b, uint32_t node, uint64_t copies, uint64_t size)
{
    const struct nc_counts c = {
        .node = node, .flags = NC_BY_MEMCPY, .copies = copies, .copied_bytes = copies * size};

    ((struct nc_node *)builder_at(b, NC_NODES, node))->counts = (uint32_t)b->n[NC_COUNTS];
    ((struct nc_node *)builder_at(b, NC_NODES, node))->flags |= NC_NODE_COPY;
    return builder_add(b, NC_COUNTS, &c);
}

struct output {
    unsigned char *bytes;
    size_t size;
};

static void section(struct output *out, struct nc_section head, const void *bytes, size_t used)
{
    const size_t size = (sizeof head + head.size + NC_PAGE - 1) / NC_PAGE * NC_PAGE;

    out->bytes = need(realloc(out->bytes, out->size + size));
    memset(out->bytes + out->size, 0, size);
    memcpy(out->bytes + out->size, &head, sizeof head);
    memcpy(out->bytes + out->size + sizeof head, bytes, used);
    out->size += size;
}

static void table(struct output *out, struct builder *b, enum nc_kind kind, uint64_t first)
{
    uint64_t done = 0;

    for (uint32_t part = 0; done < b->n[kind]; part++) {
        const uint64_t room = first << part, left = b->n[kind] - done,
                       n = left < room ? left : room;
        section(out,
                (struct nc_section){.kind = kind,
                                    .part = part,
                                    .size = room * sizes[kind],
                                    .first = first,
                                    .entry_size = sizes[kind]},
                builder_at(b, kind, (uint32_t)done), n * sizes[kind]);
        done += n;
    }
    b->header.count[kind] = b->n[kind];
}

unsigned char *builder_bytes(struct builder *b, uint64_t first, size_t *ret_size)
{
    struct output out = {.bytes = need(calloc(1, NC_HEADER_SIZE)), .size = NC_HEADER_SIZE};

    if (b->run_size)
        section(&out, (struct nc_section){.kind = NC_RUN, .size = b->run_size}, b->run,
                b->run_size);
    for (int kind = NC_STRINGS; kind < NC_KINDS_END; kind++)
        table(&out, b, (enum nc_kind)kind, first);
    b->header.end = out.size;
    memcpy(out.bytes, &b->header, sizeof b->header);
    *ret_size = out.size;
    return out.bytes;
}

int builder_write(struct builder *b, const char *path)
{
    size_t size;
    unsigned char *bytes = builder_bytes(b, 8, &size);
    FILE *file = fopen(path, "we");
    int r = file ? 0 : -errno;

    if (file && fwrite(bytes, 1, size, file) != size)
        r = -EIO;
    if (file && fclose(file) != 0)
        r = -errno;
    free(bytes);
    return r;
}
