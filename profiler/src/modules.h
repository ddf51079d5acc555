/* SPDX-License-Identifier: Apache-2.0 */
/* Loaded objects, met when a stack first runs through them, and the functions in them that are
 * scopes. The loader's lock is never asked for: it may be held by a thread that waits for ours. */
#ifndef SHIM_MODULES_H
#define SHIM_MODULES_H

#include <stdint.h>

struct nc_node;

/* Once, before the first node, and again in a fork's child. `patterns`: NOCOPY_SCOPE, or null. */
int modules_init(const char *patterns); /* 0, or -errno: a pattern is no good, the rest serves */

/* Make the object that holds code address `ip` known, with its scopes. Cheap when it is. */
void modules_meet(uintptr_t ip);

/* Meet the program itself, as long as its file can be read: it may change its root. */
void modules_meet_program(void);

/* The addresses that the object holding `at` covers; size 0 where that cannot be told. Also before
 * modules_init(). */
void modules_range(uintptr_t at, uintptr_t *ret_start, uintptr_t *ret_size);

/* Fill in module, scope and entry of a node whose ip is set; `parent` may be null. The entry of a
 * node that enters a scope is itself: then it is left 0. */
void modules_fill(struct nc_node *node, const struct nc_node *parent);

/* After a dlclose: objects that are gone are marked so and their paths forgotten. True when there
 * were any. */
int modules_drop_unloaded(void);

#endif
