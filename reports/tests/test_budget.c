/* SPDX-License-Identifier: Apache-2.0 */
/* Rules and limits on reports made by hand, to the byte and to the second. */
#include "budget.h"
#include "support.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SITE(name)                                                                                 \
    {                                                                                              \
        name, "x.c", 7                                                                             \
    }

static const struct report_run complete = {.complete = true, .damage = ""};

static struct report_efficiency row(const char *name, enum report_status status, uint64_t single,
                                    uint64_t batch1)
{
    return (struct report_efficiency){.indicator = name,
                                      .status = status,
                                      .row_status = STATUS_OK,
                                      .reason = "",
                                      .single_bytes = single,
                                      .batch1_bytes = batch1,
                                      .has_single = true,
                                      .has_batch1 = true,
                                      .overhead_known = true,
                                      .worst = SITE("worst")};
}

/* A diff of one row, as diff_reports() would make it. */
struct pair {
    struct report_efficiency base_row, head_row;
    struct report base, head;
    struct diff_row row;
    struct diff diff;
};

static void make_pair(struct pair *p, struct report_efficiency base, struct report_efficiency head)
{
    *p = (struct pair){.base_row = base, .head_row = head};
    p->base = (struct report){.run = complete, .efficiency = &p->base_row, .n_efficiency = 1};
    p->head = (struct report){.run = complete, .efficiency = &p->head_row, .n_efficiency = 1};
    p->row = (struct diff_row){.indicator = base.indicator,
                               .base = &p->base_row,
                               .head = &p->head_row,
                               .change = DIFF_GREW,
                               .note = ""};
    p->diff = (struct diff){.base = &p->base, .head = &p->head, .rows = &p->row, .n_rows = 1};
}

static size_t violations(const struct budget *budget, struct pair *p)
{
    struct budget_results results;
    size_t n;

    budget_check(budget, &p->head, &p->diff, 0, &results);
    n = results.violations;
    budget_results_done(&results);
    return n;
}

static void a_size_is_read_in_bytes_or_with_a_unit_of_1024(void **state)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } good[] = {{"0", 0},
                {"4096", 4096},
                {"4 KiB", 4096},
                {"4KiB", 4096},
                {"1.5 MiB", 1572864},
                {"18446744073709551615", UINT64_MAX},
                {"2 GiB", 2147483648u}};
    static const char *const bad[] = {
        "", "KiB", "-1", "4 KB", "4 kib", "18446744073709551616", "1e99 TiB", "4 KiB x", "nan"};
    uint64_t bytes;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(budget_parse_size(good[i].text, &bytes));
        assert_int_equal(bytes, good[i].bytes);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(budget_parse_size(bad[i], &bytes));
}

static void a_verdict_may_stay_or_get_better_but_not_worse(void **state)
{
    const struct budget budget = budget_default();

    (void)state;
    for (int had = STATUS_OK; had <= STATUS_NONE; had++)
        for (int base = STATUS_OK; base <= STATUS_HIGH; base++) {
            struct pair p;

            make_pair(&p, row("a", (enum report_status)base, 8, 8),
                      row("a", (enum report_status)had, 8, 8));
            assert_int_equal(violations(&budget, &p), had > base);
        }
}

static void a_worse_row_verdict_is_a_violation_of_its_own(void **state)
{
    const struct budget budget = budget_default();
    struct pair p;

    (void)state;
    make_pair(&p, row("a", STATUS_OK, 8, 8), row("a", STATUS_OK, 8, 8));
    p.head_row.row_status = STATUS_MODERATE;
    assert_int_equal(violations(&budget, &p), 1);
}

static void what_is_not_compared_or_gone_is_a_violation(void **state)
{
    const struct budget budget = budget_default();
    struct pair p;

    (void)state;
    make_pair(&p, row("a", STATUS_OK, 8, 8), row("a", STATUS_OK, 16, 16));
    p.row.change = DIFF_NOT_COMPARED;
    p.row.note = "has other bars";
    assert_int_equal(violations(&budget, &p), 1);
    p.row.change = DIFF_REMOVED;
    p.row.head = NULL;
    assert_int_equal(violations(&budget, &p), 1);
}

static void batch1_may_grow_by_the_larger_of_share_and_bytes(void **state)
{
    const struct budget budget = {
        .batch1_growth = true, .batch1_percent = 10, .batch1_bytes = 4096};
    static const struct {
        uint64_t base, head;
        size_t violations;
    } cases[] = {{100000, 110000, 0}, {100000, 110001, 1}, {1000, 5096, 0}, {1000, 5097, 1},
                 {0, 4096, 0},        {0, 4097, 1},        {100000, 10, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pair p;

        make_pair(&p, row("a", STATUS_OK, 8, cases[i].base), row("a", STATUS_OK, 8, cases[i].head));
        assert_int_equal(violations(&budget, &p), cases[i].violations);
    }
}

static void low_findings_do_not_count_as_needless(void **state)
{
    const struct budget budget = {.needless_growth = true, .needless_slack = 100};
    struct report_finding finding = {.scope = "a",
                                     .kind = "copy-then-free",
                                     .severity = SEVERITY_LOW,
                                     .bytes = 101,
                                     .where = SITE("w"),
                                     .evidence = "",
                                     .advice = ""};
    struct pair p;

    (void)state;
    make_pair(&p, row("a", STATUS_OK, 8, 8), row("a", STATUS_OK, 8, 8));
    p.head.findings = &finding;
    p.head.n_findings = 1;
    assert_int_equal(violations(&budget, &p), 0);
    finding.severity = SEVERITY_MODERATE;
    assert_int_equal(violations(&budget, &p), 1);
    finding.bytes = 100;
    assert_int_equal(violations(&budget, &p), 0);
}

/* Read a budget from text. Returns as budget_read(). */
static int read_text(struct budget *ret, const char *text, char *err, size_t err_size)
{
    char name[] = "/tmp/nocopy-unit-XXXXXX";
    const int fd = mkstemp(name);
    int r;

    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    r = budget_read(ret, name, err, err_size);
    unlink(name);
    return r;
}

static void an_allowance_ends_with_its_last_second(void **state)
{
    const int64_t end = 1772323200; /* 2026-03-01 00:00 UTC */
    struct budget_results results;
    struct budget budget;
    struct pair p;
    char err[256];

    (void)state;
    assert_int_equal(
        read_text(&budget, "[allow]\nverdict-worse a* = 2026-02-28 soon mended\n", err, sizeof err),
        0);
    make_pair(&p, row("abc", STATUS_OK, 8, 8), row("abc", STATUS_HIGH, 8, 80));
    for (int64_t now = end - 1; now <= end; now++) {
        budget_check(&budget, &p.head, &p.diff, now, &results);
        assert_int_equal(results.violations, now == end);
        budget_results_done(&results);
    }
    budget_done(&budget);
}

static void a_file_with_everything_in_it_is_read(void **state)
{
    struct budget b;
    char err[256];

    (void)state;
    assert_int_equal(read_text(&b,
                               "# comment\n; another\n[check]\nverdict-worse = off   # or on\n"
                               "needless-growth = 4 KiB\nbatch1-growth = 2.5 % 1 MiB\n"
                               "[scope a b*]\nallocated = 10\nmode = batch\npeak = 20\n"
                               "[function *x]\n  copies=3  \n[total]\nleaked = 0\n",
                               err, sizeof err),
                     0);
    assert_false(b.verdict_worse);
    assert_true(b.needless_growth && b.needless_slack == 4096);
    assert_true(b.batch1_growth && b.batch1_bytes == 1 << 20);
    assert_true(b.batch1_percent > 2.49 && b.batch1_percent < 2.51);
    assert_int_equal(b.n_limits, 4);
    assert_string_equal(b.limits[0].pattern, "a b*");
    assert_int_equal(b.limits[0].mode, MODE_BATCH);
    assert_int_equal(b.limits[1].mode, MODE_BATCH);
    assert_int_equal(b.limits[2].metric, BUDGET_COPIES);
    assert_int_equal(b.limits[2].most, 3);
    assert_int_equal(b.limits[3].target, BUDGET_TOTAL);
    budget_done(&b);
}

static void reading_any_bytes_ends_with_a_line_number_or_a_budget(void **state)
{
    static const char alphabet[] = "[]= \n#;%abcKMiB0129-*check\n[total]\nallocated = ";
    unsigned seed = 12345;

    (void)state;
    for (int round = 0; round < 400; round++) {
        char text[200], err[256];
        struct budget budget;
        size_t n = 0;

        while (n + 1 < sizeof text) {
            seed = seed * 1103515245u + 12345u;
            text[n++] = alphabet[(seed >> 16) % (sizeof alphabet - 1)];
        }
        text[n] = 0;
        if (read_text(&budget, text, err, sizeof err) == 0)
            budget_done(&budget);
        else
            assert_non_null(strstr(err, "nocopy-unit-"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_size_is_read_in_bytes_or_with_a_unit_of_1024),
        cmocka_unit_test(a_verdict_may_stay_or_get_better_but_not_worse),
        cmocka_unit_test(a_worse_row_verdict_is_a_violation_of_its_own),
        cmocka_unit_test(what_is_not_compared_or_gone_is_a_violation),
        cmocka_unit_test(batch1_may_grow_by_the_larger_of_share_and_bytes),
        cmocka_unit_test(low_findings_do_not_count_as_needless),
        cmocka_unit_test(an_allowance_ends_with_its_last_second),
        cmocka_unit_test(a_file_with_everything_in_it_is_read),
        cmocka_unit_test(reading_any_bytes_ends_with_a_line_number_or_a_budget),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
