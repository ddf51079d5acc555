/* SPDX-License-Identifier: Apache-2.0 */
/* A reader for the tests of the shim, apart from the one that reports use: it trusts the file. */
#ifndef PEEK_H
#define PEEK_H

#include <nocopy/profile_format.h>
#include <stdbool.h>
#include <stddef.h>

struct peek {
    const char *bytes;
    size_t size;
    const struct nc_header *header;
};

/* Sums over counts entries. */
struct peek_sums {
    uint64_t allocations, allocated_bytes, frees, freed_bytes, temporary;
    uint64_t leaked_blocks, leaked_bytes;
    uint64_t peak_blocks, peak_bytes;
    uint64_t moved, moved_bytes, copies, copied_bytes, fills, filled_bytes, mapped, mapped_bytes;
    uint64_t call_frees, call_freed_bytes, untouched_bytes;
};

/* 0, or -1 when there is no profile at `path`. */
int peek_open(struct peek *ret, const char *path);
void peek_done(struct peek *p);

/* Entries of a table, entry 0 included; entry i; null past the end. */
uint64_t peek_count(const struct peek *p, enum nc_kind kind);
const void *peek_at(const struct peek *p, enum nc_kind kind, uint64_t i);

/* A string of the table, in a buffer of the callee's that the next call but three reuses. */
const char *peek_string(const struct peek *p, uint32_t at);

/* The value of a fact of NC_RUN; null when it is not told. */
const char *peek_fact(const struct peek *p, const char *key);

/* Everything; or what has `function` of the module whose path ends in `module` as its innermost
 * frame (null: any function). Lanes are added up. */
struct peek_sums peek_sums(const struct peek *p);
struct peek_sums peek_function(const struct peek *p, const char *module, const char *function);

/* What lies in scope `name` with that mode. */
struct peek_sums peek_scope(const struct peek *p, const char *name, enum nc_mode mode);

/* Small copies, lanes included. */
void peek_small_copies(const struct peek *p, uint64_t *ret_copies, uint64_t *ret_bytes);
uint64_t peek_foreign_frees(const struct peek *p);

/* The number of frames of the longest stack with counts. */
unsigned peek_deepest(const struct peek *p);

#endif
