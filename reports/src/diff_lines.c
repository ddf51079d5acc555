/* SPDX-License-Identifier: Apache-2.0 */
#include "diff_lines.h"

#include <stdlib.h>
#include <string.h>

/* A place as the head commit would call it: by the line where it is there, or by the change that
 * it is part of. */
struct spot {
    const struct report_place *place;
    const char *file; /* one pointer a file; null: no file of the repository */
    uint32_t line;    /* 0: see hunk */
    uint32_t hunk;
};

struct spots {
    struct spot *at;
    size_t n;
};

static int compare_spots(const struct spot *a, const struct spot *b)
{
    if (a->file != b->file)
        return (uintptr_t)a->file < (uintptr_t)b->file ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    if (a->hunk != b->hunk)
        return a->hunk < b->hunk ? -1 : 1;
    const int r = strcmp(a->place->call, b->place->call);
    return r ? r : (int)a->place->copying - (int)b->place->copying;
}

static int compare_functions(const struct spot *a, const struct spot *b)
{
    int r = compare_spots(a, b);

    if (r == 0)
        r = strcmp(a->place->scope, b->place->scope);
    return r ? r : strcmp(a->place->at.function, b->place->at.function);
}

/* Places that only their own line tells apart stand in its order. */
static int by_spot(const void *a, const void *b)
{
    const struct spot *x = a, *y = b;
    const int r = compare_functions(x, y);

    return r ? r
           : x->place->at.line != y->place->at.line
               ? (x->place->at.line < y->place->at.line ? -1 : 1)
               : (x->place > y->place) - (x->place < y->place);
}

static struct spot base_spot(const struct line_map *lines, const struct report_place *place)
{
    struct spot ret = {.place = place, .file = line_map_base_file(lines, place->at.file)};

    if (ret.file && place->at.line) {
        const struct line_map_target to = line_map_target(lines, ret.file, place->at.line);
        ret.file = to.file;
        ret.line = to.line;
        ret.hunk = to.hunk;
    }
    return ret;
}

static struct spot head_spot(const struct line_map *lines, const struct report_place *place)
{
    struct spot ret = {.place = place, .file = line_map_head_file(lines, place->at.file)};

    if (ret.file && place->at.line) {
        ret.hunk = line_map_hunk(lines, ret.file, place->at.line);
        ret.line = ret.hunk ? 0 : place->at.line;
    }
    return ret;
}

static bool spots_of(struct spots *ret, bool *settled, const struct line_map *lines,
                     const struct report *r,
                     struct spot (*of)(const struct line_map *, const struct report_place *))
{
    ret->at = calloc(r->n_places + 1, sizeof *ret->at);
    for (size_t i = 0; ret->at && i < r->n_places; i++) {
        const struct spot s = of(lines, &r->places[i]);
        settled[i] = s.line != 0;
        if (s.file && (s.line || s.hunk))
            ret->at[ret->n++] = s;
    }
    if (ret->n)
        qsort(ret->at, ret->n, sizeof *ret->at, by_spot);
    return ret->at;
}

/* End of the run of unpaired spots that `order` calls equal to the first. */
static size_t run_end(const struct spots *spots, size_t at,
                      int (*order)(const struct spot *, const struct spot *))
{
    size_t end = at;

    while (end < spots->n && order(&spots->at[at], &spots->at[end]) == 0)
        end++;
    return end;
}

static void pair(struct diff_lines *to, const struct report *base, const struct report *head,
                 const struct spot *a, const struct spot *b)
{
    const size_t i = (size_t)(a->place - base->places), k = (size_t)(b->place - head->places);

    to->base.partner[i] = (uint32_t)k;
    to->head.partner[k] = (uint32_t)i;
    to->match[i] = a->line ? MATCH_LINE : MATCH_EDITED;
}

static void drop_paired(struct spots *spots, const struct report *r, const uint32_t *partner)
{
    size_t n = 0;

    for (size_t i = 0; i < spots->n; i++)
        if (partner[spots->at[i].place - r->places] == REPORT_NONE)
            spots->at[n++] = spots->at[i];
    spots->n = n;
}

/* Equal spots, where there are as many on both sides. `edited`: those within a change, too; else it
 * may have replaced one function by another. */
static void pair_equal(struct diff_lines *to, const struct report *base, const struct report *head,
                       const struct spots *a, const struct spots *b, bool edited,
                       int (*order)(const struct spot *, const struct spot *))
{
    for (size_t i = 0, k = 0; i < a->n && k < b->n;) {
        const int r = order(&a->at[i], &b->at[k]);
        const size_t i_end = r <= 0 ? run_end(a, i, order) : i,
                     k_end = r >= 0 ? run_end(b, k, order) : k;
        if (r == 0 && i_end - i == k_end - k && (edited || a->at[i].line))
            for (size_t x = 0; x < i_end - i; x++)
                pair(to, base, head, &a->at[i + x], &b->at[k + x]);
        i = i_end;
        k = k_end;
    }
}

bool diff_lines_find(struct diff_lines *ret, const struct line_map *lines,
                     const struct report *base, const struct report *head)
{
    const size_t n = base->n_places, m = head->n_places;
    struct diff_lines to = {
        .base = {malloc((n + 1) * sizeof(uint32_t)), calloc(n + 1, sizeof(bool))},
        .head = {malloc((m + 1) * sizeof(uint32_t)), calloc(m + 1, sizeof(bool))},
        .match = calloc(n + 1, sizeof *to.match)};
    struct spots a = {0}, b = {0};
    bool good =
        to.base.partner && to.base.settled && to.head.partner && to.head.settled && to.match;

    if (good) {
        memset(to.base.partner, 0xff, n * sizeof *to.base.partner); /* REPORT_NONE */
        memset(to.head.partner, 0xff, m * sizeof *to.head.partner);
    }
    if (good && lines) {
        good = spots_of(&a, to.base.settled, lines, base, base_spot) &&
               spots_of(&b, to.head.settled, lines, head, head_spot);
        if (good) {
            pair_equal(&to, base, head, &a, &b, true, compare_functions);
            drop_paired(&a, base, to.base.partner);
            drop_paired(&b, head, to.head.partner);
            pair_equal(&to, base, head, &a, &b, false, compare_spots);
        }
        free(a.at);
        free(b.at);
    }
    if (good)
        *ret = to;
    else
        diff_lines_done(&to);
    return good;
}

void diff_lines_done(struct diff_lines *lines)
{
    free(lines->base.partner);
    free(lines->base.settled);
    free(lines->head.partner);
    free(lines->head.settled);
    free(lines->match);
    *lines = (struct diff_lines){0};
}
