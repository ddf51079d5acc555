/* SPDX-License-Identifier: Apache-2.0 */
/* One call tree that holds both sides: frames by function and module, so that moved lines do not
 * split it. */
#include "diff_parts.h"

#include "index.h"
#include "pool.h"

#include <string.h>

struct name { /* what makes two frames one */
    const char *function, *module;
    const struct report_frame *frame; /* the one that is shown */
};

struct tree {
    struct diff *diff;
    struct name *names;
    struct diff_node *nodes;
    uint32_t *node_names;
    struct diff_stack *stacks;
    size_t n_names, n_nodes, n_stacks, names_room, nodes_room, node_names_room, stacks_room;
    struct index name_index, node_index, stack_index;
};

static uint64_t name_hash(const struct name *n)
{
    return index_mix((uintptr_t)n->function, (uintptr_t)n->module);
}

static uint64_t name_hash_at(uint32_t i, const void *context)
{
    return name_hash(&((const struct tree *)context)->names[i]);
}

static bool name_equal(uint32_t i, const void *key, const void *context)
{
    const struct name *a = &((const struct tree *)context)->names[i], *b = key;

    return a->function == b->function && a->module == b->module;
}

static bool name_add(struct tree *t, const struct report_frame *f, uint32_t *ret)
{
    const struct name key = {pool_intern(t->diff->pool, f->function),
                             pool_intern(t->diff->pool, f->module), f};

    if (!index_reserve(&t->name_index, name_hash_at, t) ||
        !array_grow((void **)&t->names, t->n_names, &t->names_room, sizeof *t->names))
        return false;
    uint32_t *slot = index_slot(&t->name_index, name_hash(&key), name_equal, &key, t);
    if (!*slot) {
        t->names[t->n_names] = key;
        *slot = (uint32_t)++t->n_names;
        t->name_index.used++;
    }
    *ret = *slot - 1;
    return true;
}

struct node_key {
    uint32_t parent, name;
};

static uint64_t node_hash_at(uint32_t i, const void *context)
{
    const struct tree *t = context;

    return index_mix(t->nodes[i].parent, t->node_names[i]);
}

static bool node_equal(uint32_t i, const void *key, const void *context)
{
    const struct tree *t = context;
    const struct node_key *k = key;

    return t->nodes[i].parent == k->parent && t->node_names[i] == k->name;
}

static bool node_add(struct tree *t, struct node_key key, uint32_t *ret)
{
    if (!index_reserve(&t->node_index, node_hash_at, t) ||
        !array_grow((void **)&t->nodes, t->n_nodes, &t->nodes_room, sizeof *t->nodes) ||
        !array_grow((void **)&t->node_names, t->n_nodes, &t->node_names_room,
                    sizeof *t->node_names))
        return false;
    uint32_t *slot =
        index_slot(&t->node_index, index_mix(key.parent, key.name), node_equal, &key, t);
    if (!*slot) {
        t->nodes[t->n_nodes] = (struct diff_node){key.parent, t->names[key.name].frame};
        t->node_names[t->n_nodes] = key.name;
        *slot = (uint32_t)++t->n_nodes;
        t->node_index.used++;
    }
    *ret = *slot - 1;
    return true;
}

static uint64_t stack_hash(const struct diff_stack *s)
{
    return index_mix(index_mix(s->node, (uintptr_t)s->scope), (uint64_t)s->phase << 1 | s->copying);
}

static uint64_t stack_hash_at(uint32_t i, const void *context)
{
    return stack_hash(&((const struct tree *)context)->stacks[i]);
}

static bool stack_equal(uint32_t i, const void *key, const void *context)
{
    const struct diff_stack *a = &((const struct tree *)context)->stacks[i], *b = key;

    return a->node == b->node && a->scope == b->scope && a->phase == b->phase &&
           a->copying == b->copying;
}

static bool stack_add(struct tree *t, const struct diff_stack *key)
{
    if (!index_reserve(&t->stack_index, stack_hash_at, t) ||
        !array_grow((void **)&t->stacks, t->n_stacks, &t->stacks_room, sizeof *t->stacks))
        return false;
    uint32_t *slot = index_slot(&t->stack_index, stack_hash(key), stack_equal, key, t);
    if (*slot) {
        report_metrics_add(&t->stacks[*slot - 1].base, &key->base);
        report_metrics_add(&t->stacks[*slot - 1].head, &key->head);
        return true;
    }
    t->stacks[t->n_stacks] = *key;
    *slot = (uint32_t)++t->n_stacks;
    t->stack_index.used++;
    return true;
}

/* Head comes first: its frames are those that are shown. */
static bool side_add(struct tree *t, const struct report *r, bool is_head)
{
    uint32_t *names = calloc(r->n_frames + 1, sizeof *names);
    uint32_t *nodes = calloc(r->n_nodes + 1, sizeof *nodes);
    bool good = names && nodes;

    for (size_t i = 0; good && i < r->n_frames; i++)
        good = name_add(t, &r->frames[i], &names[i]);
    for (size_t i = 0; good && i < r->n_nodes; i++) {
        const uint32_t parent = r->nodes[i].parent;
        good = node_add(t,
                        (struct node_key){parent == REPORT_NONE ? REPORT_NONE : nodes[parent],
                                          names[r->nodes[i].frame]},
                        &nodes[i]);
    }
    for (size_t i = 0; good && i < r->n_stacks; i++) {
        const struct report_stack *s = &r->stacks[i];
        const char *scope = s->scope == REPORT_NONE ? "" : r->scopes[s->scope].name;
        struct diff_stack key = {.node = nodes[s->node],
                                 .scope = pool_intern(t->diff->pool, scope),
                                 .phase = s->phase,
                                 .copying = s->copying};
        *(is_head ? &key.head : &key.base) = s->metrics;
        good = stack_add(t, &key);
    }
    free(names);
    free(nodes);
    return good;
}

bool diff_tree(struct diff *diff)
{
    struct tree t = {.diff = diff};
    const bool good = side_add(&t, diff->head, true) && side_add(&t, diff->base, false);

    if (good) {
        diff->nodes = pool_copy(diff->pool, t.nodes, t.n_nodes * sizeof *t.nodes);
        diff->stacks = pool_copy(diff->pool, t.stacks, t.n_stacks * sizeof *t.stacks);
        diff->n_nodes = t.n_nodes;
        diff->n_stacks = t.n_stacks;
    }
    index_done(&t.name_index);
    index_done(&t.node_index);
    index_done(&t.stack_index);
    free(t.names);
    free(t.nodes);
    free(t.node_names);
    free(t.stacks);
    return good;
}
