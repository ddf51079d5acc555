/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];

static void folder_remove(void)
{
    char command[128];

    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    if (system(command) != 0)
        fprintf(stderr, "left behind: %s\n", folder);
}

const char *scratch(const char *name)
{
    static char path[512];

    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/tmp/nocopy-test.XXXXXX");
        if (!mkdtemp(folder))
            abort();
        atexit(folder_remove);
    }
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

struct report report_of(struct builder *b)
{
    struct report r = {0};
    char err[256] = "";
    const char *path = scratch("built.prof");

    assert_int_equal(builder_write(b, path), 0);
    if (report_from_profiles(&r, &path, 1, NULL, err, sizeof err) != 0)
        fail_msg("%s", err);
    builder_done(b);
    return r;
}

static const struct render_options plain = {.columns = 80, .utf8 = true};

char *rendered(const char *format, const struct report *report,
               const struct render_options *options)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const struct renderer *r = renderer_by_name(format);

    assert_non_null(r);
    assert_int_equal(r->report(report, options ? options : &plain, out), 0);
    fclose(out);
    return text;
}

char *rendered_diff(const char *format, const struct diff *diff,
                    const struct render_options *options)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    const struct renderer *r = renderer_by_name(format);

    assert_non_null(r);
    assert_non_null(r->diff);
    assert_int_equal(r->diff(diff, options ? options : &plain, out), 0);
    fclose(out);
    return text;
}

const struct report_finding *finding_of(const struct report *report, const char *kind)
{
    const struct report_finding *ret = NULL;

    for (size_t i = 0; i < report->n_findings; i++) {
        if (strcmp(report->findings[i].kind, kind) != 0)
            continue;
        if (ret)
            fail_msg("more than one %s", kind);
        ret = &report->findings[i];
    }
    return ret;
}

static void build_call(struct builder *b, uint32_t module, const char *name, enum nc_mode mode,
                       uint64_t combos, uint64_t bytes, uint64_t payload)
{
    const uint32_t scope = builder_scope(b, name, mode);
    const uint32_t outer = builder_node(b, 0, module, 0x100 + 0x10 * combos, scope, 0);
    const uint32_t inner =
        builder_node(b, outer, module, 0x1000 + 0x100 * (uint64_t)mode, scope, 0);
    const struct nc_calls calls = {.scope = scope,
                                   .flags = NC_CALLS_MARKED,
                                   .calls = 1,
                                   .combos = combos,
                                   .allocations = 1,
                                   .allocated_bytes = bytes,
                                   .temporary_bytes = bytes - payload,
                                   .temporary_blocks = bytes > payload,
                                   .retained_blocks = 1,
                                   .retained_bytes = payload,
                                   .largest_retained = payload,
                                   .peak_bytes = bytes,
                                   .time_ns = 1000};

    ((struct nc_scope *)builder_at(b, NC_SCOPES, scope))->calls = 1;
    builder_blocks(b, inner, 1, payload, 1, 0);
    if (bytes > payload)
        builder_blocks(b, builder_node(b, outer, module, 0x2000, scope, 0), 1, bytes - payload, 1,
                       1);
    builder_add(b, NC_CALLS, &calls);
}

void build_case(struct builder *b, const char *name, uint64_t single, uint64_t batch1,
                uint64_t batch, uint64_t rows)
{
    if (b->n[NC_MODULES] == 1)
        builder_module(b, "/nowhere/libta.so");
    build_call(b, 1, name, NC_MODE_SINGLE, 1, single, single);
    build_call(b, 1, name, NC_MODE_BATCH, 1, batch1, single < batch1 ? single : batch1);
    if (rows > 1)
        build_call(b, 1, name, NC_MODE_BATCH, rows, batch,
                   single * rows < batch ? single * rows : batch);
}
