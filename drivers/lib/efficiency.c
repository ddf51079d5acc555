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

/* Columns of the tables. A name longer than its column takes from the padding after it, so that the
 * columns behind stay where they are. */
enum { NAME_WIDTH = 10, SECOND_WIDTH = 15, LINE_WIDTH = 70 };

static void print_header(const char *second, const char *third, FILE *out)
{
    fprintf(out, "%-*s %-*s %-15s %-8s       %s\n", NAME_WIDTH, "Indicator", SECOND_WIDTH, second,
            third, "Overhead", "Status");
    for (int i = 0; i < LINE_WIDTH; i++)
        putc('-', out);
    putc('\n', out);
}

static void print_row(const char *name, double base, double bytes, double overhead, FILE *out)
{
    char upper[64], a[32], b[32], percent[32];
    const int used = fprintf(out, "%-*s ", NAME_WIDTH, print_upper(upper, sizeof upper, name));
    const int room = NAME_WIDTH + 1 + SECOND_WIDTH - used;

    fprintf(out, "%-*s %-15s %8s       %s\n", room > 0 ? room : 0, print_kb(a, base),
            print_kb(b, bytes), print_percent(percent, overhead),
            print_verdict(verdict_of(overhead), out));
}

static void print_rows_table(const struct efficiency *list, size_t n, FILE *out)
{
    fprintf(out, "\n=== Summary: batch[many] per row ===\n\n");
    print_header("Single Payload", "Per Row", out);
    for (size_t i = 0; i < n; i++)
        if (list[i].batch_rows > 1)
            print_row(list[i].name, (double)list[i].payload_bytes,
                      efficiency_bytes_per_row(&list[i]), efficiency_row_overhead(&list[i]), out);
}

void efficiency_print(const struct efficiency *list, size_t n, FILE *out)
{
    char upper[64], a[32], b[32];

    fprintf(out, "=== Memory Efficiency Test: Batch vs Single Operations ===\n\n");
    for (size_t i = 0; i < n; i++)
        fprintf(out, "%-6s - Single: %s, Batch[1]: %s\n",
                print_upper(upper, sizeof upper, list[i].name),
                print_kb(a, (double)list[i].single_bytes),
                print_kb(b, (double)list[i].batch1_bytes));
    fprintf(out, "\n=== Summary ===\n\n");
    print_header("Single Op", "Batch[1]", out);
    for (size_t i = 0; i < n; i++)
        print_row(list[i].name, (double)list[i].single_bytes, (double)list[i].batch1_bytes,
                  efficiency_overhead(&list[i]), out);
    print_rows_table(list, n, out);
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
