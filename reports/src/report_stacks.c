/* SPDX-License-Identifier: Apache-2.0 */
/* The call tree as people see it: inlined frames expanded, addresses of one line made one. */
#include "index.h"
#include "pool.h"
#include "report_build.h"

#include <string.h>

struct tree {
    struct report_frame *frames;
    struct report_node *nodes;
    struct report_stack *stacks;
    size_t n_frames, n_nodes, n_stacks, frames_room, nodes_room, stacks_room;
    struct index frame_index, node_index, stack_index;
    uint32_t *node_at; /* report node of each model node */
    bool *entered;     /* model nodes at or below the entry of their scope */
};

#define TREE_GROW(t, what)                                                                         \
    array_grow((void **)&(t)->what, (t)->n_##what, &(t)->what##_room, sizeof *(t)->what)

static uint64_t pointer_mix(uint64_t h, const void *p) { return index_mix(h, (uintptr_t)p); }

static uint64_t frame_hash(const struct report_frame *f)
{
    uint64_t h = pointer_mix(pointer_mix(pointer_mix(f->line, f->function), f->file), f->module);

    return index_mix(h, (uint64_t)f->inlined << 8 | f->role);
}

static uint64_t frame_hash_at(uint32_t i, const void *context)
{
    return frame_hash(&((const struct tree *)context)->frames[i]);
}

/* Strings are interned: equal when the pointers are. */
static bool frame_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_frame *a = &((const struct tree *)context)->frames[i], *b = key;

    return a->function == b->function && a->file == b->file && a->line == b->line &&
           a->module == b->module && a->inlined == b->inlined && a->role == b->role;
}

static bool frame_add(struct tree *t, const struct report_frame *key, uint32_t *ret)
{
    if (!index_reserve(&t->frame_index, frame_hash_at, t) || !TREE_GROW(t, frames))
        return false;
    uint32_t *slot = index_slot(&t->frame_index, frame_hash(key), frame_equal, key, t);
    if (!*slot) {
        t->frames[t->n_frames] = *key;
        *slot = (uint32_t)++t->n_frames;
        t->frame_index.used++;
    }
    *ret = *slot - 1;
    return true;
}

static uint64_t node_hash(const struct report_node *n) { return index_mix(n->parent, n->frame); }

static uint64_t node_hash_at(uint32_t i, const void *context)
{
    return node_hash(&((const struct tree *)context)->nodes[i]);
}

static bool node_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_node *a = &((const struct tree *)context)->nodes[i], *b = key;

    return a->parent == b->parent && a->frame == b->frame;
}

static bool node_add(struct tree *t, uint32_t parent, uint32_t frame, uint32_t *ret)
{
    const struct report_node key = {parent, frame};

    if (!index_reserve(&t->node_index, node_hash_at, t) || !TREE_GROW(t, nodes))
        return false;
    uint32_t *slot = index_slot(&t->node_index, node_hash(&key), node_equal, &key, t);
    if (!*slot) {
        t->nodes[t->n_nodes] = key;
        *slot = (uint32_t)++t->n_nodes;
        t->node_index.used++;
    }
    *ret = *slot - 1;
    return true;
}

static enum report_role role_of(const struct model_frame *f, bool entered)
{
    if (f->owner != OWNER_USER)
        return ROLE_LIBRARY;
    return entered ? ROLE_INDICATOR : ROLE_PROGRAM;
}

/* All frames of a model node, outermost first. */
static bool node_expand(struct tree *t, const struct model *m, uint32_t i)
{
    const struct model_node *n = &m->nodes[i];
    const struct model_location *l = &m->locations[n->location];
    const char *entry = n->scope ? m->scopes[n->scope].site.function : NULL;
    uint32_t at = n->parent ? t->node_at[n->parent] : REPORT_NONE;
    bool entered =
        n->scope && n->parent && t->entered[n->parent] && m->nodes[n->parent].scope == n->scope;

    for (uint32_t k = l->n_frames; k > 0; k--) {
        const struct model_frame *f = &m->frames[l->first_frame + k - 1];
        entered = entered || (entry && strcmp(f->function, entry) == 0);
        const struct report_frame key = {.function = f->function,
                                         .file = f->file,
                                         .line = f->line,
                                         .module = m->modules[f->module].name,
                                         .inlined = f->inlined,
                                         .role = role_of(f, entered)};
        uint32_t frame;
        if (!frame_add(t, &key, &frame) || !node_add(t, at, frame, &at))
            return false;
    }
    t->node_at[i] = at;
    t->entered[i] = entered;
    return true;
}

/* The hooked function has no frame on the recorded stack: give it one. */
static bool leaf_add(struct tree *t, const struct model *m, uint32_t i, uint32_t *ret)
{
    const bool copying = m->nodes[i].flags & NC_NODE_COPY;
    const struct report_frame key = {.function = pool_intern(m->pool, model_hook_name(m, i)),
                                     .file = "",
                                     .module = "",
                                     .role = copying ? ROLE_COPIER : ROLE_ALLOCATOR};
    uint32_t frame;

    return frame_add(t, &key, &frame) && node_add(t, t->node_at[i], frame, ret);
}

static uint64_t stack_hash(const struct report_stack *s)
{
    return index_mix(index_mix(s->node, s->scope), s->copying);
}

static uint64_t stack_hash_at(uint32_t i, const void *context)
{
    return stack_hash(&((const struct tree *)context)->stacks[i]);
}

static bool stack_equal(uint32_t i, const void *key, const void *context)
{
    const struct report_stack *a = &((const struct tree *)context)->stacks[i], *b = key;

    return a->node == b->node && a->scope == b->scope && a->copying == b->copying;
}

static bool stack_add(struct tree *t, struct build *build, uint32_t i)
{
    const struct model *m = build->model;
    const uint32_t scope = m->nodes[i].scope;
    struct report_stack key = {.scope = build->scope_at[scope],
                               .phase = scope ? m->scopes[scope].phase : PHASE_NONE,
                               .copying = m->nodes[i].flags & NC_NODE_COPY,
                               .metrics = build_metrics(build, i)};

    if (!leaf_add(t, m, i, &key.node) || !index_reserve(&t->stack_index, stack_hash_at, t) ||
        !TREE_GROW(t, stacks))
        return false;
    uint32_t *slot = index_slot(&t->stack_index, stack_hash(&key), stack_equal, &key, t);
    if (*slot) {
        report_metrics_add(&t->stacks[*slot - 1].metrics, &key.metrics);
    } else {
        t->stacks[t->n_stacks] = key;
        *slot = (uint32_t)++t->n_stacks;
        t->stack_index.used++;
    }
    build->stack_at[i] = *slot - 1;
    return true;
}

/* Order: weight, then names from the leaf outwards, so that the same run gives the same bytes. */

struct stack_key {
    uint64_t weight;
    uint32_t at;
};

static const struct tree *sorting; /* qsort has no context; reports are made by one thread */

static int compare_paths(const struct tree *t, uint32_t a, uint32_t b)
{
    while (a != b && a != REPORT_NONE && b != REPORT_NONE) {
        const struct report_frame *x = &t->frames[t->nodes[a].frame],
                                  *y = &t->frames[t->nodes[b].frame];
        int r = x->function == y->function ? 0 : strcmp(x->function, y->function);
        if (r == 0 && x->file != y->file)
            r = strcmp(x->file, y->file);
        if (r == 0 && x->line != y->line)
            r = x->line < y->line ? -1 : 1;
        if (r == 0 && x->module != y->module)
            r = strcmp(x->module, y->module);
        if (r != 0)
            return r;
        a = t->nodes[a].parent;
        b = t->nodes[b].parent;
    }
    return a == b ? 0 : a == REPORT_NONE ? -1 : 1;
}

static int heavier(const void *a, const void *b)
{
    const struct stack_key *x = a, *y = b;

    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    const struct report_stack *s = &sorting->stacks[x->at], *u = &sorting->stacks[y->at];
    const int r = compare_paths(sorting, s->node, u->node);
    if (r != 0)
        return r;
    if (s->scope != u->scope)
        return s->scope < u->scope ? -1 : 1;
    return (int)s->copying - (int)u->copying;
}

static bool stacks_sort(struct tree *t, struct build *build)
{
    struct stack_key *keys = calloc(t->n_stacks + 1, sizeof *keys);
    uint32_t *place = calloc(t->n_stacks + 1, sizeof *place);
    struct report_stack *stacks = pool_calloc(build->model->pool, t->n_stacks + 1, sizeof *stacks);
    const bool good = keys && place && stacks;

    for (size_t i = 0; good && i < t->n_stacks; i++)
        keys[i] = (struct stack_key){
            t->stacks[i].metrics.allocated_bytes + t->stacks[i].metrics.copied_bytes, (uint32_t)i};
    if (good) {
        sorting = t;
        qsort(keys, t->n_stacks, sizeof *keys, heavier);
        for (size_t i = 0; i < t->n_stacks; i++) {
            stacks[i] = t->stacks[keys[i].at];
            place[keys[i].at] = (uint32_t)i;
        }
        for (size_t i = 0; i < build->model->n_nodes; i++)
            if (build->stack_at[i] != REPORT_NONE)
                build->stack_at[i] = place[build->stack_at[i]];
        build->report->stacks = stacks;
        build->report->n_stacks = t->n_stacks;
    }
    free(keys);
    free(place);
    return good;
}

static bool tree_build(struct tree *t, struct build *build)
{
    const struct model *m = build->model;

    t->node_at = calloc(m->n_nodes, sizeof *t->node_at);
    t->entered = calloc(m->n_nodes, sizeof *t->entered);
    build->stack_at = malloc(m->n_nodes * sizeof *build->stack_at);
    if (!t->node_at || !t->entered || !build->stack_at)
        return false;
    memset(build->stack_at, 0xff, m->n_nodes * sizeof *build->stack_at);
    for (uint32_t i = 1; i < m->n_nodes; i++)
        if (!node_expand(t, m, i) || (m->nodes[i].counts && !stack_add(t, build, i)))
            return false;
    return stacks_sort(t, build);
}

static bool tree_keep(struct tree *t, struct build *build)
{
    struct report *r = build->report;

    r->frames = pool_copy(build->model->pool, t->frames, t->n_frames * sizeof *t->frames);
    r->nodes = pool_copy(build->model->pool, t->nodes, t->n_nodes * sizeof *t->nodes);
    r->n_frames = t->n_frames;
    r->n_nodes = t->n_nodes;
    return r->frames && r->nodes;
}

bool build_stacks(struct build *build)
{
    struct tree t = {0};
    const bool good = tree_build(&t, build) && tree_keep(&t, build);

    index_done(&t.frame_index);
    index_done(&t.node_index);
    index_done(&t.stack_index);
    free(t.frames);
    free(t.nodes);
    free(t.stacks);
    free(t.node_at);
    free(t.entered);
    return good;
}
