/* SPDX-License-Identifier: Apache-2.0 */
#include "json_diff.h"

#include "json_site.h"

#include <string.h>

#define B(x) json_boolean(x)
#define N(x) json_count(x)
#define T(x) json_text(x)
#define W(x) json_string(x) /* a word of ours */
#define D(x) json_integer(x)

static json_t *side(const char *name, const struct report *r)
{
    return json_fields(
        "name", T(name), "commit", T(r->run.commit), "started", T(r->run.started), "complete",
        B(r->run.complete), "sampled", B(r->run.sampled), "allocated_bytes",
        N(r->totals.all.allocated_bytes), "allocations", N(r->totals.all.allocations), "peak_bytes",
        N(r->totals.all.peak_bytes), "copied_bytes", N(r->totals.all.copied_bytes), "leaked_bytes",
        N(r->totals.all.leaked_bytes), "needless_bytes", N(r->totals.all.needless_bytes), NULL);
}

static json_t *changes(const struct diff *d)
{
    json_t *ret = json_object();

    for (int i = 0; i < DIFF_CHANGES; i++) {
        char key[32];
        snprintf(key, sizeof key, "%s", diff_change_name((enum diff_change)i));
        for (char *space = key; (space = strchr(space, ' ')) != NULL;)
            *space = '_';
        json_field(ret, key, N(d->changes[i]));
    }
    json_field(ret, "new_findings", N(d->new_findings));
    json_field(ret, "gone_findings", N(d->gone_findings));
    return ret;
}

static json_t *deltas(const struct diff *d)
{
    return json_fields("needless_bytes", D(d->needless_delta), "allocated_bytes",
                       D(d->allocated_delta), "peak_bytes", D(d->peak_delta), "copied_bytes",
                       D(d->copied_delta), "leaked_bytes", D(d->leaked_delta), NULL);
}

/* Null where there are not enough runs to say anything. */
static json_t *row_time(const struct diff_time *t)
{
    if (t->verdict == DIFF_TIME_UNKNOWN)
        return json_null();
    return json_fields("verdict", W(diff_time_name(t->verdict)), "base_ns", json_real(t->base_ns),
                       "head_ns", json_real(t->head_ns), "percent", json_real(t->percent), "p",
                       json_real(t->p), "base_runs", N(t->base_runs), "head_runs", N(t->head_runs),
                       NULL);
}

static json_t *row(const struct diff_row *r)
{
    return json_fields(
        "indicator", T(r->indicator), "change", W(diff_change_name(r->change)), "row_worse",
        B(r->row_worse), "single_delta", D(r->single_delta), "batch1_delta", D(r->batch1_delta),
        "batch1_percent", json_number(r->percent_known, r->batch1_percent), "batch_delta",
        D(r->batch_delta), "copied_delta", D(r->copied_delta), "time", row_time(&r->time), "note",
        T(r->note), "base", r->base ? json_efficiency(r->base) : json_null(), "head",
        r->head ? json_efficiency(r->head) : json_null(), NULL);
}

static json_t *figures(const struct report_metrics *m)
{
    return json_fields("allocations", N(m->allocations), "allocated_bytes", N(m->allocated_bytes),
                       "copies", N(m->copies), "copied_bytes", N(m->copied_bytes), "peak_bytes",
                       N(m->peak_bytes), "leaked_bytes", N(m->leaked_bytes), "needless_bytes",
                       N(m->needless_bytes), NULL);
}

static json_t *place_side(const struct report_place *p)
{
    json_t *ret;

    if (!p)
        return json_null();
    ret = json_site(&p->at);
    json_field(ret, "figures", figures(&p->metrics));
    return ret;
}

static json_t *place(const struct diff_place *p)
{
    const struct report_place *shown = p->head ? p->head : p->base;

    return json_fields("change", W(diff_change_name(p->change)), "scope", T(shown->scope), "call",
                       T(shown->call), "path", T(shown->path), "bytes_delta", D(p->bytes_delta),
                       "copied_delta", D(p->copied_delta), "needless_delta", D(p->needless_delta),
                       "matched_by", W(diff_match_name(p->match)), "lines", D(p->lines), "score",
                       json_real(p->score), "base", place_side(p->base), "head",
                       place_side(p->head), NULL);
}

static json_t *function_side(const struct report_function *f)
{
    json_t *ret;

    if (!f)
        return json_null();
    ret = json_site(&f->at);
    json_field(ret, "figures", figures(&f->metrics));
    return ret;
}

static json_t *function(const struct diff_function *f)
{
    const struct report_function *shown = f->head ? f->head : f->base;

    return json_fields("name", T(shown->at.function), "module", T(shown->module), "change",
                       W(diff_change_name(f->change)), "bytes_delta", D(f->bytes_delta),
                       "copied_delta", D(f->copied_delta), "base", function_side(f->base), "head",
                       function_side(f->head), NULL);
}

static json_t *finding(const struct diff_finding *f)
{
    return json_fields("change", W(diff_change_name(f->change)), "bytes_delta", D(f->bytes_delta),
                       "base", f->base ? json_finding(f->base) : json_null(), "head",
                       f->head ? json_finding(f->head) : json_null(), NULL);
}

static json_t *fact(const struct diff_fact *f)
{
    return json_fields("name", T(f->name), "base", T(f->base), "head", T(f->head), "environment",
                       B(f->environment), NULL);
}

#define PUT_TABLE(out, d, table, one)                                                              \
    do {                                                                                           \
        json_open(out, #table, '[');                                                               \
        for (size_t i_ = 0; i_ < (d)->n_##table; i_++)                                             \
            json_put(out, NULL, one(&(d)->table[i_]));                                             \
        json_close(out, ']');                                                                      \
    } while (0)

int json_diff(const struct diff *diff, const struct render_options *options, FILE *file)
{
    struct json_out out = {.file = file, .filled = -1};

    json_open(&out, NULL, '{');
    json_put(&out, "format", W("nocopy-diff"));
    json_put(&out, "version", json_integer(1));
    json_put(&out, "base", side(diff->base_name, diff->base));
    json_put(&out, "head", side(diff->head_name, diff->head));
    json_put(&out, "commits", diff->files ? N(diff->commits) : json_null());
    json_put(&out, "files", diff->files ? N(diff->files) : json_null());
    json_put(&out, "identical", B(diff->identical));
    json_put(&out, "same_environment", B(diff->same_environment));
    json_put(&out, "changes", changes(diff));
    json_put(&out, "deltas", deltas(diff));
    PUT_TABLE(&out, diff, rows, row);
    PUT_TABLE(&out, diff, findings, finding);
    PUT_TABLE(&out, diff, places, place);
    PUT_TABLE(&out, diff, functions, function);
    PUT_TABLE(&out, diff, facts, fact);
    fputs("\n}\n", file);
    (void)options;
    return out.error;
}
