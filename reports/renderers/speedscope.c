/* SPDX-License-Identifier: Apache-2.0 */
/* speedscope: one weighted profile a metric over shared frames. */
#include "json_text.h"
#include "renderer.h"
#include "show.h"

#include <stddef.h>

struct metric {
    const char *name, *unit;
    size_t offset; /* in struct report_metrics */
};

/* Those of which there is none are left out, but for the first: the viewer wants a profile. */
static const struct metric shown[] = {
    {"allocated", "bytes", offsetof(struct report_metrics, allocated_bytes)},
    {"copied", "bytes", offsetof(struct report_metrics, copied_bytes)},
    {"live at the peak", "bytes", offsetof(struct report_metrics, peak_bytes)},
    {"needless", "bytes", offsetof(struct report_metrics, needless_bytes)},
    {"never freed", "bytes", offsetof(struct report_metrics, leaked_bytes)},
    {"allocations", "none", offsetof(struct report_metrics, allocations)},
};

static uint64_t value(const struct report_stack *s, const struct metric *m)
{
    return *(const uint64_t *)((const char *)&s->metrics + m->offset);
}

static json_t *frame(const struct report_frame *f)
{
    json_t *ret = json_fields("name", json_text(f->function[0] ? f->function : "[unknown]"), NULL);

    if (f->file[0])
        json_field(ret, "file", json_text(f->file));
    if (f->line)
        json_field(ret, "line", json_integer(f->line));
    return ret;
}

/* Outermost first. */
static json_t *sample(const struct report *r, uint32_t node)
{
    json_t *ret = json_array();

    for (; node != REPORT_NONE; node = r->nodes[node].parent)
        json_array_insert_new(ret, 0, json_integer(r->nodes[node].frame));
    return ret;
}

static void put_profile(struct json_out *out, const struct report *r, const struct metric *m)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < r->n_stacks; i++)
        sum += value(&r->stacks[i], m);
    if (sum == 0 && m != shown)
        return;
    json_open(out, NULL, '{');
    json_put(out, "type", json_string("sampled"));
    json_put(out, "name", json_string(m->name));
    json_put(out, "unit", json_string(m->unit));
    json_put(out, "startValue", json_integer(0));
    json_put(out, "endValue", json_count(sum));
    json_open(out, "samples", '[');
    for (size_t i = 0; i < r->n_stacks; i++)
        if (value(&r->stacks[i], m))
            json_put(out, NULL, sample(r, r->stacks[i].node));
    json_close(out, ']');
    json_open(out, "weights", '[');
    for (size_t i = 0; i < r->n_stacks; i++)
        if (value(&r->stacks[i], m))
            json_put(out, NULL, json_count(value(&r->stacks[i], m)));
    json_close(out, ']');
    json_close(out, '}');
}

static int render(const struct report *report, const struct render_options *options, FILE *file)
{
    struct json_out out = {.file = file, .filled = -1};

    json_open(&out, NULL, '{');
    json_put(&out, "$schema", json_string("https://www.speedscope.app/file-format-schema.json"));
    json_put(&out, "exporter", json_string("nocopy"));
    json_put(&out, "name", json_text(show_base(report->run.exe)));
    json_put(&out, "activeProfileIndex", json_integer(0));
    json_open(&out, "shared", '{');
    json_open(&out, "frames", '[');
    for (size_t i = 0; i < report->n_frames; i++)
        json_put(&out, NULL, frame(&report->frames[i]));
    json_close(&out, ']');
    json_close(&out, '}');
    json_open(&out, "profiles", '[');
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        put_profile(&out, report, &shown[i]);
    json_close(&out, ']');
    fputs("\n}\n", file);
    (void)options;
    return out.error;
}

RENDERER(speedscope) = {
    .name = "speedscope",
    .endings = (const char *const[]){".speedscope.json", ".speedscope", NULL},
    .media = "application/json",
    .report = render,
};
