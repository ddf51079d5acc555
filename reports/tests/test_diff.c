/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

#include "rank_test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct report with_cases(uint64_t sma1, uint64_t ema1, bool more)
{
    struct builder b;

    builder_init(&b);
    build_case(&b, "sma", 80000, sma1, 10 * sma1, 10);
    build_case(&b, "ema", 80000, ema1, 800000, 10);
    if (more)
        build_case(&b, "rsi", 80000, 80000, 800000, 10);
    return report_of(&b);
}

static const struct diff_row *row_named(const struct diff *d, const char *name)
{
    for (size_t i = 0; i < d->n_rows; i++)
        if (strcmp(d->rows[i].indicator, name) == 0)
            return &d->rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

static void a_report_differs_from_itself_in_nothing(void **state)
{
    struct report r = with_cases(80000, 90000, true);
    struct diff d;

    assert_int_equal(diff_reports(&d, &r, &r, NULL, NULL), 0);
    assert_true(d.identical);
    assert_int_equal(d.changes[DIFF_SAME], 3);
    for (size_t i = 0; i < d.n_places; i++)
        assert_int_equal(d.places[i].match, MATCH_PATH);
    char *text = rendered_diff("text", &d, NULL);
    assert_non_null(strstr(text, "Byte for byte the same"));
    free(text);
    diff_done(&d);
    report_done(&r);
}

static void a_verdict_that_got_worse_comes_first(void **state)
{
    struct report base = with_cases(80000, 80000, true), head = with_cases(130000, 80100, false);
    struct diff d;

    assert_int_equal(diff_reports(&d, &base, &head, "before", "after"), 0);
    assert_string_equal(d.rows[0].indicator, "sma");
    assert_int_equal(d.rows[0].change, DIFF_WORSE);
    assert_int_equal(d.rows[0].batch1_delta, 50000);
    assert_true(d.rows[0].batch1_percent == 62.5);
    assert_int_equal(row_named(&d, "ema")->change, DIFF_SMALL);
    assert_int_equal(row_named(&d, "rsi")->change, DIFF_REMOVED);
    assert_false(d.identical);
    diff_done(&d);
    report_done(&base);
    report_done(&head);
}

static void other_combinations_are_not_compared(void **state)
{
    struct builder b;
    struct diff d;
    builder_init(&b);
    build_case(&b, "sma", 80000, 80000, 800000, 10);
    struct report base = report_of(&b);
    builder_init(&b);
    build_case(&b, "sma", 80000, 80000, 1600000, 20);
    struct report head = report_of(&b);

    assert_int_equal(diff_reports(&d, &base, &head, NULL, NULL), 0);
    assert_int_equal(d.rows[0].change, DIFF_NOT_COMPARED);
    assert_string_not_equal(d.rows[0].note, "");
    diff_done(&d);
    report_done(&base);
    report_done(&head);
}

/* Call sites without a profile: what the pairing sees of them. */
static struct report_place place(const char *function, uint32_t line, uint64_t size, uint64_t n)
{
    return (struct report_place){.at = {function, "a.c", line},
                                 .module = "app",
                                 .call = "malloc",
                                 .scope = "",
                                 .path = function,
                                 .metrics = {.allocations = n, .allocated_bytes = n * size},
                                 .largest_bytes = size};
}

static const struct diff_place *pair_of(const struct diff *d, const struct report_place *base)
{
    for (size_t i = 0; i < d->n_places; i++)
        if (d->places[i].base == base)
            return &d->places[i];
    return NULL;
}

static void sites_keep_their_order_when_lines_move(void **state)
{
    const struct report_place base[] = {place("f", 10, 100, 5), place("f", 20, 8000, 7),
                                        place("f", 30, 64, 100)};
    /* A new site before the second; all moved. */
    const struct report_place head[] = {place("f", 14, 100, 5), place("f", 22, 512, 1),
                                        place("f", 25, 8000, 7), place("f", 35, 64, 100)};
    const struct report a = {.places = base, .n_places = 3, .run.commit = ""},
                        b = {.places = head, .n_places = 4, .run.commit = ""};
    struct diff d;

    assert_int_equal(diff_reports(&d, &a, &b, NULL, NULL), 0);
    assert_ptr_equal(pair_of(&d, &base[0])->head, &head[0]);
    assert_ptr_equal(pair_of(&d, &base[1])->head, &head[2]);
    assert_ptr_equal(pair_of(&d, &base[2])->head, &head[3]);
    assert_int_equal(pair_of(&d, &base[1])->match, MATCH_MOVED);
    assert_int_equal(pair_of(&d, &base[1])->lines, 5);
    diff_done(&d);
}

static void a_renamed_function_is_known_by_callers_and_sizes(void **state)
{
    struct report_place base[] = {place("old", 10, 8000, 7), place("f", 30, 64, 100)};
    struct report_place head[] = {place("new", 12, 8000, 7), place("g", 35, 99999, 1)};
    base[0].path = "main;old";
    head[0].path = "main;new";
    base[1].path = "main;f";
    head[1].path = "main;g";
    const struct report a = {.places = base, .n_places = 2, .run.commit = ""},
                        b = {.places = head, .n_places = 2, .run.commit = ""};
    struct diff d;

    assert_int_equal(diff_reports(&d, &a, &b, NULL, NULL), 0);
    assert_ptr_equal(pair_of(&d, &base[0])->head, &head[0]);
    assert_int_equal(pair_of(&d, &base[0])->match, MATCH_RENAMED);
    assert_null(pair_of(&d, &base[1])->head);
    assert_int_equal(pair_of(&d, &base[1])->change, DIFF_REMOVED);
    diff_done(&d);
}

static void one_tree_holds_both_sides(void **state)
{
    struct report base = with_cases(80000, 80000, true), head = with_cases(90000, 80000, false);
    struct report_metrics sums[2] = {{0}, {0}};
    struct diff d;

    assert_int_equal(diff_reports(&d, &base, &head, NULL, NULL), 0);
    for (size_t i = 0; i < d.n_stacks; i++) {
        report_metrics_add(&sums[0], &d.stacks[i].base);
        report_metrics_add(&sums[1], &d.stacks[i].head);
    }
    assert_int_equal(sums[0].allocated_bytes, base.totals.all.allocated_bytes);
    assert_int_equal(sums[1].allocated_bytes, head.totals.all.allocated_bytes);
    for (size_t i = 0; i < d.n_nodes; i++)
        assert_true(d.nodes[i].parent == REPORT_NONE || d.nodes[i].parent < i);
    diff_done(&d);
    report_done(&base);
    report_done(&head);
}
/* git's line map */

static const char changes[] = "diff --git a/src/a.c b/src/a.c\n"
                              "index 1..2 100644\n"
                              "--- a/src/a.c\n"
                              "+++ b/src/a.c\n"
                              "@@ -2,0 +3,2 @@ int f(void)\n"
                              "+one\n"
                              "+++ b/no/header.c\n"
                              "@@ -10 +12,2 @@\n"
                              "--- a/nor/this.c\n"
                              "+two\n"
                              "+three\n"
                              "@@ -20,3 +22,0 @@\n"
                              "-x\n"
                              "-y\n"
                              "-z\n"
                              "diff --git a/old.c b/new name.c\n"
                              "similarity index 100%\n"
                              "rename from old.c\n"
                              "rename to new name.c\n"
                              "diff --git a/gone.c b/gone.c\n"
                              "--- a/gone.c\n"
                              "+++ /dev/null\n"
                              "@@ -1,2 +0,0 @@\n"
                              "-a\n"
                              "-b\n";

static struct line_map *map_of(const char *diff)
{
    struct line_map *map = line_map_new(&(struct line_map_text){
        diff, "src/a.c\nold.c\ngone.c\nlib/same.c\n\"caf\\303\\251.c\"\n",
        "src/a.c\nnew name.c\nlib/same.c\n\"caf\\303\\251.c\"\nx/twice.c\ny/twice.c\n"});

    assert_non_null(map);
    return map;
}

static uint32_t line_of(const struct line_map *map, const char *file, uint32_t line)
{
    return line_map_target(map, line_map_base_file(map, file), line).line;
}

static void lines_are_mapped_as_git_s_hunks_say(void **state)
{
    struct line_map *map = map_of(changes);
    const char *const a = line_map_base_file(map, "src/a.c");

    assert_int_equal(line_of(map, "src/a.c", 1), 1);
    assert_int_equal(line_of(map, "src/a.c", 2), 2); /* the line before what was put in */
    assert_int_equal(line_of(map, "src/a.c", 3), 5);
    assert_int_equal(line_of(map, "src/a.c", 9), 11);
    assert_int_equal(line_of(map, "src/a.c", 10), 0); /* changed */
    assert_int_equal(line_of(map, "src/a.c", 11), 14);
    assert_int_equal(line_of(map, "src/a.c", 19), 22);
    assert_int_equal(line_of(map, "src/a.c", 21), 0); /* removed */
    assert_int_equal(line_of(map, "src/a.c", 23), 23);
    assert_int_equal(line_map_target(map, a, 10).hunk, line_map_hunk(map, a, 12));
    assert_int_equal(line_map_hunk(map, a, 13), line_map_hunk(map, a, 12));
    assert_int_equal(line_map_hunk(map, a, 11), 0);
    assert_int_equal(line_map_hunk(map, a, 14), 0);
    assert_int_equal(line_map_files(map), 3);
    line_map_free(map);
}

static void files_are_found_by_what_debug_info_calls_them(void **state)
{
    struct line_map *map = map_of(changes);

    assert_string_equal(line_map_base_file(map, "/home/me/tree/src/a.c"), "src/a.c");
    assert_string_equal(line_map_base_file(map, "a.c"), "src/a.c");
    assert_string_equal(line_map_base_file(map, "caf\xc3\xa9.c"), "caf\xc3\xa9.c");
    assert_ptr_equal(line_map_base_file(map, "lib/same.c"), line_map_head_file(map, "same.c"));
    assert_null(line_map_head_file(map, "twice.c")); /* which? */
    assert_null(line_map_head_file(map, "/usr/include/stdio.h"));
    assert_null(line_map_head_file(map, ""));
    assert_string_equal(line_map_target(map, line_map_base_file(map, "old.c"), 7).file,
                        "new name.c");
    assert_int_equal(line_of(map, "old.c", 7), 7);
    assert_null(line_map_target(map, line_map_base_file(map, "gone.c"), 2).file);
    line_map_free(map);
}

static void text_that_is_no_diff_is_a_map_without_changes(void **state)
{
    static const char *const texts[] = {
        "", "@@ -1 +1 @@\n-a\n+b\n", "--- a/x\n+++ b/x\n",
        "diff --git a/lib/same.c b/lib/same.c\n--- a/lib/same.c\n@@ -"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct line_map *map = map_of(texts[i]);
        assert_int_equal(line_of(map, "src/a.c", 5), 5);
        line_map_free(map);
    }
}

/* Two sites of one function change places in weight: only git can tell. */
static void git_s_lines_pair_sites_before_their_functions_do(void **state)
{
    struct report_place base[] = {place("f", 9, 100, 5), place("f", 10, 8000, 7),
                                  place("f", 12, 8000, 7)};
    struct report_place head[] = {place("renamed", 11, 8000, 7), place("f", 12, 64, 1),
                                  place("f", 14, 100, 5)};
    for (size_t i = 0; i < 3; i++)
        base[i].at.file = head[i].at.file = "src/a.c";
    const struct report a = {.places = base, .n_places = 3, .run.commit = ""},
                        b = {.places = head, .n_places = 3, .run.commit = ""};
    struct line_map *map = map_of(changes);
    struct diff d;

    assert_int_equal(
        diff_reports_with(&d, &a, &b, &(struct diff_more){.lines = map, .commits = 6, .files = 3}),
        0);
    line_map_free(map);
    assert_ptr_equal(pair_of(&d, &base[0])->head, &head[0]);
    assert_int_equal(pair_of(&d, &base[0])->match, MATCH_LINE);
    assert_int_equal(pair_of(&d, &base[0])->lines, 2);
    assert_ptr_equal(pair_of(&d, &base[1])->head, &head[1]);
    assert_int_equal(pair_of(&d, &base[1])->match, MATCH_EDITED);
    assert_int_equal(d.n_places, 4);
    assert_int_equal(d.commits, 6);
    diff_done(&d);
}

/* Times */

static void the_rank_test_gives_known_values(void **state)
{
    uint64_t low[10], high[10], ties[10];

    for (uint64_t i = 0; i < 10; i++) {
        low[i] = 10 - i;
        high[i] = 20 - i;
        ties[i] = 7;
    }
    assert_true(median_of(low, 10) == 5.5);
    assert_true(median_of(high, 9) == 16); /* of 12 to 20 */
    median_of(high, 10);
    /* U = 0 of 100 pairs: z = 49.5 / sqrt(175) */
    assert_true(fabs(rank_test(low, 10, high, 10) - 0.000182672) < 1e-9);
    assert_true(rank_test(low, 10, low, 10) == 1);
    assert_true(rank_test(ties, 10, ties, 10) == 1);
}

/* One batch case whose calls took `ns` and a little more each in so many runs. */
static struct report timed(struct report_scope *scope, struct report_efficiency *row, uint64_t *ns,
                           uint64_t from, size_t runs)
{
    for (size_t i = 0; i < runs; i++)
        ns[i] = from + i;
    *scope = (struct report_scope){
        .name = "sma", .phase = PHASE_BATCH, .combos = 4, .times_ns = ns, .n_times = runs};
    *row = (struct report_efficiency){
        .indicator = "sma", .reason = "", .has_batch = true, .batch_rows = 4};
    return (struct report){
        .scopes = scope, .n_scopes = 1, .efficiency = row, .n_efficiency = 1, .run.commit = ""};
}

static struct diff_time time_between(uint64_t base, uint64_t head, size_t runs)
{
    struct report_scope scopes[2];
    struct report_efficiency rows[2];
    uint64_t ns[2][20];
    const struct report a = timed(&scopes[0], &rows[0], ns[0], base, runs),
                        b = timed(&scopes[1], &rows[1], ns[1], head, runs);
    struct diff d;

    assert_int_equal(diff_reports(&d, &a, &b, NULL, NULL), 0);
    const struct diff_time ret = d.rows[0].time;
    assert_int_equal(d.timed, ret.verdict != DIFF_TIME_UNKNOWN);
    diff_done(&d);
    return ret;
}

static void time_is_judged_from_ten_runs_a_side_on(void **state)
{
    const struct diff_time slower = time_between(1000, 1200, 12);

    assert_int_equal(slower.verdict, DIFF_TIME_SLOWER);
    assert_true(slower.base_ns == 1005.5 && slower.head_ns == 1205.5 && slower.p < 0.01);
    assert_int_equal(time_between(1200, 1000, 12).verdict, DIFF_TIME_FASTER);
    assert_int_equal(time_between(1000, 1002, 12).verdict, DIFF_TIME_SAME);
    /* Certain, but a trifle. */
    assert_int_equal(time_between(1000, 1020, 12).verdict, DIFF_TIME_SAME);
    assert_int_equal(time_between(1000, 1200, 9).verdict, DIFF_TIME_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_differs_from_itself_in_nothing),
        cmocka_unit_test(a_verdict_that_got_worse_comes_first),
        cmocka_unit_test(other_combinations_are_not_compared),
        cmocka_unit_test(sites_keep_their_order_when_lines_move),
        cmocka_unit_test(a_renamed_function_is_known_by_callers_and_sizes),
        cmocka_unit_test(one_tree_holds_both_sides),
        cmocka_unit_test(the_rank_test_gives_known_values),
        cmocka_unit_test(time_is_judged_from_ten_runs_a_side_on),
        cmocka_unit_test(lines_are_mapped_as_git_s_hunks_say),
        cmocka_unit_test(files_are_found_by_what_debug_info_calls_them),
        cmocka_unit_test(text_that_is_no_diff_is_a_map_without_changes),
        cmocka_unit_test(git_s_lines_pair_sites_before_their_functions_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
