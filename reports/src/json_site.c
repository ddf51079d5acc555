/* SPDX-License-Identifier: Apache-2.0 */
#include "json_site.h"

#define B(x) json_boolean(x)
#define N(x) json_count(x)
#define T(x) json_text(x)
#define W(x) json_string(x) /* a word of ours */

json_t *json_number(bool known, double x) { return known ? json_real(x) : json_null(); }
static json_t *count_if(bool known, uint64_t n) { return known ? json_count(n) : json_null(); }

json_t *json_site(const struct report_site *s)
{
    json_t *ret = json_fields("function", T(s->function), NULL);

    if (s->file[0])
        json_field(ret, "file", T(s->file));
    json_field(ret, "line", json_integer(s->line));
    return ret;
}

json_t *json_optional_site(const struct report_site *s)
{
    return s->function[0] ? json_site(s) : json_null();
}

json_t *json_efficiency(const struct report_efficiency *e)
{
    const bool row = e->row_status != STATUS_NONE;

    return json_fields(
        "indicator", T(e->indicator), "single_bytes", count_if(e->has_single, e->single_bytes),
        "batch1_bytes", count_if(e->has_batch1, e->batch1_bytes), "overhead_percent",
        json_number(e->overhead_known, e->overhead_percent), "status",
        W(report_status_name(e->status)), "batch_rows", N(e->batch_rows), "batch_bytes",
        count_if(e->has_batch, e->batch_bytes), "bytes_per_row", json_number(row, e->bytes_per_row),
        "row_overhead_percent", json_number(row && e->row_known, e->row_overhead_percent),
        "row_status", row ? W(report_status_name(e->row_status)) : json_null(), "reason",
        T(e->reason), "varies", B(e->varies), "fixed_bytes", json_number(e->fitted, e->fixed_bytes),
        "single_least", N(e->single_least), "batch1_least", N(e->batch1_least), "batch_least",
        N(e->batch_least), "single_allocations", N(e->single_allocations), "batch1_allocations",
        N(e->batch1_allocations), "batch_allocations", N(e->batch_allocations),
        "single_copied_bytes", N(e->single_copied), "batch1_copied_bytes", N(e->batch1_copied),
        "batch_copied_bytes", N(e->batch_copied), "single_peak_bytes", N(e->single_peak),
        "batch1_peak_bytes", N(e->batch1_peak), "batch_peak_bytes", N(e->batch_peak),
        "needless_bytes", N(e->needless_bytes), "worst", json_optional_site(&e->worst), NULL);
}

json_t *json_finding(const struct report_finding *f)
{
    json_t *stacks = json_array();

    for (size_t i = 0; i < f->n_stacks; i++)
        json_array_append_new(stacks, json_integer(f->stacks[i]));
    return json_fields("id", T(f->id), "kind", T(f->kind), "severity",
                       W(report_severity_name(f->severity)), "scope", T(f->scope), "mode",
                       f->has_mode ? W(report_mode_name(f->mode)) : json_null(), "bytes",
                       N(f->bytes), "count", N(f->count), "where", json_site(&f->where), "copied",
                       json_optional_site(&f->copied), "source", json_optional_site(&f->source),
                       "evidence", T(f->evidence), "advice", T(f->advice), "stacks", stacks, NULL);
}
