/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz_input.h"

#include "profile_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

unsigned char *fuzz_good_profile(size_t *ret_size)
{
    struct builder b;
    builder_init(&b);
    builder_fact(&b, "exe", "/nowhere/app");
    const uint32_t app = builder_module(&b, "/nowhere/app"),
                   scope = builder_scope(&b, "sma", NC_MODE_BATCH);
    const uint32_t outer = builder_node(&b, 0, app, 0x10, scope, 0);
    const uint32_t row = builder_blocks(&b, builder_node(&b, outer, app, 0x20, scope, 0), 64, 8000,
                                        64, 64),
                   out = builder_blocks(&b, builder_node(&b, outer, app, 0x30, scope, 0), 1, 512000,
                                        1, 0),
                   copy =
                       builder_copies(&b, builder_node(&b, outer, app, 0x40, scope, 0), 64, 8000);
    const struct nc_calls calls = {.scope = scope,
                                   .calls = 1,
                                   .combos = 64,
                                   .allocated_bytes = 1024000,
                                   .retained_bytes = 512000};
    const struct nc_edge edge = {.copy = copy,
                                 .source = row,
                                 .destination = out,
                                 .scope = scope,
                                 .copies = 64,
                                 .bytes = 512000,
                                 .freed_copies = 64,
                                 .freed_bytes = 512000};
    const struct nc_match match = {.source = row,
                                   .destination = out,
                                   .copy = copy,
                                   .scope = scope,
                                   .flags = NC_MATCH_SOURCE_FREED,
                                   .pairs = 64,
                                   .bytes = 512000};
    const struct nc_histogram histogram = {.counts = row, .size = {[12] = 64}};
    const struct nc_bucket bucket = {.start_ns = 1000000000u, .end_ns = 1000000001u};
    const struct nc_lane lane = {.small_copies = 1};
    const struct nc_thread thread = {.tid = 1};
    builder_add(&b, NC_CALLS, &calls);
    builder_add(&b, NC_EDGES, &edge);
    builder_add(&b, NC_MATCHES, &match);
    builder_add(&b, NC_HISTOGRAMS, &histogram);
    builder_add(&b, NC_TIMELINE, &bucket);
    builder_add(&b, NC_LANES, &lane);
    builder_add(&b, NC_THREADS, &thread);
    ((struct nc_counts *)builder_at(&b, NC_COUNTS, row))->histogram = 1;
    unsigned char *ret = builder_bytes(&b, 4, ret_size);
    builder_done(&b);
    return ret;
}

struct fuzz_file fuzz_file(const void *bytes, size_t size)
{
    struct fuzz_file ret = {.fd = memfd_create("input", MFD_CLOEXEC)};

    if (ret.fd < 0 || write(ret.fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(ret.path, sizeof ret.path, "/proc/self/fd/%d", ret.fd);
    return ret;
}

void fuzz_file_done(struct fuzz_file *file) { close(file->fd); }

void fuzz_render(const struct report *report, const struct report *base, unsigned which)
{
    const struct render_options options = {.all = which & 1, .utf8 = true, .no_source = true};
    size_t n = 0, size;
    char *text = NULL;
    struct diff d;

    while (renderers[n])
        n++;
    const struct renderer *r = renderers[which % n];
    FILE *out = open_memstream(&text, &size);

    if (!out || r->report(report, &options, out) < 0)
        abort();
    if (base && r->diff && diff_reports(&d, base, report, NULL, NULL) == 0) {
        if (r->diff(&d, &options, out) < 0)
            abort();
        diff_done(&d);
    }
    fclose(out);
    free(text);
}
