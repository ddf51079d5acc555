/* SPDX-License-Identifier: Apache-2.0 */
/* Which call site of one report is which of another: by git's lines where both commits are at hand
 * (diff_lines.c); by the functions from the scope's entry to the call and the kind of call; among
 * several of one key by an alignment that keeps their order in the source; then by the calling
 * function alone, for inlining changes what is between; what is left over, by a score. */
#include "diff_lines.h"
#include "diff_parts.h"

#include "pool.h"

#include <stdlib.h>
#include <string.h>

#define ALIGN_MAX  (UINT64_C(1) << 20) /* cells of an alignment; larger keys are paired in order */
#define RENAME_MAX 400                 /* heaviest left-overs of each side that are looked at */

#define RENAME_SCORE 0.7
#define RENAME_LEAD  0.1

typedef int place_order(const struct report_place *, const struct report_place *);

struct pairs {
    struct diff *diff;
    struct diff_lines lines;
    const struct report_place **base, **head; /* sorted by key, then line */
    struct diff_place *out;
    size_t n;
    bool failed;
};

static int compare_keys(const struct report_place *x, const struct report_place *y)
{
    int r = strcmp(x->scope, y->scope);

    if (r == 0)
        r = strcmp(x->path, y->path);
    if (r == 0)
        r = strcmp(x->call, y->call);
    return r ? r : (int)x->copying - (int)y->copying;
}

static int by_key(const void *a, const void *b)
{
    const struct report_place *x = *(const struct report_place *const *)a,
                              *y = *(const struct report_place *const *)b;
    int r = compare_keys(x, y);

    if (r == 0)
        r = strcmp(x->at.file, y->at.file);
    return r ? r : x->at.line < y->at.line ? -1 : x->at.line > y->at.line;
}

/* The looser key: whatever called the function. */
static int compare_functions(const struct report_place *x, const struct report_place *y)
{
    int r = strcmp(x->scope, y->scope);

    if (r == 0)
        r = strcmp(x->at.function, y->at.function);
    if (r == 0)
        r = strcmp(x->call, y->call);
    return r ? r : (int)x->copying - (int)y->copying;
}

static int by_function(const void *a, const void *b)
{
    const struct report_place *x = *(const struct report_place *const *)a,
                              *y = *(const struct report_place *const *)b;
    int r = compare_functions(x, y);

    return r ? r : by_key(a, b);
}

static const struct report_place **sorted(const struct report *r)
{
    const struct report_place **ret = calloc(r->n_places + 1, sizeof *ret);

    for (size_t i = 0; ret && i < r->n_places; i++)
        ret[i] = &r->places[i];
    if (ret)
        qsort(ret, r->n_places, sizeof *ret, by_key);
    return ret;
}

/* 1 when equal, towards 0 the further apart. */
static double alike(uint64_t a, uint64_t b)
{
    const uint64_t low = a < b ? a : b, high = a < b ? b : a;

    return high == 0 ? 1 : (double)low / (double)high;
}

static uint64_t weight(const struct report_place *p)
{
    return p->metrics.allocated_bytes + p->metrics.copied_bytes;
}

static uint64_t calls(const struct report_place *p)
{
    return p->copying ? p->metrics.copies : p->metrics.allocations;
}

/* Whether git says that they are two lines. */
static bool apart(const struct pairs *p, const struct report_place *a, const struct report_place *b)
{
    return p->lines.base.settled[a - p->diff->base->places] &&
           p->lines.head.settled[b - p->diff->head->places];
}

/* How well two sites of one key fit. Any pair is better than none, but for what is apart. */
static double fit(const struct pairs *p, const struct report_place *a, const struct report_place *b)
{
    return apart(p, a, b)
               ? -1
               : 1 + 0.4 * alike(a->largest_bytes, b->largest_bytes) +
                     0.3 * alike(calls(a), calls(b)) + 0.3 * alike(weight(a), weight(b)) +
                     (a->at.line == b->at.line ? 0.3 : 0);
}

static void change_settle(struct diff_place *p)
{
    static const struct report_metrics none = {0};
    const struct report_metrics *base = p->base ? &p->base->metrics : &none,
                                *head = p->head ? &p->head->metrics : &none;

    p->bytes_delta = diff_delta(base->allocated_bytes, head->allocated_bytes);
    p->copied_delta = diff_delta(base->copied_bytes, head->copied_bytes);
    p->needless_delta = diff_delta(base->needless_bytes, head->needless_bytes);
    if (!p->base || !p->head)
        p->change = p->head ? DIFF_ADDED : DIFF_REMOVED;
    else if (p->bytes_delta == 0 && p->copied_delta == 0)
        p->change = base->allocations == head->allocations && base->copies == head->copies
                        ? DIFF_SAME
                        : DIFF_SMALL;
    else if (diff_small(base->allocated_bytes, p->bytes_delta) &&
             diff_small(base->copied_bytes, p->copied_delta))
        p->change = DIFF_SMALL;
    else
        p->change =
            (p->bytes_delta ? p->bytes_delta : p->copied_delta) > 0 ? DIFF_GREW : DIFF_SHRANK;
}

static void put(struct pairs *p, const struct report_place *base, const struct report_place *head,
                enum diff_match match, double score)
{
    struct diff_place *to = &p->out[p->n++];

    *to = (struct diff_place){.base = base, .head = head, .match = match, .score = score};
    if (base && head) {
        to->lines = (int64_t)head->at.line - (int64_t)base->at.line;
        if (match == MATCH_PATH && to->lines != 0)
            to->match = MATCH_MOVED;
    }
    change_settle(to);
}

/* The pairing that fits best of those that keep the order. Cell (i, k) of `table`, which has
 * (n + 1) x (m + 1), is the best of what begins at base[i] and head[k]. */
static void align(struct pairs *p, const struct report_place **base, size_t n,
                  const struct report_place **head, size_t m, enum diff_match match, double *table,
                  bool *base_done, bool *head_done)
{
    const size_t width = m + 1;

    for (size_t i = n; i-- > 0;)
        for (size_t k = m; k-- > 0;) {
            const double both = table[(i + 1) * width + k + 1] + fit(p, base[i], head[k]);
            const double skip_base = table[(i + 1) * width + k],
                         skip_head = table[i * width + k + 1];
            const double skip = skip_base > skip_head ? skip_base : skip_head;
            table[i * width + k] = both > skip ? both : skip;
        }
    for (size_t i = 0, k = 0; i < n && k < m;) {
        const double here = table[i * width + k];
        if (here <= table[(i + 1) * width + k]) {
            i++;
        } else if (here <= table[i * width + k + 1]) {
            k++;
        } else {
            put(p, base[i], head[k], match, 1);
            base_done[i++] = true;
            head_done[k++] = true;
        }
    }
}

/* All sites of one key. What has no partner stays undone. */
static void pair_key(struct pairs *p, const struct report_place **base, size_t n,
                     const struct report_place **head, size_t m, enum diff_match match,
                     bool *base_done, bool *head_done)
{
    double *table = NULL;

    if (n == 0 || m == 0)
        return;
    if ((uint64_t)(n + 1) * (m + 1) <= ALIGN_MAX) {
        table = calloc((n + 1) * (m + 1), sizeof *table);
        if (!table) {
            p->failed = true;
            return;
        }
        align(p, base, n, head, m, match, table, base_done, head_done);
        free(table);
        return;
    }
    for (size_t i = 0; i < n && i < m; i++)
        if (!apart(p, base[i], head[i])) {
            put(p, base[i], head[i], match, 1);
            base_done[i] = head_done[i] = true;
        }
}

/* Left-overs */

static size_t callers_len(const char *path)
{
    const char *last = strrchr(path, ';');

    return last ? (size_t)(last - path) : 0;
}

static double rename_score(const struct report_place *a, const struct report_place *b)
{
    const size_t n = callers_len(a->path), m = callers_len(b->path);
    const bool callers = n == m && memcmp(a->path, b->path, n) == 0;

    if (strcmp(a->scope, b->scope) != 0 || strcmp(a->call, b->call) != 0 ||
        a->copying != b->copying)
        return 0;
    return 0.35 * callers + 0.1 * (strcmp(a->at.file, b->at.file) == 0) +
           0.05 * (strcmp(a->at.function, b->at.function) == 0) +
           0.25 * alike(a->largest_bytes, b->largest_bytes) + 0.25 * alike(calls(a), calls(b));
}

static int heavier_place(const void *a, const void *b)
{
    const struct report_place *x = *(const struct report_place *const *)a,
                              *y = *(const struct report_place *const *)b;

    if (weight(x) != weight(y))
        return weight(x) > weight(y) ? -1 : 1;
    return by_key(a, b);
}

static size_t left_over(const struct report_place **all, const bool *done, size_t n,
                        const struct report_place **ret)
{
    size_t left = 0;

    for (size_t i = 0; i < n; i++)
        if (!done[i])
            ret[left++] = all[i];
    qsort(ret, left, sizeof *ret, heavier_place);
    return left;
}

/* The best partner of `of`, if it is good and clearly better than the next. */
static size_t best_partner(const struct pairs *p, const struct report_place *of,
                           const struct report_place **among, const bool *taken, size_t n,
                           double *ret_score)
{
    double best = 0, next = 0;
    size_t ret = n;

    for (size_t i = 0; i < n; i++) {
        const double s = taken[i] || apart(p, of, among[i]) ? 0 : rename_score(of, among[i]);
        if (s > best) {
            next = best;
            best = s;
            ret = i;
        } else if (s > next) {
            next = s;
        }
    }
    *ret_score = best;
    return best >= RENAME_SCORE && best - next >= RENAME_LEAD ? ret : n;
}

static void pair_left(struct pairs *p, const struct report_place **base, size_t n,
                      const struct report_place **head, size_t m)
{
    bool taken[RENAME_MAX] = {false};
    const size_t looked = m < RENAME_MAX ? m : RENAME_MAX;

    for (size_t i = 0; i < n; i++) {
        double score;
        const size_t k =
            i < RENAME_MAX ? best_partner(p, base[i], head, taken, looked, &score) : looked;
        if (k < looked) {
            taken[k] = true;
            put(p, base[i], head[k], MATCH_RENAMED, score);
        } else {
            put(p, base[i], NULL, MATCH_NONE, 0);
        }
    }
    for (size_t k = 0; k < m; k++)
        if (k >= looked || !taken[k])
            put(p, NULL, head[k], MATCH_NONE, 0);
}

static uint64_t magnitude(int64_t x) { return x < 0 ? -(uint64_t)x : (uint64_t)x; }

static int heavier(const void *a, const void *b)
{
    const struct diff_place *x = a, *y = b;
    const uint64_t m = magnitude(x->bytes_delta) + magnitude(x->copied_delta),
                   n = magnitude(y->bytes_delta) + magnitude(y->copied_delta);

    if (m != n)
        return m > n ? -1 : 1;
    if (x->change != y->change)
        return x->change < y->change ? -1 : 1;
    const struct report_place *u = x->head ? x->head : x->base, *v = y->head ? y->head : y->base;
    return by_key(&u, &v);
}

static size_t key_end(const struct report_place **places, size_t at, size_t n, place_order *order)
{
    size_t end = at;

    while (end < n && order(places[at], places[end]) == 0)
        end++;
    return end;
}

/* Pair the sites of equal keys, both sides sorted by `order`. */
static void pair_keys(struct pairs *p, const struct report_place **base, size_t n,
                      const struct report_place **head, size_t m, place_order *order,
                      enum diff_match match, bool *base_done, bool *head_done)
{
    for (size_t i = 0, k = 0; i < n && k < m && !p->failed;) {
        const int r = order(base[i], head[k]);
        const size_t i_end = r <= 0 ? key_end(base, i, n, order) : i,
                     k_end = r >= 0 ? key_end(head, k, m, order) : k;
        if (r == 0)
            pair_key(p, base + i, i_end - i, head + k, k_end - k, match, base_done + i,
                     head_done + k);
        i = i_end;
        k = k_end;
    }
}

/* Pair what the paths have left by the function alone. */
static void pair_functions(struct pairs *p, const struct report_place **base, size_t n,
                           const struct report_place **head, size_t m, bool *base_done,
                           bool *head_done)
{
    qsort(base, n, sizeof *base, by_function);
    qsort(head, m, sizeof *head, by_function);
    pair_keys(p, base, n, head, m, compare_functions, MATCH_FUNCTION, base_done, head_done);
}

/* Those that git pairs are done; the others are kept, in their order. */
static size_t keep_unpaired(const struct report_place **places, size_t n, const struct report *of,
                            const uint32_t *partner)
{
    size_t kept = 0;

    for (size_t i = 0; i < n; i++)
        if (partner[places[i] - of->places] == REPORT_NONE)
            places[kept++] = places[i];
    return kept;
}

static void put_lines(struct pairs *p)
{
    const struct report *base = p->diff->base, *head = p->diff->head;

    for (size_t i = 0; i < base->n_places; i++)
        if (p->lines.base.partner[i] != REPORT_NONE)
            put(p, &base->places[i], &head->places[p->lines.base.partner[i]], p->lines.match[i], 1);
}

bool diff_places(struct diff *diff, const struct line_map *lines)
{
    size_t n = diff->base->n_places, m = diff->head->n_places;
    struct pairs p = {.diff = diff, .base = sorted(diff->base), .head = sorted(diff->head)};
    bool *done = calloc(2 * (n + m) + 1, sizeof *done), *left_done = done ? done + n + m : NULL;
    const struct report_place **left = calloc(2 * (n + m) + 1, sizeof *left);

    p.out = pool_calloc(diff->pool, n + m + 1, sizeof *p.out);
    p.failed = !p.base || !p.head || !done || !left || !p.out ||
               !diff_lines_find(&p.lines, lines, diff->base, diff->head);
    if (!p.failed) {
        put_lines(&p);
        n = keep_unpaired(p.base, n, diff->base, p.lines.base.partner);
        m = keep_unpaired(p.head, m, diff->head, p.lines.head.partner);
        pair_keys(&p, p.base, n, p.head, m, compare_keys, MATCH_PATH, done, done + n);
        const size_t n_left = left_over(p.base, done, n, left);
        const size_t m_left = left_over(p.head, done + n, m, left + n_left);
        const struct report_place **rest = left + n + m;
        pair_functions(&p, left, n_left, left + n_left, m_left, left_done, left_done + n_left);
        const size_t base_left = left_over(left, left_done, n_left, rest);
        const size_t head_left =
            left_over(left + n_left, left_done + n_left, m_left, rest + base_left);
        pair_left(&p, rest, base_left, rest + base_left, head_left);
        qsort(p.out, p.n, sizeof *p.out, heavier);
    }
    diff_lines_done(&p.lines);
    free(p.base);
    free(p.head);
    free(done);
    free(left);
    diff->places = p.out;
    diff->n_places = p.n;
    return !p.failed;
}
