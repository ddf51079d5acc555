/* SPDX-License-Identifier: Apache-2.0 */
/* A profile file as it lies on disk, checked: whatever a file holds, no accessor reaches outside
 * it and none takes longer than the file is large. */
#ifndef NOCOPY_READER_H
#define NOCOPY_READER_H

#include <nocopy/profile_format.h>

#include <stdbool.h>
#include <stddef.h>

#define READER_PARTS 48 /* a table's parts double: more cannot be in a file of 2^64 bytes */

struct profile_table {
    const unsigned char *parts[READER_PARTS];
    uint64_t first; /* entries in part 0 */
    uint32_t stride;
    uint64_t count; /* entries that are really there, entry 0 included */
};

struct profile {
    unsigned char *bytes; /* owned */
    size_t size;
    struct nc_header header; /* as found, with what NC_LANES add; counts are those of `tables` */
    struct profile_table tables[NC_KINDS_END];
    char *strings; /* owned; contiguous, closed by NUL */
    size_t strings_size;
    char *run; /* owned; "key\0value\0" pairs, closed by two NULs */
    size_t run_size;
    char damage[128]; /* "", or what is wrong with the file; figures are lower bounds then */
};

/* Read the whole file. Returns 0, or -errno of open or read, -EBADMSG when it is no profile,
 * -EPROTONOSUPPORT when a later version wrote it, -ENOMEM; *ret is untouched then. */
int profile_open(struct profile *ret, const char *path);

/* The same of `size` bytes in memory, which are copied. */
int profile_parse(struct profile *ret, const void *bytes, size_t size);

void profile_done(struct profile *profile);

/* Entries of a table; valid indices are 1 to count - 1. */
uint64_t profile_count(const struct profile *profile, enum nc_kind kind);

/* Null when there is no entry i (0 included). */
const void *profile_entry(const struct profile *profile, enum nc_kind kind, uint64_t i);

/* "" when there is none at that offset. Borrowed from the profile. */
const char *profile_string(const struct profile *profile, uint64_t offset);

/* Value of a key of NC_RUN, or null. */
const char *profile_fact(const struct profile *profile, const char *key);

/* Walk the facts: start with *at = 0; false at the end. */
bool profile_next_fact(const struct profile *profile, size_t *at, const char **ret_key,
                       const char **ret_value);

#endif
