/* SPDX-License-Identifier: Apache-2.0 */
/* The mapped profile file: tables that grow by whole sections, whose disk blocks are reserved
 * before the first byte is written (a full disk must not become a SIGBUS of the host). */
#ifndef SHIM_PROFILE_H
#define SHIM_PROFILE_H

#include <nocopy/profile_format.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

enum { PROFILE_PARTS = 32 };

struct profile_table {
    _Atomic(char *) part[PROFILE_PARTS]; /* address of the part's entry 0, less first << part
                                            entries: so (index + first) counts from there */
    uint64_t first;                      /* a power of two */
    uint32_t entry_size;
};

struct profile {
    struct nc_header *header; /* null: no profile is open */
    struct profile_table table[NC_KINDS_END];
    char path[4096]; /* absolute */
};
extern struct profile profile;

/* Create the file at `path` (made absolute against the working directory) and map it. `facts` is
 * what NC_RUN shall hold. A regular file of that name is replaced. 0, or -errno. */
int profile_open(const char *path, const void *facts, size_t facts_size);

/* Add a pair to the facts, once the profile is open; it is left out where there is no more room. */
void profile_add_fact(const char *key, const char *value);

/* Append a copy of `entry` to a table: its index, or 0 when the file cannot grow. */
uint32_t profile_add(enum nc_kind kind, const void *entry);

/* Append `n` entries of zeros that follow each other: the index of the first, 0 when the file
 * cannot grow. */
uint32_t profile_add_many(enum nc_kind kind, uint32_t n);

/* Append `n` entries that must know their own indices: `settle` is told the first one's and puts it
 * where it belongs in `entries` before they are copied. It must not come back here. */
uint32_t profile_add_run(enum nc_kind kind, void *entries, uint32_t n,
                         void (*settle)(void *entries, uint32_t n, uint32_t first));

/* Append a string: its offset, 0 when the file cannot grow. */
uint32_t profile_add_string(const char *s, size_t len);

/* Entry `index`, which must be below the table's count. */
static inline void *profile_at(enum nc_kind kind, uint64_t index)
{
    struct profile_table *t = &profile.table[kind];
    const uint64_t x = index + t->first;
    const unsigned part = (unsigned)(__builtin_clzll(t->first) - __builtin_clzll(x));

    return atomic_load_explicit(&t->part[part], memory_order_acquire) + x * t->entry_size;
}

static inline uint64_t profile_count(enum nc_kind kind)
{
    return __atomic_load_n(&profile.header->count[kind], __ATOMIC_RELAXED);
}

static inline struct nc_node *profile_node(uint32_t i) { return profile_at(NC_NODES, i); }
static inline struct nc_counts *profile_counts(uint32_t i) { return profile_at(NC_COUNTS, i); }
static inline struct nc_scope *profile_scope(uint32_t i) { return profile_at(NC_SCOPES, i); }

/* Grow what fills up first, while system calls may still be made. */
void profile_make_room(void);

/* One event is lost. */
static inline void profile_lost(void)
{
    if (profile.header != NULL)
        __atomic_fetch_add(&profile.header->lost_events, 1, __ATOMIC_RELAXED);
}

/* In a fork's child: the profile is the parent's, the child has none until it opens its own. */
void profile_after_fork(void);

#endif
