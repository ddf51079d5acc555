/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a profile or as a saved report: read, analysed, written as JSON.
 *
 * An input is a first byte (even: profile, odd: JSON) and patches of three bytes, offset (low,
 * high) and value, on a good file: so that a fuzzer starts behind the magic. With PROFILE_FUZZ_MAIN
 * a program of its own that tries as many random inputs as its argument says, the same every time.
 */
#include "profile_builder.h"
#include "renderer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
extern const struct renderer renderer_json;

static unsigned char *good_profile(size_t *ret_size)
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

/* The JSON of what the bytes say, or null. */
static char *json_of(const void *bytes, size_t size, size_t *ret_size)
{
    char path[64], err[256];
    struct report r;
    char *json = NULL;
    const int fd = memfd_create("input", MFD_CLOEXEC);

    if (fd < 0 || write(fd, bytes, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (report_load(&r, path, NULL, err, sizeof err) == 0) {
        const struct render_options options = {.all = true};
        FILE *out = open_memstream(&json, ret_size);
        if (!out)
            abort();
        renderer_json.report(&r, &options, out);
        fclose(out);
        report_done(&r);
    }
    close(fd);
    return json;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static unsigned char *good[2];
    static size_t good_size[2];

    if (!good[0]) {
        good[0] = good_profile(&good_size[0]);
        good[1] = (unsigned char *)json_of(good[0], good_size[0], &good_size[1]);
        if (!good[1])
            abort();
    }
    if (size == 0)
        return 0;
    const size_t which = data[0] & 1, n = good_size[which];
    unsigned char *bytes = malloc(n);
    size_t ignored;
    if (!bytes)
        abort();
    memcpy(bytes, good[which], n);
    for (size_t i = 1; i + 2 < size; i += 3)
        bytes[(data[i] | (size_t)data[i + 1] << 8) % n] = data[i + 2];
    free(json_of(bytes, n, &ignored));
    free(bytes);
    return 0;
}

#ifdef PROFILE_FUZZ_MAIN
int main(int argc, char **argv)
{
    const long rounds = argc > 1 ? atol(argv[1]) : 1000;
    uint64_t seed = 88172645463325252u;
    uint8_t input[1 + 3 * 8];

    for (long i = 0; i < rounds; i++) {
        for (size_t k = 0; k < sizeof input; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            input[k] = (uint8_t)(seed >> 32);
        }
        LLVMFuzzerTestOneInput(input, sizeof input);
    }
    printf("1..1\nok 1 - damaged_profiles_and_reports_are_read_without_a_fault\n");
    return 0;
}
#endif
