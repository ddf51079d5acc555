/* SPDX-License-Identifier: Apache-2.0 */
/* The call tree: paths of return addresses, each known by a rolling hash of everything outside it.
 *
 * A walker keeps (node, hash) for each frame it has cached and extends it inwards:
 *
 *   hash = tree_mix(parent_hash, ip);
 *   node = tree_find(hash, ip);                   lock-free, a probe or two
 *   if (node == 0)
 *       node = tree_insert(hash, parent, ip, flags);   under a lock, once per node
 *
 * It need not look up the frames in between: when the innermost is found, all outside it exist. The
 * hash of a base node (shim_self.base; 0 is the root) is tree_seed(base). */
#ifndef SHIM_TREE_H
#define SHIM_TREE_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t tree_mix(uint64_t parent_hash, uintptr_t ip)
{
    const uint64_t x = (parent_hash ^ ip) * 0x9e3779b97f4a7c15u;

    return x ^ (x >> 29);
}

static inline uint64_t tree_seed(uint32_t base) { return tree_mix(0x6e6f636f7079u, base); }

/* 0 when not there. */
uint32_t tree_find(uint64_t hash, uintptr_t ip);

/* The node of `ip` under `parent`, made when it is not there; flags are NC_NODE_.... 0 when the
 * tree cannot grow. Inside the guard. */
uint32_t tree_insert(uint64_t hash, uint32_t parent, uintptr_t ip, uint32_t flags);

/* A whole stack at once: ips innermost first, flags (may be null) alike. */
uint32_t tree_intern(uint32_t base, const uintptr_t *ips, const uint32_t *flags, size_t len);

/* Code in [start, end) was unloaded: paths through it are not found any more, so that other code at
 * the same addresses gets nodes of its own. */
void tree_forget(uintptr_t start, uintptr_t end);

/* In a fork's child: an empty tree. 0, or -errno. Also the first initialisation. */
int tree_init(void);

#endif
