/* SPDX-License-Identifier: Apache-2.0 */
#include "line_map.h"

#include "begins.h"
#include "index.h"
#include "pool.h"
#include "show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lines [base, base + base_lines) became [head, head + head_lines); as git writes it, of an empty
 * range the line before it is named. */
struct hunk {
    uint32_t base, base_lines, head, head_lines;
};

struct changed {
    const char *base, *head; /* null: not there */
    size_t first, n;         /* hunks[] */
};

/* Files of one tree, by name and by base name. */
struct tree {
    const char **by_name, **by_base;
    size_t n;
};

struct line_map {
    struct pool *pool;
    struct tree base, head;
    struct changed *changed; /* by base name, new files first */
    size_t *by_head;         /* changed[] by head name */
    struct hunk *hunks;
    size_t n_changed, n_hunks, room_changed, room_hunks;
};

/* Names */

static int order(const char *a, const char *b)
{
    return !a || !b ? (a != NULL) - (b != NULL) : strcmp(a, b);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int by_base(const void *a, const void *b)
{
    const int r = strcmp(show_base(*(const char *const *)a), show_base(*(const char *const *)b));

    return r ? r : by_name(a, b);
}

/* A name as git writes it, in C's quotes where it has odd bytes, up to `end`. */
static const char *unquoted(struct pool *pool, const char *text, const char *end)
{
    static const char letters[] = "abtnvfr", meant[] = "\a\b\t\n\v\f\r";
    char *name;
    size_t n = 0;

    if (*text != '"')
        return pool_intern_n(pool, text, (size_t)(end - text));
    name = malloc((size_t)(end - text) + 1);
    for (const char *s = text + 1; name && s < end && *s != '"'; s++) {
        const char *letter;
        if (*s != '\\' || s + 1 == end) {
            name[n++] = *s;
        } else if (*++s >= '0' && *s <= '3' && end - s > 2) {
            name[n++] = (char)((s[0] - '0') << 6 | (s[1] - '0') << 3 | (s[2] - '0'));
            s += 2;
        } else {
            letter = strchr(letters, *s);
            name[n++] = letter ? meant[letter - letters] : *s;
        }
    }
    const char *ret = pool_intern_n(pool, name ? name : "", n);
    free(name);
    return ret;
}

static bool tree_read(struct tree *tree, struct pool *pool, const char *names)
{
    size_t room = 0;

    while (names && *names) {
        const size_t len = strcspn(names, "\n");
        if (!array_grow((void **)&tree->by_name, tree->n, &room, sizeof *tree->by_name))
            return false;
        if (len > 0)
            tree->by_name[tree->n++] = unquoted(pool, names, names + len);
        names += len + (names[len] == '\n');
    }
    tree->by_base = malloc((tree->n + 1) * sizeof *tree->by_base);
    if (!tree->by_base)
        return false;
    if (tree->n) {
        memcpy(tree->by_base, tree->by_name, tree->n * sizeof *tree->by_base);
        qsort(tree->by_name, tree->n, sizeof *tree->by_name, by_name);
        qsort(tree->by_base, tree->n, sizeof *tree->by_base, by_base);
    }
    return true;
}

static bool ends_with(const char *name, const char *end)
{
    const size_t n = strlen(name), m = strlen(end);

    return n > m && name[n - m - 1] == '/' && strcmp(name + n - m, end) == 0;
}

/* The only file whose name ends with `path`. */
static const char *only_below(const struct tree *tree, const char *path)
{
    const char *const base = show_base(path), *found = NULL;
    size_t low = 0, high = tree->n;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(show_base(tree->by_base[middle]), base) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < tree->n && strcmp(show_base(tree->by_base[low]), base) == 0; low++)
        if (ends_with(tree->by_base[low], path)) {
            if (found)
                return NULL;
            found = tree->by_base[low];
        }
    return found;
}

static const char *tree_file(const struct tree *tree, const char *path)
{
    const char *const *found;

    for (const char *end = path; end; end = strchr(end, '/')) {
        end += *end == '/';
        if (*end && tree->n &&
            (found = bsearch(&end, tree->by_name, tree->n, sizeof *tree->by_name, by_name)))
            return *found;
        if (!*end)
            break;
    }
    return path[0] && path[0] != '/' ? only_below(tree, path) : NULL;
}

const char *line_map_base_file(const struct line_map *map, const char *path)
{
    return tree_file(&map->base, path);
}

const char *line_map_head_file(const struct line_map *map, const char *path)
{
    return tree_file(&map->head, path);
}

/* The diff */

/* "a/NAME", perhaps in quotes; null for /dev/null. A tab ends it where the name has spaces. */
static const char *side_name(struct pool *pool, const char *text, const char *end)
{
    if (*text != '"')
        for (const char *tab = text; tab < end; tab++)
            if (*tab == '\t')
                end = tab;
    const char *name = unquoted(pool, text, end);
    return (name[0] == 'a' || name[0] == 'b') && name[1] == '/' ? pool_intern(pool, name + 2)
                                                                : NULL;
}

/* "-12,3" or "-12". */
static const char *range(const char *s, uint32_t *ret, uint32_t *ret_lines)
{
    char *end;

    *ret = (uint32_t)strtoul(s, &end, 10);
    *ret_lines = 1;
    if (*end == ',')
        *ret_lines = (uint32_t)strtoul(end + 1, &end, 10);
    return end;
}

static bool hunk_add(struct line_map *map, const char *line, uint64_t *ret_lines)
{
    struct hunk h;
    const char *s = range(line + 4, &h.base, &h.base_lines);

    *ret_lines = 0;
    if (begins(s, " +"))
        range(s + 2, &h.head, &h.head_lines);
    if (!begins(s, " +") || map->n_changed == 0)
        return true; /* no hunk that we know */
    if (!array_grow((void **)&map->hunks, map->n_hunks, &map->room_hunks, sizeof *map->hunks))
        return false;
    map->hunks[map->n_hunks++] = h;
    map->changed[map->n_changed - 1].n++;
    *ret_lines = (uint64_t)h.base_lines + h.head_lines;
    return true;
}

static bool changed_add(struct line_map *map)
{
    if (!array_grow((void **)&map->changed, map->n_changed, &map->room_changed,
                    sizeof *map->changed))
        return false;
    map->changed[map->n_changed++] = (struct changed){.first = map->n_hunks};
    return true;
}

static bool header_line(struct line_map *map, const char *line, const char *end)
{
    struct changed *c = map->n_changed ? &map->changed[map->n_changed - 1] : NULL;

    if (begins(line, "diff --git "))
        return changed_add(map);
    if (c && begins(line, "rename from "))
        c->base = unquoted(map->pool, line + 12, end);
    else if (c && begins(line, "rename to "))
        c->head = unquoted(map->pool, line + 10, end);
    else if (c && begins(line, "--- "))
        c->base = side_name(map->pool, line + 4, end);
    else if (c && begins(line, "+++ "))
        c->head = side_name(map->pool, line + 4, end);
    return true;
}

/* What a hunk holds is skipped by its count: a removed line may look like a header. */
static bool diff_read(struct line_map *map, const char *text)
{
    uint64_t inside = 0;

    for (const char *line = text; line && *line;) {
        const char *end = line + strcspn(line, "\n");
        if (inside > 0 && (*line == '+' || *line == '-'))
            inside--;
        else if (begins(line, "@@ -") ? !hunk_add(map, line, &inside)
                                      : !header_line(map, line, end))
            return false;
        line = end + (*end == '\n');
    }
    return true;
}

static int by_base_side(const void *a, const void *b)
{
    return order(((const struct changed *)a)->base, ((const struct changed *)b)->base);
}

static int by_head_side(const void *a, const void *b, void *context)
{
    const struct changed *c = context;

    return order(c[*(const size_t *)a].head, c[*(const size_t *)b].head);
}

static bool sort_changed(struct line_map *map)
{
    map->by_head = malloc((map->n_changed + 1) * sizeof *map->by_head);
    if (!map->by_head)
        return false;
    if (map->n_changed) {
        qsort(map->changed, map->n_changed, sizeof *map->changed, by_base_side);
        for (size_t i = 0; i < map->n_changed; i++)
            map->by_head[i] = i;
        qsort_r(map->by_head, map->n_changed, sizeof *map->by_head, by_head_side, map->changed);
    }
    return true;
}

struct line_map *line_map_new(const struct line_map_text *text)
{
    struct line_map *map = calloc(1, sizeof *map);

    if (map)
        map->pool = pool_new();
    if (!map || !map->pool || !tree_read(&map->base, map->pool, text->base_files) ||
        !tree_read(&map->head, map->pool, text->head_files) || !diff_read(map, text->diff) ||
        !sort_changed(map) || pool_failed(map->pool)) {
        line_map_free(map);
        return NULL;
    }
    return map;
}

void line_map_free(struct line_map *map)
{
    if (!map)
        return;
    pool_free(map->pool);
    free(map->base.by_name);
    free(map->base.by_base);
    free(map->head.by_name);
    free(map->head.by_base);
    free(map->changed);
    free(map->by_head);
    free(map->hunks);
    free(map);
}

/* Lines */

static const struct changed *change_of_base(const struct line_map *map, const char *file)
{
    const struct changed key = {.base = file};

    return map->n_changed ? bsearch(&key, map->changed, map->n_changed, sizeof key, by_base_side)
                          : NULL;
}

static const struct changed *change_of_head(const struct line_map *map, const char *file)
{
    size_t low = 0, high = map->n_changed;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const int r = order(map->changed[map->by_head[middle]].head, file);
        if (r == 0)
            return &map->changed[map->by_head[middle]];
        if (r < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

struct line_map_target line_map_target(const struct line_map *map, const char *base_file,
                                       uint32_t line)
{
    const struct changed *c = change_of_base(map, base_file);
    int64_t shift = 0;

    if (!c)
        return (struct line_map_target){base_file, line, 0};
    for (size_t i = c->first; i < c->first + c->n; i++) {
        const struct hunk *h = &map->hunks[i];
        /* Of an empty range the line before it is named, which stays. */
        const uint32_t first = h->base + (h->base_lines == 0);
        if (line < first)
            break;
        if (line - first < h->base_lines)
            return (struct line_map_target){c->head, 0, (uint32_t)i + 1};
        shift = (int64_t)h->head + (h->head_lines == 0) + h->head_lines - first - h->base_lines;
    }
    const int64_t there = line + shift;
    return (struct line_map_target){
        c->head, c->head && there > 0 && there < UINT32_MAX ? (uint32_t)there : 0, 0};
}

uint32_t line_map_hunk(const struct line_map *map, const char *head_file, uint32_t line)
{
    const struct changed *c = change_of_head(map, head_file);

    for (size_t i = c ? c->first : 0; c && i < c->first + c->n; i++)
        if (map->hunks[i].head_lines && line >= map->hunks[i].head &&
            line - map->hunks[i].head < map->hunks[i].head_lines)
            return (uint32_t)i + 1;
    return 0;
}

size_t line_map_files(const struct line_map *map) { return map->n_changed; }
