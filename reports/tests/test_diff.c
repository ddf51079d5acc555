/* SPDX-License-Identifier: Apache-2.0 */
#include "support.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_report_differs_from_itself_in_nothing),
        cmocka_unit_test(a_verdict_that_got_worse_comes_first),
        cmocka_unit_test(other_combinations_are_not_compared),
        cmocka_unit_test(sites_keep_their_order_when_lines_move),
        cmocka_unit_test(a_renamed_function_is_known_by_callers_and_sizes),
        cmocka_unit_test(one_tree_holds_both_sides),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
