/* SPDX-License-Identifier: Apache-2.0 */
#include "html_tree.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "html_escape.h"
#include "html_names.h"

const struct html_metric html_metrics[] = {
    {"allocated", "bytes allocated", "bytes", offsetof(struct report_metrics, allocated_bytes)},
    {"copied", "bytes copied", "bytes", offsetof(struct report_metrics, copied_bytes)},
    {"needless", "needless bytes", "bytes", offsetof(struct report_metrics, needless_bytes)},
    {"peak", "bytes live at the peak", "bytes", offsetof(struct report_metrics, peak_bytes)},
    {"leaked", "bytes leaked", "bytes", offsetof(struct report_metrics, leaked_bytes)},
    {"untouched", "bytes never written", "bytes", offsetof(struct report_metrics, untouched_bytes)},
    {"allocations", "allocations", "count", offsetof(struct report_metrics, allocations)},
};
const size_t html_n_metrics = sizeof html_metrics / sizeof *html_metrics;
#define N_METRICS (sizeof html_metrics / sizeof *html_metrics)

uint64_t html_metric_of(const struct report_metrics *metrics, size_t metric)
{
    uint64_t value;

    memcpy(&value, (const char *)metrics + html_metrics[metric].offset, sizeof value);
    return value;
}

const char *html_phase_words(enum report_phase phase)
{
    static const char *const words[PHASES] = {"outside", "single", "batch[1]", "batch[N]",
                                              "stream"};

    return phase < PHASES ? words[phase] : "outside";
}

/* One stack of the input: its innermost node and what happened there. */
struct leaf {
    uint32_t node, group;
    const struct report_metrics *head, *base; /* base: null in a report */
};

struct input {
    size_t n_nodes, n_leaves;
    uint32_t *parent;
    const struct report_frame **frame;
    struct leaf *leaves;
};

/* The tree being laid out. Index 0 is the root; input node i is i + 1. */
struct layout {
    const struct input *in;
    struct html_names names;
    uint64_t *weight;       /* sum of all metrics over the subtree: what siblings are sorted by */
    uint32_t *first, *next; /* children, sorted */
    uint32_t *shown;        /* preorder position of each node, or of what it is folded into */
    uint32_t *depth;
    uint64_t (*sum)[N_METRICS]; /* only when folding */
    struct html_bytes depths, frames;
    size_t n_shown;
};

static void add_metrics(uint64_t *to, const struct leaf *leaf)
{
    for (size_t m = 0; m < N_METRICS; m++) {
        const uint64_t head = leaf->head ? html_metric_of(leaf->head, m) : 0;
        const uint64_t base = leaf->base ? html_metric_of(leaf->base, m) : 0;

        to[m] += head > base ? head : base;
    }
}

static uint64_t weight_of(const struct leaf *leaf)
{
    uint64_t sum[N_METRICS] = {0}, all = 0;

    add_metrics(sum, leaf);
    for (size_t m = 0; m < N_METRICS; m++)
        all += sum[m];
    return all;
}

/* The parent as an index of the layout. */
static uint32_t above(const struct input *in, size_t node)
{
    return in->parent[node - 1] == REPORT_NONE ? 0 : in->parent[node - 1] + 1;
}

/* Parents come before children, so one pass from the end sums subtrees. */
static void sum_up(struct layout *l)
{
    const struct input *in = l->in;

    for (size_t k = 0; k < in->n_leaves; k++)
        l->weight[in->leaves[k].node + 1] += weight_of(&in->leaves[k]);
    for (size_t i = in->n_nodes; i > 0; i--) {
        l->weight[above(in, i)] += l->weight[i];
    }
}

static int sum_metrics(struct layout *l)
{
    const struct input *in = l->in;

    l->sum = calloc(in->n_nodes + 1, sizeof *l->sum);
    if (!l->sum)
        return -ENOMEM;
    for (size_t k = 0; k < in->n_leaves; k++)
        add_metrics(l->sum[in->leaves[k].node + 1], &in->leaves[k]);
    for (size_t i = in->n_nodes; i > 0; i--) {
        for (size_t m = 0; m < N_METRICS; m++)
            l->sum[above(in, i)][m] += l->sum[i][m];
    }
    return 0;
}

/* A subtree under a millionth of every metric. */
static int is_small(const struct layout *l, uint32_t node)
{
    for (size_t m = 0; m < N_METRICS; m++) {
        if (l->sum[node][m] > l->sum[0][m] / 1000000)
            return 0;
    }
    return 1;
}

/* Heaviest first; by name where weights are equal, so that a run gives the same bytes again. */
static int compare_nodes(const void *a, const void *b, void *arg)
{
    const struct layout *l = arg;
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int r;

    if (l->weight[x] != l->weight[y])
        return l->weight[x] > l->weight[y] ? -1 : 1;
    r = strcmp(l->in->frame[x - 1]->function, l->in->frame[y - 1]->function);
    if (r == 0)
        r = (l->in->frame[x - 1]->line > l->in->frame[y - 1]->line) -
            (l->in->frame[x - 1]->line < l->in->frame[y - 1]->line);
    return r ? r : (x > y) - (x < y);
}

/* Chains of children: nodes are put together by parent, and each group, mostly of one or two, is
 * sorted by itself. */
static int link_children(struct layout *l)
{
    const size_t n = l->in->n_nodes;
    uint32_t *order = malloc((n + 1) * sizeof *order);
    size_t *end = calloc(n + 2, sizeof *end); /* of the group of parent p: end[p] */

    if (order && end) {
        for (size_t i = 1; i <= n; i++)
            end[above(l->in, i) + 1]++;
        for (size_t p = 1; p <= n + 1; p++)
            end[p] += end[p - 1];
        for (size_t i = 1; i <= n; i++) /* end[p] starts as the group's begin */
            order[end[above(l->in, i)]++] = (uint32_t)i;
        for (size_t p = 0, begin = 0; p <= n; begin = end[p++]) {
            if (end[p] - begin > 1)
                qsort_r(order + begin, end[p] - begin, sizeof *order, compare_nodes, l);
            for (size_t k = end[p]; k > begin; k--) {
                l->next[order[k - 1]] = l->first[p];
                l->first[p] = order[k - 1];
            }
        }
    }
    const int r = order && end ? 0 : -ENOMEM;
    free(order);
    free(end);
    return r;
}

static uint32_t emit(struct layout *l, uint32_t depth, size_t frame)
{
    const unsigned char d = (unsigned char)depth;

    html_bytes_put(&l->depths, &d, 1);
    html_bytes_varint(&l->frames, frame);
    return (uint32_t)++l->n_shown;
}

/* All of a subtree is shown as the one box at `as`. */
static void fold_subtree(struct layout *l, uint32_t node, uint32_t as, size_t *folded)
{
    uint32_t at = node;

    for (;;) {
        l->shown[at] = as;
        ++*folded;
        if (l->first[at]) {
            at = l->first[at];
            continue;
        }
        while (at != node && !l->next[at])
            at = above(l->in, at);
        if (at == node)
            return;
        at = l->next[at];
    }
}

/* The last children of `node`, from `child` on, are small: one box for all. */
static void fold_small(struct layout *l, uint32_t child, uint32_t depth, struct html_tree *ret)
{
    char name[40];
    size_t n = 0;
    uint32_t as;

    for (uint32_t c = child; c; c = l->next[c])
        n++;
    snprintf(name, sizeof name, "[%zu small]", n);
    as = emit(l, depth, html_names_frame_once(&l->names, &(struct report_frame){name, "", "", 0}));
    for (uint32_t c = child; c; c = l->next[c])
        fold_subtree(l, c, as, &ret->folded_small);
}

/* Preorder, without recursion: trees are as deep as the profiled program's stacks. */
static void show_nodes(struct layout *l, struct html_tree *ret)
{
    static const struct report_frame deeper = {.function = "[deeper]", .file = "", .module = ""};
    uint32_t at = l->first[0];

    while (at) {
        const uint32_t depth = l->depth[above(l->in, at)] + 1; /* the root's is 0 */
        uint32_t next = 0;

        l->depth[at] = depth;
        if (depth >= HTML_DEEPEST) {
            const uint32_t as = emit(l, depth, html_names_frame(&l->names, &deeper));

            for (; at; at = l->next[at]) {
                fold_subtree(l, at, as, &ret->folded_deep);
                next = at; /* the last one: the walk goes on above it */
            }
            at = next;
        } else if (l->sum && is_small(l, at)) {
            /* Sorted by sum of all metrics: a later sibling may be large in one of them. */
            uint32_t k = at;

            while (k && is_small(l, k))
                k = l->next[k];
            if (!k) {
                fold_small(l, at, depth, ret);
                while (l->next[at])
                    at = l->next[at];
            } else {
                const uint32_t as =
                    emit(l, depth, html_names_frame(&l->names, l->in->frame[at - 1]));

                fold_subtree(l, at, as, &ret->folded_small);
                at = l->next[at];
                continue;
            }
        } else {
            l->shown[at] = emit(l, depth, html_names_frame(&l->names, l->in->frame[at - 1]));
            if (l->first[at]) {
                at = l->first[at];
                continue;
            }
        }
        while (at && !l->next[at])
            at = above(l->in, at);
        if (at)
            at = l->next[at];
    }
}

/* A cell: one stack, or those that were folded into one box and share a group. */
struct cell {
    uint32_t node, group;
    uint32_t leaf;
};

static int compare_cells(const void *a, const void *b)
{
    const struct cell *x = a, *y = b;

    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    return (x->leaf > y->leaf) - (x->leaf < y->leaf);
}

static int add_metric_columns(struct html_data *data, const struct input *in,
                              const struct cell *cells, size_t metric, bool base, uint64_t *ret_sum)
{
    uint64_t *values = calloc(in->n_leaves + 1, sizeof *values);
    char name[32];

    if (!values)
        return -ENOMEM;
    for (size_t k = 0; k < in->n_leaves; k++) {
        const struct leaf *leaf = &in->leaves[cells[k].leaf];
        const struct report_metrics *metrics = base ? leaf->base : leaf->head;

        values[k] = metrics ? html_metric_of(metrics, metric) : 0;
        *ret_sum += values[k];
    }
    snprintf(name, sizeof name, "cell.%s%s", base ? "base." : "", html_metrics[metric].id);
    html_data_add_numbers(data, name, values, in->n_leaves);
    free(values);
    return 0;
}

static int add_cells(struct html_tree *ret, struct html_data *data, const struct layout *l,
                     bool two_sides)
{
    const struct input *in = l->in;
    struct cell *cells = calloc(in->n_leaves + 1, sizeof *cells);
    struct html_bytes steps = {0}, groups = {0};
    uint32_t before = 0;
    int r = 0;

    if (!cells)
        return -ENOMEM;
    for (size_t k = 0; k < in->n_leaves; k++)
        cells[k] =
            (struct cell){l->shown[in->leaves[k].node + 1], in->leaves[k].group, (uint32_t)k};
    qsort(cells, in->n_leaves, sizeof *cells, compare_cells);
    for (size_t k = 0; k < in->n_leaves; k++) {
        html_bytes_varint(&steps, cells[k].node - before);
        html_bytes_varint(&groups, cells[k].group);
        before = cells[k].node;
    }
    html_data_add(data, "cell.node", "v", in->n_leaves, 0, &steps);
    html_data_add(data, "cell.scope", "v", in->n_leaves, 0, &groups);
    for (size_t m = 0; r == 0 && m < N_METRICS; m++) {
        r = add_metric_columns(data, in, cells, m, false, &ret->sum[m]);
        if (r == 0 && two_sides)
            r = add_metric_columns(data, in, cells, m, true, &ret->sum[m]);
    }
    free(cells);
    return r;
}

static void layout_done(struct layout *l)
{
    html_names_done(&l->names);
    html_bytes_done(&l->depths);
    html_bytes_done(&l->frames);
    free(l->weight);
    free(l->first);
    free(l->next);
    free(l->shown);
    free(l->depth);
    free(l->sum);
}

static int add_tree(struct html_tree *ret, struct html_data *data, const struct input *in,
                    bool two_sides, const char *root)
{
    const size_t n = in->n_nodes + 1;
    struct layout l = {.in = in, .names = {.root = root}};
    int r = -ENOMEM;

    l.weight = calloc(n, sizeof *l.weight);
    l.first = calloc(n, sizeof *l.first);
    l.next = calloc(n, sizeof *l.next);
    l.shown = calloc(n, sizeof *l.shown);
    l.depth = calloc(n, sizeof *l.depth);
    if (l.weight && l.first && l.next && l.shown && l.depth) {
        sum_up(&l);
        r = link_children(&l);
    }
    if (r == 0 && in->n_nodes > HTML_MOST_NODES)
        r = sum_metrics(&l);
    if (r == 0) {
        show_nodes(&l, ret);
        html_data_add(data, "depth", "u8", l.n_shown, 0, &l.depths);
        html_data_add(data, "frame", "v", l.n_shown, 0, &l.frames);
        html_names_add(&l.names, data);
        r = add_cells(ret, data, &l, two_sides);
    }
    if (r == 0 && data->failed)
        r = -ENOMEM;
    layout_done(&l);
    return r;
}

/* The group of that name and phase, added when new. Groups are few: a scan will do. */
static uint32_t group_of(struct html_tree *tree, const char *name, enum report_phase phase)
{
    struct html_group *groups;

    if (!*name && phase == PHASE_NONE)
        return 0;
    for (size_t k = tree->n_groups; k > 1; k--) {
        if (tree->groups[k - 1].phase == phase && strcmp(tree->groups[k - 1].name, name) == 0)
            return (uint32_t)(k - 1);
    }
    groups = realloc(tree->groups, (tree->n_groups + 1) * sizeof *groups);
    if (!groups)
        return 0;
    tree->groups = groups;
    groups[tree->n_groups] = (struct html_group){name, phase};
    return (uint32_t)tree->n_groups++;
}

static int make_input(struct input *in, struct html_tree *ret, size_t n_nodes, size_t n_leaves)
{
    *in = (struct input){.n_nodes = n_nodes, .n_leaves = n_leaves};
    in->parent = calloc(n_nodes + 1, sizeof *in->parent);
    in->frame = calloc(n_nodes + 1, sizeof *in->frame);
    in->leaves = calloc(n_leaves + 1, sizeof *in->leaves);
    ret->groups = calloc(1, sizeof *ret->groups);
    if (!in->parent || !in->frame || !in->leaves || !ret->groups)
        return -ENOMEM;
    ret->groups[0] = (struct html_group){"", PHASE_NONE};
    ret->n_groups = 1;
    return 0;
}

static void input_done(struct input *in)
{
    free(in->parent);
    free(in->frame);
    free(in->leaves);
}

int html_tree_add_report(struct html_tree *ret, struct html_data *data, const struct report *report,
                         const char *root)
{
    struct input in;
    int r;

    *ret = (struct html_tree){0};
    r = make_input(&in, ret, report->n_nodes, report->n_stacks);
    for (size_t i = 0; r == 0 && i < report->n_nodes; i++) {
        in.parent[i] = report->nodes[i].parent;
        in.frame[i] = &report->frames[report->nodes[i].frame];
    }
    for (size_t k = 0; r == 0 && k < report->n_stacks; k++) {
        const struct report_stack *s = &report->stacks[k];
        const char *name = s->scope == REPORT_NONE ? "" : report->scopes[s->scope].name;

        in.leaves[k] = (struct leaf){s->node, group_of(ret, name, s->phase), &s->metrics, NULL};
    }
    if (r == 0)
        r = add_tree(ret, data, &in, false, root);
    input_done(&in);
    return r;
}

int html_tree_add_diff(struct html_tree *ret, struct html_data *data, const struct diff *diff,
                       const char *root)
{
    struct input in;
    int r;

    *ret = (struct html_tree){0};
    r = make_input(&in, ret, diff->n_nodes, diff->n_stacks);
    for (size_t i = 0; r == 0 && i < diff->n_nodes; i++) {
        in.parent[i] = diff->nodes[i].parent;
        in.frame[i] = diff->nodes[i].frame;
    }
    for (size_t k = 0; r == 0 && k < diff->n_stacks; k++) {
        const struct diff_stack *s = &diff->stacks[k];

        in.leaves[k] =
            (struct leaf){s->node, group_of(ret, s->scope, s->phase), &s->head, &s->base};
    }
    if (r == 0)
        r = add_tree(ret, data, &in, true, root);
    input_done(&in);
    return r;
}

void html_tree_done(struct html_tree *tree)
{
    free(tree->groups);
    *tree = (struct html_tree){0};
}

size_t html_tree_group(const struct html_tree *tree, const struct report *report, uint32_t scope,
                       enum report_phase phase)
{
    if (scope == REPORT_NONE || scope >= report->n_scopes)
        return 0;
    for (size_t k = 1; k < tree->n_groups; k++) {
        if (tree->groups[k].phase == phase &&
            strcmp(tree->groups[k].name, report->scopes[scope].name) == 0)
            return k;
    }
    return 0;
}

json_t *html_tree_meta(const struct html_tree *tree, const char *kind)
{
    json_t *metrics = json_array(), *scopes = json_array(), *phases = json_array();
    bool seen[PHASES] = {false};

    for (size_t m = 0; m < N_METRICS; m++) {
        if (m == 0 || tree->sum[m])
            json_array_append_new(metrics,
                                  json_pack("{ss ss ss}", "id", html_metrics[m].id, "label",
                                            html_metrics[m].label, "unit", html_metrics[m].unit));
    }
    for (size_t k = 0; k < tree->n_groups; k++) {
        const struct html_group *g = &tree->groups[k];
        char *name = nc_utf8_clean(g->name);

        seen[g->phase] = true;
        json_array_append_new(scopes, json_pack("{ss ss ss}", "name", name ? name : "", "phase",
                                                report_phase_name(g->phase), "label",
                                                html_phase_words(g->phase)));
        free(name);
    }
    for (unsigned p = PHASE_SINGLE; p < PHASES; p++) {
        if (seen[p])
            json_array_append_new(
                phases, json_pack("{ss ss}", "id", report_phase_name((enum report_phase)p), "label",
                                  html_phase_words((enum report_phase)p)));
    }
    return json_pack("{ss so so so}", "kind", kind, "metrics", metrics, "scopes", scopes, "phases",
                     phases);
}
