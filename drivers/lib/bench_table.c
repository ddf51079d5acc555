/* SPDX-License-Identifier: Apache-2.0 */
#include "bench_table.h"
#include "print.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char *const shape_names[BENCH_SHAPES] = {"single", "batch1", "sweep"};

int bench_table_add(struct bench_table *t, const struct bench_row *row)
{
    if (t->n == t->capacity) {
        const size_t capacity = t->capacity ? t->capacity * 2 : 64;
        struct bench_row *rows = reallocarray(t->rows, capacity, sizeof *rows);

        if (!rows)
            return -1;
        t->rows = rows;
        t->capacity = capacity;
    }
    t->rows[t->n++] = *row;
    return 0;
}

void bench_table_done(struct bench_table *t)
{
    free(t->rows);
    *t = (struct bench_table){0};
}

static int by_place(const void *a, const void *b, void *best)
{
    const struct bench_row *x = a, *y = b;
    int r = strcmp(x->indicator, y->indicator);

    if (r == 0)
        r = x->is_peer - y->is_peer;
    if (r == 0)
        r = (strcmp(y->by, best) == 0) - (strcmp(x->by, best) == 0);
    return r ? r : strcmp(x->by, y->by);
}

void bench_table_sort(struct bench_table *t, const char *best)
{
    qsort_r(t->rows, t->n, sizeof *t->rows, by_place, (void *)best);
}

static int is_faster(const struct bench_row *peer, const struct bench_row *own)
{
    for (int k = 0; k < BENCH_SHAPES; k++)
        if (peer->speed[k].median > 0 && peer->speed[k].median < 0.98 * own->speed[k].median)
            return 1;
    return 0;
}

void bench_table_keep_slower(struct bench_table *t, const char *best)
{
    size_t kept = 0, first = 0;

    bench_table_sort(t, best);
    for (size_t end = 1; end <= t->n; end++) {
        int has_peer = 0, slower = 0;

        if (end < t->n && strcmp(t->rows[end].indicator, t->rows[first].indicator) == 0)
            continue;
        for (size_t i = first; i < end; i++) {
            has_peer |= t->rows[i].is_peer;
            slower |= t->rows[i].is_peer && is_faster(&t->rows[i], &t->rows[first]);
        }
        t->with_peer += (size_t)has_peer;
        t->slower += (size_t)slower;
        if (slower) {
            memmove(&t->rows[kept], &t->rows[first], (end - first) * sizeof *t->rows);
            kept += end - first;
        }
        first = end;
    }
    t->n = kept;
}

/* "0.35 ±0.01" and, for another than the leading row, how many times slower it is. */
static void print_speed(const struct bench_speed *s, const struct bench_speed *best)
{
    char text[48];
    int width = 26;

    if (s->median <= 0) {
        printf("  %*s", width, "-");
        return;
    }
    int n = snprintf(text, sizeof text, "%.3f ±%.3f", s->median, (s->high - s->low) / 2);

    if (best != s && best->median > 0)
        snprintf(text + n, sizeof text - (size_t)n, " %5.2fx", s->median / best->median);
    else
        snprintf(text + n, sizeof text - (size_t)n, "       ");
    printf("  %*s", width + 1, text); /* ± takes two bytes */
}

void bench_table_print(const struct bench_table *t, size_t bars, size_t samples)
{
    const struct bench_row *lead = NULL;
    char name[64];

    printf(
        "=== Speed: ns a point, %zu bars, median of %zu (± half of the middle half; x: times the "
        "first line) ===\n\n",
        bars, samples);
    printf("%-20s %-8s %5s  %26s  %26s  %26s\n", "Indicator", "By", "Rows", "Single       ",
           "Batch[1]       ", "Sweep       ");
    for (int i = 0; i < 119; i++)
        putchar('-');
    putchar('\n');
    for (size_t i = 0; i < t->n; i++) {
        const struct bench_row *r = &t->rows[i];
        const int first = !lead || strcmp(lead->indicator, r->indicator) != 0;

        lead = first ? r : lead;
        printf("%-20s %-8s %5zu", first ? print_upper(name, sizeof name, r->indicator) : "", r->by,
               r->sweep_rows);
        for (int k = 0; k < BENCH_SHAPES; k++)
            print_speed(&r->speed[k], &lead->speed[k]);
        putchar('\n');
    }
    if (t->with_peer)
        printf(
            "\nA peer has %zu of the indicators measured; of %zu one is faster, single or sweep, "
            "by more than 2 %%.\n",
            t->with_peer, t->slower);
}

void bench_table_print_json(const struct bench_table *t, size_t bars)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < t->n; i++) {
        const struct bench_row *r = &t->rows[i];
        json_t *row = json_pack("{s:s, s:s, s:b, s:I}", "indicator", r->indicator, "by", r->by,
                                "peer", r->is_peer, "sweep_rows", (json_int_t)r->sweep_rows);

        for (int k = 0; k < BENCH_SHAPES; k++)
            if (r->speed[k].median > 0)
                json_object_set_new(row, shape_names[k],
                                    json_pack("{s:f, s:f, s:f}", "median", r->speed[k].median,
                                              "low", r->speed[k].low, "high", r->speed[k].high));
        json_array_append_new(rows, row);
    }
    json_t *root = json_pack("{s:I, s:s, s:o}", "bars", (json_int_t)bars, "unit", "ns per point",
                             "benchmark", rows);

    json_dumpf(root, stdout, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(root);
}

void bench_row_write(const struct bench_row *row, FILE *out)
{
    fprintf(out, "%s %s %d %zu", row->indicator, row->by, row->is_peer, row->sweep_rows);
    for (int k = 0; k < BENCH_SHAPES; k++)
        fprintf(out, " %.17g %.17g %.17g", row->speed[k].median, row->speed[k].low,
                row->speed[k].high);
    putc('\n', out);
}

int bench_row_read(struct bench_row *ret, FILE *in)
{
    struct bench_row r = {0};

    if (fscanf(in, "%47s %23s %d %zu", r.indicator, r.by, &r.is_peer, &r.sweep_rows) != 4)
        return -1;
    for (int k = 0; k < BENCH_SHAPES; k++)
        if (fscanf(in, "%lf %lf %lf", &r.speed[k].median, &r.speed[k].low, &r.speed[k].high) != 3)
            return -1;
    *ret = r;
    return 0;
}
