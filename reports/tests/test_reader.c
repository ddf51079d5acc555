/* SPDX-License-Identifier: Apache-2.0 */
/* The reader takes any file. Run under the sanitizers, these tests are the proof. */
#include "support.h"

#include "reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A little of everything, so that every table has a part that can be cut. */
static void build_all(struct builder *b)
{
    builder_init(b);
    builder_fact(b, "exe", "/nowhere/driver");
    builder_fact(b, "argc", "2");
    builder_fact(b, "argv0", "driver");
    builder_fact(b, "argv1", "--all");
    build_case(b, "sma", 80000, 81000, 800000, 10);
    const struct nc_edge edge = {.copy = 1,
                                 .source = 2,
                                 .destination = 3,
                                 .scope = 1,
                                 .copies = 4,
                                 .bytes = 4096,
                                 .freed_copies = 4,
                                 .freed_bytes = 4096};
    const struct nc_match match = {.source = 1,
                                   .destination = 2,
                                   .scope = 2,
                                   .pairs = 1,
                                   .bytes = 2048,
                                   .flags = NC_MATCH_SOURCE_LIVED};
    const struct nc_bucket bucket = {
        .start_ns = 1000000000u, .end_ns = 1100000000u, .max_bytes = 5, .scope = 1};
    const struct nc_thread thread = {.tid = 4711, .allocations = 3};
    const struct nc_histogram histogram = {.counts = 1, .size = {[16] = 1}, .lifetime = {[9] = 1}};
    builder_add(b, NC_EDGES, &edge);
    builder_add(b, NC_MATCHES, &match);
    builder_add(b, NC_TIMELINE, &bucket);
    builder_add(b, NC_THREADS, &thread);
    builder_add(b, NC_HISTOGRAMS, &histogram);
    ((struct nc_counts *)builder_at(b, NC_COUNTS, 1))->histogram = 1;
    b->header.peak_bytes = 800000;
}

static unsigned char *bytes_all(size_t *size)
{
    struct builder b;

    build_all(&b);
    unsigned char *ret = builder_bytes(&b, 4, size);
    builder_done(&b);
    return ret;
}

/* Every entry of every table, every string: nothing may be outside the file. */
static uint64_t touch(const struct profile *p)
{
    uint64_t sum = 0;

    for (int kind = NC_STRINGS; kind < NC_KINDS_END; kind++)
        for (uint64_t i = 0; i < profile_count(p, (enum nc_kind)kind) + 2; i++) {
            const unsigned char *e = profile_entry(p, (enum nc_kind)kind, i);
            if (e)
                sum += *e;
        }
    for (uint64_t i = 0; i < p->strings_size + 2; i++)
        sum += strlen(profile_string(p, i));
    return sum;
}

static void what_was_written_is_read(void **state)
{
    struct profile p;
    size_t size;
    unsigned char *bytes = bytes_all(&size);

    assert_int_equal(profile_parse(&p, bytes, size), 0);
    assert_string_equal(p.damage, "");
    assert_string_equal(profile_fact(&p, "argv1"), "--all");
    assert_null(profile_fact(&p, "argv2"));
    assert_int_equal(profile_count(&p, NC_SCOPES), 4);
    const struct nc_scope *s = profile_entry(&p, NC_SCOPES, 3);
    assert_string_equal(profile_string(&p, s->name), "sma");
    assert_null(profile_entry(&p, NC_SCOPES, 0));
    assert_null(profile_entry(&p, NC_SCOPES, 4));
    profile_done(&p);
    free(bytes);
}

/* The whole way: reader, model, analyses, report, all formats. */
static void report_it(const unsigned char *bytes, size_t size)
{
    const char *path = scratch("damaged.prof");
    FILE *file = fopen(path, "we");
    struct report r;
    char err[256];

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
    if (report_from_profiles(&r, &path, 1, NULL, err, sizeof err) != 0)
        return;
    for (size_t i = 0; renderers[i]; i++)
        if (!renderers[i]->binary)
            free(rendered(renderers[i]->name, &r, NULL));
    report_done(&r);
}

static void a_file_cut_at_any_length_is_an_error_or_a_lower_bound(void **state)
{
    size_t size;
    unsigned char *bytes = bytes_all(&size);

    for (size_t cut = 0; cut < size; cut++) {
        struct profile p = {0};
        const int r = profile_parse(&p, bytes, cut);
        if (cut < sizeof(struct nc_header)) {
            assert_int_equal(r, -EBADMSG);
            continue;
        }
        assert_int_equal(r, 0);
        assert_string_not_equal(p.damage, "");
        touch(&p);
        profile_done(&p);
        if (cut % 509 == 0)
            report_it(bytes, cut);
    }
    free(bytes);
}

static void any_flipped_bit_is_survived(void **state)
{
    size_t size;
    unsigned char *bytes = bytes_all(&size);

    for (size_t bit = 0; bit < size * 8; bit++) {
        /* Zero padding has nothing to say: one bit in 64 of it is enough. */
        if (bytes[bit / 8] == 0 && bit % 61 != 0)
            continue;
        struct profile p = {0};
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        if (profile_parse(&p, bytes, size) == 0)
            touch(&p);
        profile_done(&p);
        if (bit % 1009 == 0)
            report_it(bytes, size);
        bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
    free(bytes);
}

static void random_bytes_behind_a_good_header_are_survived(void **state)
{
    uint64_t seed = 88172645463325252u;

    for (int round = 0; round < 200; round++) {
        size_t size;
        unsigned char *bytes = bytes_all(&size);
        for (int k = 0; k < 40; k++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            bytes[8 + seed % (size - 8)] = (unsigned char)(seed >> 40);
        }
        bytes[8] = NC_VERSION;
        bytes[9] = bytes[10] = bytes[11] = 0;
        report_it(bytes, size);
        free(bytes);
    }
}

static void a_later_version_is_told_apart_from_damage(void **state)
{
    struct profile p;
    size_t size;
    unsigned char *bytes = bytes_all(&size);

    bytes[8] = NC_VERSION + 1;
    assert_int_equal(profile_parse(&p, bytes, size), -EPROTONOSUPPORT);
    bytes[0] = 'X';
    assert_int_equal(profile_parse(&p, bytes, size), -EBADMSG);
    free(bytes);
}

static void a_section_of_unknown_kind_is_skipped(void **state)
{
    struct profile p;
    size_t size;
    unsigned char *bytes = bytes_all(&size);
    /* The first section is NC_RUN: make it one that nobody knows. */
    struct nc_section *s = (struct nc_section *)(bytes + NC_HEADER_SIZE);

    assert_int_equal(s->kind, NC_RUN);
    s->kind = 1000;
    assert_int_equal(profile_parse(&p, bytes, size), 0);
    assert_string_equal(p.damage, "");
    assert_int_equal(profile_count(&p, NC_SCOPES), 4);
    profile_done(&p);
    free(bytes);
}

static void a_missing_file_and_a_folder_are_named_in_the_error(void **state)
{
    struct report r;
    char err[256];
    const char *missing = "/nowhere/at/all.prof", *folder = "/tmp";

    assert_int_equal(report_from_profiles(&r, &missing, 1, NULL, err, sizeof err), -ENOENT);
    assert_non_null(strstr(err, missing));
    assert_int_equal(report_from_profiles(&r, &folder, 1, NULL, err, sizeof err), -EISDIR);
    assert_non_null(strstr(err, folder));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(a_file_cut_at_any_length_is_an_error_or_a_lower_bound),
        cmocka_unit_test(any_flipped_bit_is_survived),
        cmocka_unit_test(random_bytes_behind_a_good_header_are_survived),
        cmocka_unit_test(a_later_version_is_told_apart_from_damage),
        cmocka_unit_test(a_section_of_unknown_kind_is_skipped),
        cmocka_unit_test(a_missing_file_and_a_folder_are_named_in_the_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
