/* SPDX-License-Identifier: Apache-2.0 */
/* uthash on the arena, for tables that are looked into rarely. */
#ifndef SHIM_TABLES_H
#define SHIM_TABLES_H

#include "arena.h"

#define uthash_malloc(size)          arena_alloc(size)
#define uthash_free(at, size)        arena_free(at, size)
#define HASH_NONFATAL_OOM            1
#define uthash_nonfatal_oom(element) ((void)(element))
#include <uthash.h>

#endif
