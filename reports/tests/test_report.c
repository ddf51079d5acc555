/* SPDX-License-Identifier: Apache-2.0 */
/* From counters to tables and verdicts. */
#include "support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct report_function *function_named(const struct report *r, const char *name)
{
    for (size_t i = 0; i < r->n_functions; i++)
        if (strcmp(r->functions[i].at.function, name) == 0)
            return &r->functions[i];
    fail_msg("no function %s", name);
    return NULL;
}

static const struct report_efficiency *row_named(const struct report *r, const char *name)
{
    for (size_t i = 0; i < r->n_efficiency; i++)
        if (strcmp(r->efficiency[i].indicator, name) == 0)
            return &r->efficiency[i];
    fail_msg("no row %s", name);
    return NULL;
}

static void totals_and_functions_are_the_sums_of_their_stacks(void **state)
{
    struct builder b;
    builder_init(&b);
    const uint32_t app = builder_module(&b, "/nowhere/app"),
                   libc = builder_module(&b, "/nowhere/libc.so.6");
    const uint32_t main = builder_node(&b, 0, app, 0x10, 0, 0);
    builder_blocks(&b, builder_node(&b, main, app, 0x20, 0, 0), 10, 100, 7, 0);
    builder_blocks(&b, builder_node(&b, main, libc, 0x30, 0, 0), 2, 50, 0, 0);
    builder_copies(&b, builder_node(&b, main, app, 0x40, 0, 0), 3, 1000);
    b.header.peak_bytes = 1100;
    b.header.small_copies = 5;
    b.header.small_copied_bytes = 80;
    struct report r = report_of(&b);

    assert_int_equal(r.totals.all.allocations, 12);
    assert_int_equal(r.totals.all.allocated_bytes, 1100);
    assert_int_equal(r.totals.all.freed_bytes, 700);
    assert_int_equal(r.totals.all.leaked_blocks, 5);
    assert_int_equal(r.totals.all.leaked_bytes, 400);
    assert_int_equal(r.totals.all.copies, 8);
    assert_int_equal(r.totals.all.copied_bytes, 3080);
    assert_int_equal(r.totals.all.peak_bytes, 1100);
    assert_int_equal(function_named(&r, "app+0x20")->metrics.allocations, 10);
    /* libc's own frame is passed over: the function is who called it. */
    assert_int_equal(function_named(&r, "app+0x10")->metrics.allocated_bytes, 100);
    report_done(&r);
}

static void entries_of_several_lanes_are_one_stack(void **state)
{
    struct builder b;
    builder_init(&b);
    const uint32_t app = builder_module(&b, "/nowhere/app");
    const uint32_t node = builder_node(&b, 0, app, 0x10, 0, 0);
    builder_blocks(&b, node, 10, 100, 0, 0);
    /* Another lane freed eight of them: more frees than allocations there. */
    const struct nc_counts other = {.node = node, .frees = 8, .freed_bytes = 800};
    builder_add(&b, NC_COUNTS, &other);
    const struct nc_lane lane = {.small_copies = 4, .small_copied_bytes = 64};
    builder_add(&b, NC_LANES, &lane);
    b.header.peak_epoch = 9; /* nothing happened there since: live is what was live at the peak */
    struct report r = report_of(&b);

    assert_int_equal(r.n_stacks, 1);
    assert_int_equal(r.stacks[0].metrics.leaked_bytes, 200);
    assert_int_equal(r.stacks[0].metrics.peak_bytes, 200);
    assert_int_equal(r.totals.all.copies, 4);
    report_done(&r);
}

static void the_same_path_twice_in_a_profile_is_one_stack(void **state)
{
    struct builder b;
    builder_init(&b);
    const uint32_t app = builder_module(&b, "/nowhere/app");
    for (int i = 0; i < 2; i++)
        builder_blocks(&b, builder_node(&b, builder_node(&b, 0, app, 0x10, 0, 0), app, 0x20, 0, 0),
                       1, 64, 1, 0);
    struct report r = report_of(&b);

    assert_int_equal(r.n_stacks, 1);
    assert_int_equal(r.stacks[0].metrics.allocations, 2);
    report_done(&r);
}

static void verdicts_change_at_ten_and_above_fifty_per_cent(void **state)
{
    static const struct {
        const char *name;
        uint64_t batch1;
        enum report_status status;
    } cases[] = {{"a999", 10999, STATUS_OK},
                 {"b1000", 11000, STATUS_MODERATE},
                 {"c5000", 15000, STATUS_MODERATE},
                 {"d5001", 15001, STATUS_HIGH},
                 {"e_less", 9000, STATUS_OK}};
    struct builder b;
    builder_init(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        build_case(&b, cases[i].name, 10000, cases[i].batch1, 0, 1);
    struct report r = report_of(&b);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(row_named(&r, cases[i].name)->status, cases[i].status);
    assert_string_equal(r.efficiency[0].indicator, "d5001"); /* the worst comes first */
    report_done(&r);
}

static void one_more_row_is_judged_by_what_it_takes_over_its_payload(void **state)
{
    struct builder b;
    builder_init(&b);
    build_case(&b, "lean", 80000, 80100, 800100, 10);
    build_case(&b, "heavy", 80000, 80000, 80000 + 9 * 200000, 10);
    struct report r = report_of(&b);

    assert_int_equal(row_named(&r, "lean")->row_status, STATUS_OK);
    assert_true(row_named(&r, "lean")->bytes_per_row == 80000);
    assert_int_equal(row_named(&r, "heavy")->row_status, STATUS_HIGH);
    assert_true(row_named(&r, "heavy")->row_overhead_percent == 150);
    report_done(&r);
}

static void a_single_call_of_no_bytes_is_fine_or_beyond_measure(void **state)
{
    struct builder b;
    builder_init(&b);
    build_case(&b, "none", 0, 0, 0, 4);
    build_case(&b, "some", 0, 512, 2048, 4);
    struct report r = report_of(&b);

    assert_int_equal(row_named(&r, "none")->status, STATUS_OK);
    assert_true(row_named(&r, "none")->overhead_known);
    assert_int_equal(row_named(&r, "some")->status, STATUS_HIGH);
    assert_false(row_named(&r, "some")->overhead_known);
    report_done(&r);
}

static void combinations_are_found_by_what_is_handed_out(void **state)
{
    struct builder b;
    builder_init(&b);
    build_case(&b, "sma", 80000, 80000, 640000, 8);
    for (uint32_t i = 1; i < b.n[NC_CALLS]; i++)
        ((struct nc_calls *)builder_at(&b, NC_CALLS, i))->combos = 0;
    struct report r = report_of(&b);

    assert_int_equal(row_named(&r, "sma")->batch_rows, 8);
    assert_int_equal(row_named(&r, "sma")->batch1_bytes, 80000);
    report_done(&r);
}

static void a_half_that_is_missing_is_said(void **state)
{
    struct builder b;
    builder_init(&b);
    build_case(&b, "sma", 80000, 80000, 640000, 8);
    ((struct nc_scope *)builder_at(&b, NC_SCOPES, 1))->mode = NC_MODE_BATCH;
    struct report r = report_of(&b);

    assert_int_equal(row_named(&r, "sma")->status, STATUS_NONE);
    assert_string_equal(row_named(&r, "sma")->reason, "no single call");
    report_done(&r);
}

static void two_profiles_make_one_report(void **state)
{
    char first[600], err[256];
    struct builder b;
    struct report r;
    builder_init(&b);
    build_case(&b, "sma", 80000, 80000, 640000, 8);
    snprintf(first, sizeof first, "%s", scratch("rank0.prof"));
    assert_int_equal(builder_write(&b, first), 0);
    const char *paths[] = {first, first};
    assert_int_equal(report_from_profiles(&r, paths, 2, NULL, err, sizeof err), 0);
    builder_done(&b);

    assert_int_equal(r.run.processes, 2);
    assert_int_equal(r.totals.all.allocated_bytes, 2 * 800000);
    assert_int_equal(r.n_efficiency, 1);
    assert_int_equal(r.efficiency[0].batch_bytes, 640000); /* of one call */
    report_done(&r);
}

static void a_report_read_back_from_json_gives_the_same_json(void **state)
{
    struct builder b;
    struct report again;
    char err[256];
    builder_init(&b);
    builder_fact(&b, "exe", "/nowhere/app");
    builder_fact(&b, "option:depth", "64");
    build_case(&b, "sma", 80000, 99000, 640000, 8);
    build_case(&b, "ema", 0, 99000, 99000, 1);
    const struct nc_edge edge = {.copy = 1,
                                 .source = 2,
                                 .destination = 3,
                                 .scope = 2,
                                 .copies = 1,
                                 .bytes = 19000,
                                 .freed_copies = 1,
                                 .freed_bytes = 19000};
    builder_add(&b, NC_EDGES, &edge);
    struct report r = report_of(&b);
    char *json = rendered("json", &r, NULL);
    const char *path = scratch("report.json");
    FILE *file = fopen(path, "we");
    fputs(json, file);
    fclose(file);

    assert_int_equal(report_load(&again, path, NULL, err, sizeof err), 0);
    char *second = rendered("json", &again, NULL);
    assert_string_equal(json, second);
    free(json);
    free(second);
    report_done(&again);
    report_done(&r);
}

static void json_that_is_no_report_is_refused(void **state)
{
    static const char *const texts[] = {"{", "{}", "{\"format\": \"x\"}",
                                        "{\"format\": \"nocopy-report\", \"version\": 2}"};
    struct report r;
    char err[256];

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const char *path = scratch("bad.json");
        FILE *file = fopen(path, "we");
        fputs(texts[i], file);
        fclose(file);
        assert_true(report_load(&r, path, NULL, err, sizeof err) < 0);
        assert_non_null(strstr(err, path));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(totals_and_functions_are_the_sums_of_their_stacks),
        cmocka_unit_test(entries_of_several_lanes_are_one_stack),
        cmocka_unit_test(the_same_path_twice_in_a_profile_is_one_stack),
        cmocka_unit_test(verdicts_change_at_ten_and_above_fifty_per_cent),
        cmocka_unit_test(one_more_row_is_judged_by_what_it_takes_over_its_payload),
        cmocka_unit_test(a_single_call_of_no_bytes_is_fine_or_beyond_measure),
        cmocka_unit_test(combinations_are_found_by_what_is_handed_out),
        cmocka_unit_test(a_half_that_is_missing_is_said),
        cmocka_unit_test(two_profiles_make_one_report),
        cmocka_unit_test(a_report_read_back_from_json_gives_the_same_json),
        cmocka_unit_test(json_that_is_no_report_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
