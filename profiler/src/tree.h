/* SPDX-License-Identifier: Apache-2.0 */
/* The call tree: paths of return addresses, each known by a rolling hash of everything outside it.
 *
 *   hash = tree_mix(parent_hash, tree_tag(ip, flags));
 *   node = tree_find(hash, ip);                   lock-free, a probe or two
 *   if (node == 0)
 *       node = tree_insert(parent, steps, n);         under a lock, once per node
 *
 * Nobody need look up the frames in between: when the innermost is found, all outside it exist. The
 * hash of a base node (shim_self.base; 0 is the root) is tree_seed(base).
 *
 * The hash is a polynomial, so that of the inner n frames of a path can be had from the hashes of
 * two prefixes (see unwind_walk.h), and of any path from the nodes themselves: ip, flags, parent.
 */
#ifndef SHIM_TREE_H
#define SHIM_TREE_H

#include <stddef.h>
#include <stdint.h>

#define TREE_STEP UINT64_C(0xd1342543de82ef95) /* odd, no pattern */

/* What makes a node another than its sibling: the address, and how it was found (NC_NODE_EXACT,
 * _GUESSED, _CUT; the bits above any address). */
static inline uint64_t tree_tag(uintptr_t ip, uint32_t flags)
{
    return ip | (uint64_t)(flags & 7) << 61;
}

static inline uint64_t tree_word(uint64_t tag)
{
    const uint64_t x = tag * UINT64_C(0x9e3779b97f4a7c15);

    return (x ^ x >> 32) * UINT64_C(0xbf58476d1ce4e5b9);
}

static inline uint64_t tree_mix(uint64_t parent_hash, uint64_t tag)
{
    return parent_hash * TREE_STEP + tree_word(tag);
}

static inline uint64_t tree_seed(uint32_t base) { return tree_mix(0x6e6f636f7079u, base); }

/* 0 when not there. */
uint32_t tree_find(uint64_t hash, uintptr_t ip);

/* A look for `hash` will come soon. */
void tree_expect(uint64_t hash);

/* A frame of a path, and the hash of the path up to it. */
struct tree_step {
    uint64_t hash;
    uintptr_t ip;
    uint32_t flags; /* NC_NODE_... */
};
enum { TREE_RUN = 16 };

/* The node of the last of `n` steps (at most TREE_RUN) inwards from `parent`; those that are not
 * there are made. 0 when the tree cannot grow. Inside the guard. */
uint32_t tree_insert(uint32_t parent, const struct tree_step *step, size_t n);

/* A whole stack at once: ips innermost first, flags (may be null) alike. */
uint32_t tree_intern(uint32_t base, const uintptr_t *ips, const uint32_t *flags, size_t len);

/* A base node for shim_self.base: stacks that hang from it belong to `scope` (NC_SCOPES). Each call
 * makes a node of its own. 0 when the tree cannot grow. */
uint32_t tree_mark(uint32_t scope);

/* Code in [start, end) was unloaded: paths through it are not found any more, so that other code at
 * the same addresses gets nodes of its own. */
void tree_forget(uintptr_t start, uintptr_t end);

/* In a fork's child: an empty tree. 0, or -errno. Also the first initialisation. */
int tree_init(void);

#endif
