/* SPDX-License-Identifier: Apache-2.0 */
/* Which functions of an object are scopes: a pattern over its symbol table. */
#ifndef SHIM_SCOPES_H
#define SHIM_SCOPES_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

struct scope_range {
    uintptr_t start, end; /* addresses in this process */
    uint32_t scope;       /* NC_SCOPES; 0 until a stack runs through it: scopes_enter() */
    uint32_t module;      /* NC_MODULES */
    char *function;       /* linkage name */
    char *name;           /* the indicator */
    int mode;
    int outlined;
};

struct scope_ranges {
    struct scope_range *at; /* sorted by start; owned, on the arena */
    size_t len, room;
};

/* Some stack ran through a scope, or a mark was set: until then every node's scope is 0. */
extern atomic_bool scopes_entered __attribute__((visibility("hidden")));
/* Some function that is a scope, or a mark, was met: until then no call can be open. */
extern atomic_bool scopes_met __attribute__((visibility("hidden")));

/* Once, and again in a fork's child. `patterns` as NOCOPY_SCOPE, null: the indicator API. Returns
 * 0, or -EINVAL when a pattern does not compile (it is left out). */
int scopes_init(const char *patterns);

/* The scopes among the functions of the ELF file at `path`, loaded at `bias` as `module`
 * (NC_MODULES). Nothing is found in a file that cannot be read or makes no sense. */
void scopes_find(struct scope_ranges *ret, const char *path, uintptr_t bias, uint32_t module);

/* The scope of a range that a stack runs through, made when it is the first. 0 when it cannot grow.
 * Calls must not overlap in time. */
uint32_t scopes_enter(struct scope_range *range);

/* NC_SCOPES of the name given by mark.h, mode and combos; made when new. 0 when it cannot grow. */
uint32_t scopes_mark(const char *name, int mode, uint64_t combos);

/* The base node of `scope`, for threads that work inside it. 0 when the tree cannot grow. */
uint32_t scopes_base(uint32_t scope);

/* True when `scope` is a function that a compiler split off another (an OpenMP body, say): its
 * calls belong to the call of that function which is open in another thread. */
int scopes_is_outlined(uint32_t scope);

/* True when two scopes name one indicator in one mode. */
int scopes_alike(uint32_t a, uint32_t b);

#endif
