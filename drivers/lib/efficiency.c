/* SPDX-License-Identifier: Apache-2.0 */
#include "efficiency.h"
#include "print.h"

#include <jansson.h>
#include <math.h>
#include <string.h>

double efficiency_overhead(const struct efficiency *e)
{
    return verdict_overhead((double)e->single_bytes, (double)e->batch1_bytes);
}

double efficiency_bytes_per_row(const struct efficiency *e)
{
    if (e->batch_rows < 2)
        return 0;
    return ((double)e->batch_bytes - (double)e->batch1_bytes) / (double)(e->batch_rows - 1);
}

double efficiency_row_overhead(const struct efficiency *e)
{
    if (e->batch_rows < 2)
        return 0;
    return verdict_overhead((double)e->payload_bytes, efficiency_bytes_per_row(e));
}

bool efficiency_is_ok(const struct efficiency *e)
{
    return verdict_of(efficiency_overhead(e)) == VERDICT_OK &&
           verdict_of(efficiency_row_overhead(e)) == VERDICT_OK;
}

static size_t longest_name(const struct efficiency *list, size_t n, size_t at_least)
{
    size_t longest = at_least;

    for (size_t i = 0; i < n; i++)
        if (strlen(list[i].name) > longest)
            longest = strlen(list[i].name);
    return longest;
}

static void print_header(const char *second, const char *third, int width, FILE *out)
{
    fprintf(out, "%-*s %-15s %-15s %-8s       %s\n", width, "Indicator", second, third, "Overhead",
            "Status");
    for (int i = 0; i < 60 + width; i++)
        putc('-', out);
    putc('\n', out);
}

static void print_row(const char *name, double base, double bytes, double overhead, int width,
                      FILE *out)
{
    char upper[64], a[32], b[32], percent[32];

    fprintf(out, "%-*s %-15s %-15s %8s       %s\n", width, print_upper(upper, sizeof upper, name),
            print_kb(a, base), print_kb(b, bytes), print_percent(percent, overhead),
            print_verdict(verdict_of(overhead), out));
}

static void print_rows_table(const struct efficiency *list, size_t n, int width, FILE *out)
{
    fprintf(out, "\n=== Summary: batch[many] per row ===\n\n");
    print_header("Single Payload", "Per Row", width, out);
    for (size_t i = 0; i < n; i++)
        if (list[i].batch_rows > 1)
            print_row(list[i].name, (double)list[i].payload_bytes,
                      efficiency_bytes_per_row(&list[i]), efficiency_row_overhead(&list[i]), width,
                      out);
}

void efficiency_print(const struct efficiency *list, size_t n, FILE *out)
{
    /* 6 and 10: the widths that names like ALMA and BATCH need; long names widen the column. */
    const int narrow = (int)longest_name(list, n, 6), wide = (int)longest_name(list, n, 10);
    char upper[64], a[32], b[32];

    fprintf(out, "=== Memory Efficiency Test: Batch vs Single Operations ===\n\n");
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%-*s - Single: %s, Batch[1]: %s\n", narrow,
                print_upper(upper, sizeof upper, list[i].name),
                print_kb(a, (double)list[i].single_bytes),
                print_kb(b, (double)list[i].batch1_bytes));
    fprintf(out, "\n=== Summary ===\n\n");
    print_header("Single Op", "Batch[1]", wide, out);
    for (size_t i = 0; i < n; i++)
        print_row(list[i].name, (double)list[i].single_bytes, (double)list[i].batch1_bytes,
                  efficiency_overhead(&list[i]), wide, out);
    print_rows_table(list, n, wide, out);
}

static json_t *real_or_null(double x) { return isfinite(x) ? json_real(x) : json_null(); }

static json_t *efficiency_json(const struct efficiency *e)
{
    return json_pack(
        "{s:s, s:I, s:I, s:o, s:s, s:I, s:I, s:f, s:o, s:s}", "indicator", e->name, "single_bytes",
        (json_int_t)e->single_bytes, "batch1_bytes", (json_int_t)e->batch1_bytes,
        "overhead_percent", real_or_null(efficiency_overhead(e)), "status",
        verdict_name(verdict_of(efficiency_overhead(e))), "batch_rows", (json_int_t)e->batch_rows,
        "batch_bytes", (json_int_t)e->batch_bytes, "bytes_per_row", efficiency_bytes_per_row(e),
        "row_overhead_percent", real_or_null(efficiency_row_overhead(e)), "row_status",
        verdict_name(verdict_of(efficiency_row_overhead(e))));
}

int efficiency_print_json(const struct efficiency *list, size_t n, size_t bars, FILE *out)
{
    json_t *rows = json_array();
    int r = 0;

    for (size_t i = 0; i < n; i++)
        r |= json_array_append_new(rows, efficiency_json(&list[i]));
    json_t *root = json_pack("{s:I, s:o}", "bars", (json_int_t)bars, "efficiency", rows);

    if (r == 0 && root)
        r = json_dumpf(root, out, JSON_INDENT(1) | JSON_PRESERVE_ORDER);
    putc('\n', out);
    json_decref(root);
    return r;
}
