/* SPDX-License-Identifier: Apache-2.0 */
/* Writes profiles as the shim would, from what a test says happened. */
#ifndef NOCOPY_PROFILE_BUILDER_H
#define NOCOPY_PROFILE_BUILDER_H

#include <nocopy/profile_format.h>

#include <stddef.h>

/* Tables begin with the empty entry 0; an add returns the index of the new entry. */
struct builder {
    struct nc_header header;
    unsigned char *tables[NC_KINDS_END];
    uint64_t n[NC_KINDS_END], room[NC_KINDS_END];
    unsigned char *run;
    size_t run_size;
};

void builder_init(struct builder *b);
void builder_done(struct builder *b);

uint32_t builder_string(struct builder *b, const char *string);
void builder_fact(struct builder *b, const char *key, const char *value);
uint32_t builder_add(struct builder *b, enum nc_kind kind, const void *entry);
/* Entry i, to change it. Valid until the next add of the kind. */
void *builder_at(struct builder *b, enum nc_kind kind, uint32_t i);

/* Shortcuts. A module without a file gives names "NAME+0x..."; addresses are offsets in it. */
uint32_t builder_module(struct builder *b, const char *path);
uint32_t builder_node(struct builder *b, uint32_t parent, uint32_t module, uint64_t offset,
                      uint32_t scope, uint32_t flags);
uint32_t builder_scope(struct builder *b, const char *name, enum nc_mode mode);
/* Counters of a new node: `blocks` of `size` bytes, `freed` of them freed, `call_freed` of these
 * inside their call. */
uint32_t builder_blocks(struct builder *b, uint32_t node, uint64_t blocks, uint64_t size,
                        uint64_t freed, uint64_t call_freed);
uint32_t builder_copies(struct builder *b, uint32_t node, uint64_t copies, uint64_t size);

/* The file's bytes, to be freed. Parts hold `first` entries and twice as many each time. */
unsigned char *builder_bytes(struct builder *b, uint64_t first, size_t *ret_size);
/* Written to a file. 0 or -errno. */
int builder_write(struct builder *b, const char *path);

#endif
