/* SPDX-License-Identifier: Apache-2.0 */
/* pprof: gzipped protobuf, for `go tool pprof`, Pyroscope, Parca. The message is written piece by
 * piece: protobuf joins repeated fields of messages that follow each other, so that no more than
 * one sample is held at once. */
#include "index.h"
#include "pprof.pb-c.h"
#include "renderer.h"
#include "show.h"
#include "utf8.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

static const struct {
    const char *type, *unit;
} sample_types[] = {{"allocations", "count"}, {"bytes", "bytes"},    {"live", "bytes"},
                    {"copies", "count"},      {"copied", "bytes"},   {"needless", "bytes"},
                    {"leaked", "bytes"},      {"untouched", "bytes"}};
enum { SAMPLE_TYPES = sizeof sample_types / sizeof *sample_types };

struct writer {
    ProtobufCBuffer base; /* first: protobuf-c hands it back to us */
    FILE *out;
    z_stream zip;
    int error;
    const struct report *report;
    const char **strings; /* borrowed; index 0 is "" */
    size_t n_strings, strings_room;
    struct index string_index;
};

static void deflate_out(struct writer *w, const uint8_t *data, size_t size, int flush)
{
    unsigned char buffer[1 << 14];

    w->zip.next_in = (Bytef *)(uintptr_t)data;
    w->zip.avail_in = (uInt)size;
    do {
        w->zip.next_out = buffer;
        w->zip.avail_out = sizeof buffer;
        if (deflate(&w->zip, flush) == Z_STREAM_ERROR)
            w->error = w->error ? w->error : -EIO;
        const size_t n = sizeof buffer - w->zip.avail_out;
        if (fwrite(buffer, 1, n, w->out) != n)
            w->error = w->error ? w->error : -EIO;
    } while (w->zip.avail_out == 0 && !w->error);
}

static void append(ProtobufCBuffer *buffer, size_t len, const uint8_t *data)
{
    struct writer *w = (struct writer *)buffer;

    if (len > 0 && !w->error)
        deflate_out(w, data, len, Z_NO_FLUSH);
}

static void put(struct writer *w, const Pprof__Profile *part)
{
    pprof__profile__pack_to_buffer(part, &w->base);
}

static uint64_t string_hash_at(uint32_t i, const void *context)
{
    return index_hash_string(((const struct writer *)context)->strings[i]);
}

static bool string_equal(uint32_t i, const void *key, const void *context)
{
    return strcmp(((const struct writer *)context)->strings[i], key) == 0;
}

/* The table is written last; a string gets its place when it is first met. */
static int64_t string_at(struct writer *w, const char *s)
{
    if (!index_reserve(&w->string_index, string_hash_at, w) ||
        !array_grow((void **)&w->strings, w->n_strings, &w->strings_room, sizeof *w->strings)) {
        w->error = -ENOMEM;
        return 0;
    }
    uint32_t *slot = index_slot(&w->string_index, index_hash_string(s), string_equal, s, w);
    if (!*slot) {
        w->strings[w->n_strings] = s;
        *slot = (uint32_t)++w->n_strings;
        w->string_index.used++;
    }
    return *slot - 1;
}

static void put_head(struct writer *w)
{
    Pprof__ValueType types[SAMPLE_TYPES], *pointers[SAMPLE_TYPES], period = PPROF__VALUE_TYPE__INIT;
    Pprof__Profile part = PPROF__PROFILE__INIT;
    struct tm tm = {0};

    for (size_t i = 0; i < SAMPLE_TYPES; i++) {
        pprof__value_type__init(&types[i]);
        types[i].type = string_at(w, sample_types[i].type);
        types[i].unit = string_at(w, sample_types[i].unit);
        pointers[i] = &types[i];
    }
    part.n_sample_type = SAMPLE_TYPES;
    part.sample_type = pointers;
    part.default_sample_type = string_at(w, "bytes");
    /* What is sampled, and how many bytes apart: some readers want one. */
    period.type = string_at(w, "space");
    period.unit = string_at(w, "bytes");
    part.period_type = &period;
    part.period = w->report->run.sample_bytes ? (int64_t)w->report->run.sample_bytes : 1;
    part.duration_ns = (int64_t)w->report->run.duration_ns;
    if (strptime(w->report->run.started, "%Y-%m-%dT%H:%M:%S", &tm)) {
        if (__builtin_mul_overflow((int64_t)timegm(&tm), INT64_C(1000000000), &part.time_ns))
            part.time_ns = 0; /* past the year 2262: no clock said so */
    }
    put(w, &part);
}

static void put_mappings(struct writer *w)
{
    for (size_t i = 0; i < w->report->n_modules; i++) {
        Pprof__Mapping mapping = PPROF__MAPPING__INIT, *pointer = &mapping;
        Pprof__Profile part = PPROF__PROFILE__INIT;
        mapping.id = i + 1;
        mapping.file = string_at(w, w->report->modules[i].path);
        mapping.build_id = string_at(w, w->report->modules[i].build_id);
        /* Or the reader would go and look for symbols itself. */
        mapping.has_functions = mapping.has_filenames = true;
        mapping.has_line_numbers = mapping.has_inline_frames = true;
        part.n_mapping = 1;
        part.mapping = &pointer;
        put(w, &part);
    }
}

static uint64_t mapping_of(const struct report *r, const char *module)
{
    for (size_t i = 0; module[0] && i < r->n_modules; i++)
        if (strcmp(show_base(r->modules[i].path), module) == 0)
            return i + 1;
    return 0;
}

/* A location and a function for each frame, by the frame's number. */
static void put_frames(struct writer *w)
{
    for (size_t i = 0; i < w->report->n_frames && !w->error; i++) {
        const struct report_frame *f = &w->report->frames[i];
        Pprof__Function function = PPROF__FUNCTION__INIT, *functions = &function;
        Pprof__Location location = PPROF__LOCATION__INIT, *locations = &location;
        Pprof__Line line = PPROF__LINE__INIT, *lines = &line;
        Pprof__Profile part = PPROF__PROFILE__INIT;
        function.id = location.id = line.function = i + 1;
        function.name = function.system_name = string_at(w, f->function);
        function.file = string_at(w, f->file);
        line.line = f->line;
        location.mapping = mapping_of(w->report, f->module);
        location.n_line = 1;
        location.line = &lines;
        part.n_function = part.n_location = 1;
        part.function = &functions;
        part.location = &locations;
        put(w, &part);
    }
}

static int64_t clamp(uint64_t n) { return n > INT64_MAX ? INT64_MAX : (int64_t)n; }

static size_t put_labels(struct writer *w, const struct report_stack *s, Pprof__Label *labels)
{
    const struct report_scope *scope = &w->report->scopes[s->scope];
    const char *pairs[][2] = {{"scope", scope->name},
                              {"mode", report_mode_name(scope->mode)},
                              {"phase", report_phase_name(s->phase)}};

    for (size_t i = 0; i < 3; i++) {
        pprof__label__init(&labels[i]);
        labels[i].key = string_at(w, pairs[i][0]);
        labels[i].str = string_at(w, pairs[i][1]);
    }
    return 3;
}

static void put_sample(struct writer *w, const struct report_stack *s, uint64_t **path,
                       size_t *room)
{
    const struct report_metrics *m = &s->metrics;
    int64_t values[SAMPLE_TYPES] = {clamp(m->allocations),  clamp(m->allocated_bytes),
                                    clamp(m->peak_bytes),   clamp(m->copies),
                                    clamp(m->copied_bytes), clamp(m->needless_bytes),
                                    clamp(m->leaked_bytes), clamp(m->untouched_bytes)};
    Pprof__Label labels[3], *label_pointers[3] = {&labels[0], &labels[1], &labels[2]};
    Pprof__Sample sample = PPROF__SAMPLE__INIT, *pointer = &sample;
    Pprof__Profile part = PPROF__PROFILE__INIT;

    for (uint32_t at = s->node; at != REPORT_NONE; at = w->report->nodes[at].parent) {
        if (!array_grow((void **)path, sample.n_location, room, sizeof **path)) {
            w->error = -ENOMEM;
            return;
        }
        (*path)[sample.n_location++] = w->report->nodes[at].frame + 1;
    }
    sample.location = *path;
    sample.n_value = SAMPLE_TYPES;
    sample.value = values;
    sample.label = label_pointers;
    if (s->scope != REPORT_NONE)
        sample.n_label = put_labels(w, s, labels);
    part.n_sample = 1;
    part.sample = &pointer;
    put(w, &part);
}

/* protobuf strings are good UTF-8. */
static void put_strings(struct writer *w)
{
    for (size_t i = 0; i < w->n_strings && !w->error; i++) {
        const char *from = w->strings[i];
        char *good = malloc(3 * strlen(from) + 1);
        Pprof__Profile part = PPROF__PROFILE__INIT;
        size_t n = 0;
        if (!good) {
            w->error = -ENOMEM;
            return;
        }
        for (uint32_t c; (c = utf8_next(&from)) != 0;)
            n += utf8_put(c, good + n);
        good[n] = '\0';
        part.n_string = 1;
        part.string = &good;
        put(w, &part);
        free(good);
    }
}

static int render(const struct report *report, const struct render_options *options, FILE *out)
{
    struct writer w = {.base = {append}, .out = out, .report = report};
    uint64_t *path = NULL;
    size_t room = 0;

    (void)options;
    if (deflateInit2(&w.zip, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) /* gzip */
        return -ENOMEM;
    string_at(&w, "");
    put_head(&w);
    put_mappings(&w);
    put_frames(&w);
    for (size_t i = 0; i < report->n_stacks && !w.error; i++)
        put_sample(&w, &report->stacks[i], &path, &room);
    put_strings(&w);
    deflate_out(&w, NULL, 0, Z_FINISH);
    deflateEnd(&w.zip);
    free(path);
    free(w.strings);
    index_done(&w.string_index);
    return w.error;
}

RENDERER(pprof) = {
    .name = "pprof",
    .endings = (const char *const[]){".pb.gz", ".pprof", NULL},
    .media = "application/octet-stream",
    .binary = true,
    .report = render,
};
