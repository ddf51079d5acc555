/* SPDX-License-Identifier: Apache-2.0 */
/* json: the plain image of a report (CONTRACT section 3). What differs from run to run of the same
 * program, times above all, is inside "run": the rest is the same bytes. */
#include "json_diff.h"
#include "json_site.h"
#include "renderer.h"
#include "show.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STACKS_SHOWN 5000 /* the heaviest; --all writes every one */

#define B(x) json_boolean(x)
#define N(x) json_count(x)
#define T(x) json_text(x)
#define W(x) json_string(x) /* a word of ours */

static json_t *scope_index(uint32_t scope)
{
    return scope == REPORT_NONE ? json_null() : json_integer(scope);
}

static void metrics(json_t *to, const struct report_metrics *m)
{
    json_field(to, "allocations", N(m->allocations));
    json_field(to, "allocated_bytes", N(m->allocated_bytes));
    json_field(to, "frees", N(m->frees));
    json_field(to, "freed_bytes", N(m->freed_bytes));
    json_field(to, "leaked_blocks", N(m->leaked_blocks));
    json_field(to, "leaked_bytes", N(m->leaked_bytes));
    json_field(to, "peak_bytes", N(m->peak_bytes));
    json_field(to, "peak_blocks", N(m->peak_blocks));
    json_field(to, "temporary_allocations", N(m->temporary));
    json_field(to, "copies", N(m->copies));
    json_field(to, "copied_bytes", N(m->copied_bytes));
    json_field(to, "needless_bytes", N(m->needless_bytes));
    json_field(to, "untouched_bytes", N(m->untouched_bytes));
}

/* run */

static json_t *measured(const struct report_run *r)
{
    return json_fields("content", B(r->content), "content_full", B(r->content_full), "copies",
                       B(r->copies), "untouched", B(r->untouched), "sample_bytes",
                       N(r->sample_bytes), "foreign_frees", N(r->foreign_frees), "small_copies",
                       N(r->small_copies), "small_copied_bytes", N(r->small_copied_bytes), "cpu_ns",
                       N(r->cpu_ns), "content_ns", N(r->content_ns), "content_bytes",
                       N(r->content_bytes), "content_skipped_bytes", N(r->content_skipped_bytes),
                       "unwound", N(r->unwound), "checked", N(r->checked), "check_differences",
                       N(r->check_differences), "damage", T(r->damage), NULL);
}

static json_t *facts(const struct report *r)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < r->n_facts; i++)
        json_array_append_new(ret, json_fields("name", T(r->facts[i].name), "value",
                                               T(r->facts[i].value), "environment",
                                               B(r->facts[i].environment), NULL));
    return ret;
}

static json_t *timeline(const struct report *r)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < r->n_timeline; i++) {
        const struct report_bucket *b = &r->timeline[i];
        json_array_append_new(ret,
                              json_fields("start_ns", N(b->start_ns), "end_ns", N(b->end_ns),
                                          "min_bytes", N(b->min_bytes), "max_bytes",
                                          N(b->max_bytes), "scope", scope_index(b->scope), NULL));
    }
    return ret;
}

static json_t *scope_times(const struct report *r)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < r->n_scopes; i++)
        json_array_append_new(ret, N(r->scopes[i].time_ns));
    return ret;
}

static json_t *scope_run_times(const struct report *r)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < r->n_scopes; i++) {
        json_t *times = json_array();
        for (size_t k = 0; k < r->scopes[i].n_times; k++)
            json_array_append_new(times, N(r->scopes[i].times_ns[k]));
        json_array_append_new(ret, times);
    }
    return ret;
}

static json_t *lifetimes(const struct report *r)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < r->n_places; i++)
        json_array_append_new(ret, N(r->places[i].median_lifetime_ns));
    return ret;
}

static json_t *run(const struct report *report)
{
    const struct report_run *r = &report->run;
    json_t *command = json_array();

    for (size_t i = 0; i < r->n_command; i++)
        json_array_append_new(command, T(r->command[i]));
    return json_fields(
        "command", command, "exe", T(r->exe), "pid", json_integer(r->pid), "host", T(r->host),
        "started", T(r->started), "duration_ns", N(r->duration_ns), "commit", T(r->commit), "exit",
        r->exit < 0 ? json_null() : json_integer(r->exit), "complete", B(r->complete),
        "lost_events", N(r->lost_events), "sampled", B(r->sampled), "processes", N(r->processes),
        "threads", N(r->threads), "peak_ns", N(report->totals.peak_ns), "measured", measured(r),
        "facts", facts(report), "timeline", timeline(report), "scope_times_ns", scope_times(report),
        "scope_run_times_ns", scope_run_times(report), "place_lifetimes_ns", lifetimes(report),
        NULL);
}

/* Tables */

/* Of a sampled run: how far the true figures may be away, 19 times out of 20. */
static json_t *errors(const struct report_run *r, const struct report_metrics *m)
{
    return json_fields("allocated_bytes", N(show_error(r, m->allocated_bytes)), "freed_bytes",
                       N(show_error(r, m->freed_bytes)), "leaked_bytes",
                       N(show_error(r, m->leaked_bytes)), "peak_bytes",
                       N(show_error(r, m->peak_bytes)), NULL);
}

static json_t *totals(const struct report *r)
{
    json_t *ret = json_object();

    metrics(ret, &r->totals.all);
    json_field(ret, "duplicate_bytes", N(r->totals.duplicate_bytes));
    if (r->run.sampled)
        json_field(ret, "error", errors(&r->run, &r->totals.all));
    return ret;
}

static json_t *function(const struct report_run *r, const struct report_function *f)
{
    json_t *ret = json_fields("name", T(f->at.function), NULL);

    if (f->at.file[0])
        json_field(ret, "file", T(f->at.file));
    json_field(ret, "line", json_integer(f->at.line));
    json_field(ret, "module", T(f->module));
    metrics(ret, &f->metrics);
    if (r->sampled)
        json_field(ret, "error", errors(r, &f->metrics));
    return ret;
}

static json_t *scope(const struct report_scope *s)
{
    return json_fields(
        "name", T(s->name), "mode", W(report_mode_name(s->mode)), "phase",
        W(report_phase_name(s->phase)), "site", json_site(&s->site), "calls", N(s->calls), "combos",
        N(s->combos), "allocations", N(s->allocations), "allocated_bytes", N(s->allocated_bytes),
        "peak_bytes", N(s->peak_bytes), "retained_bytes", N(s->retained_bytes), "temporary_bytes",
        N(s->temporary_bytes), "copied_bytes", N(s->copied_bytes), "needless_bytes",
        N(s->needless_bytes), "untouched_bytes", N(s->untouched_bytes), "metadata_bytes",
        N(s->metadata_bytes), "minimum_bytes", N(s->minimum_bytes), "payload_bytes",
        N(s->payload_bytes), "retained_blocks", N(s->retained_blocks), "temporary_blocks",
        N(s->temporary_blocks), "copies", N(s->copies), "least_bytes", N(s->least_bytes),
        "most_bytes", N(s->most_bytes), "marked", B(s->marked), "open", B(s->open), NULL);
}

static json_t *place(const struct report_place *p)
{
    json_t *ret = json_site(&p->at);

    json_field(ret, "module", T(p->module));
    json_field(ret, "call", T(p->call));
    json_field(ret, "scope", T(p->scope));
    json_field(ret, "path", T(p->path));
    json_field(ret, "role", W(report_role_name(p->role)));
    json_field(ret, "copying", B(p->copying));
    json_field(ret, "largest_bytes", N(p->largest_bytes));
    json_field(ret, "short_lived_percent", json_real(p->short_lived_percent));
    metrics(ret, &p->metrics);
    return ret;
}

static json_t *buffer(const struct report_buffer *b)
{
    return json_fields("at", json_optional_site(&b->at), "role",
                       W(report_buffer_role_name(b->role)), "blocks", N(b->blocks), "bytes",
                       N(b->bytes), NULL);
}

static json_t *edge(const struct report_edge *e)
{
    return json_fields("source", json_integer(e->source), "destination",
                       json_integer(e->destination), "copied", json_optional_site(&e->copied),
                       "scope", scope_index(e->scope), "phase", W(report_phase_name(e->phase)),
                       "copies", N(e->copies), "bytes", N(e->bytes), "needless_bytes",
                       N(e->needless_bytes), NULL);
}

static json_t *module(const struct report_module *m)
{
    return json_fields("path", T(m->path), "build_id", T(m->build_id), "debug", T(m->debug),
                       "debug_path", T(m->debug_path), NULL);
}

static json_t *sizes(const struct report *r)
{
    json_t *ret = json_array();

    for (size_t i = 0; i < REPORT_BINS; i++)
        json_array_append_new(ret, json_fields("count", N(r->bins[i].count), "bytes",
                                               N(r->bins[i].bytes), "short_lived",
                                               N(r->bins[i].short_lived), NULL));
    return ret;
}

#define FUNCTION(f) function(&report->run, f) /* the only table whose figures have errors */

#define PUT_TABLE(out, r, table, one)                                                              \
    do {                                                                                           \
        json_open(out, #table, '[');                                                               \
        for (size_t i_ = 0; i_ < (r)->n_##table; i_++)                                             \
            json_put(out, NULL, one(&(r)->table[i_]));                                             \
        json_close(out, ']');                                                                      \
    } while (0)

/* Stacks */

static json_t *frame(const struct report_frame *f)
{
    json_t *ret = json_fields("function", T(f->function), NULL);

    if (f->file[0])
        json_field(ret, "file", T(f->file));
    json_field(ret, "line", json_integer(f->line));
    json_field(ret, "module", T(f->module));
    json_field(ret, "inlined", B(f->inlined));
    json_field(ret, "role", W(report_role_name(f->role)));
    return ret;
}

/* Innermost first. A frame is in many stacks: made once. */
static json_t *stack_frames(const struct report *r, json_t **frames, uint32_t node)
{
    json_t *ret = json_array();

    for (; node != REPORT_NONE; node = r->nodes[node].parent) {
        json_t **f = &frames[r->nodes[node].frame];
        if (!*f)
            *f = frame(&r->frames[r->nodes[node].frame]);
        json_array_append(ret, *f);
    }
    return ret;
}

static json_t *stack(const struct report *r, json_t **frames, const struct report_stack *s)
{
    json_t *ret =
        json_fields("frames", stack_frames(r, frames, s->node), "scope", scope_index(s->scope),
                    "phase", W(report_phase_name(s->phase)), "copying", B(s->copying), NULL);

    metrics(ret, &s->metrics);
    return ret;
}

static void put_stacks(struct json_out *out, const struct report *r, bool all)
{
    json_t **frames = calloc(r->n_frames + 1, sizeof *frames);
    const size_t shown = all || r->n_stacks < STACKS_SHOWN ? r->n_stacks : STACKS_SHOWN;
    struct report_metrics folded = r->folded;

    if (!frames) {
        out->error = -ENOMEM;
        return;
    }
    json_open(out, "stacks", '[');
    for (size_t i = 0; i < shown; i++)
        json_put(out, NULL, stack(r, frames, &r->stacks[i]));
    json_close(out, ']');
    for (size_t i = 0; i < r->n_frames; i++)
        json_decref(frames[i]);
    free(frames);
    for (size_t i = shown; i < r->n_stacks; i++)
        report_metrics_add(&folded, &r->stacks[i].metrics);
    json_t *rest = json_fields("stacks", N(r->folded_stacks + r->n_stacks - shown), NULL);
    metrics(rest, &folded);
    json_put(out, "folded", rest);
}

static int render(const struct report *report, const struct render_options *options, FILE *file)
{
    struct json_out out = {.file = file, .filled = -1};

    json_open(&out, NULL, '{');
    json_put(&out, "format", W("nocopy-report"));
    json_put(&out, "version", json_integer(1));
    json_put(&out, "run", run(report));
    json_put(&out, "totals", totals(report));
    PUT_TABLE(&out, report, functions, FUNCTION);
    PUT_TABLE(&out, report, scopes, scope);
    PUT_TABLE(&out, report, efficiency, json_efficiency);
    PUT_TABLE(&out, report, findings, json_finding);
    put_stacks(&out, report, options->all);
    PUT_TABLE(&out, report, places, place);
    PUT_TABLE(&out, report, buffers, buffer);
    PUT_TABLE(&out, report, edges, edge);
    PUT_TABLE(&out, report, modules, module);
    json_put(&out, "sizes", sizes(report));
    fputs("\n}\n", file);
    return out.error;
}

RENDERER(json) = {
    .name = "json",
    .endings = (const char *const[]){".json", NULL},
    .media = "application/json",
    .report = render,
    .diff = json_diff,
};
