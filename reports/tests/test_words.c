/* SPDX-License-Identifier: Apache-2.0 */
/* Small things of the command: suggestions, sizes, lists, children. */
#include "nearest.h"
#include "process.h"
#include "summary.h"
#include "support.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const calls[] = {"run", "report", "diff", "check", "history", "compare"};
#define N_CALLS (sizeof calls / sizeof *calls)

static void a_slip_of_the_fingers_finds_the_word(void **state)
{
    static const char *const slips[][2] = {{"rnu", "run"},         {"reprot", "report"},
                                           {"dif", "diff"},        {"chekc", "check"},
                                           {"histroy", "history"}, {"comp", "compare"}};

    (void)state;
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++)
        assert_string_equal(nearest_word(slips[i][0], calls, N_CALLS), slips[i][1]);
}

static void a_word_far_from_all_finds_none(void **state)
{
    static const char *const far[] = {"xyzzy", "", "install",
                                      "a-word-longer-than-any-call-there-is"};

    (void)state;
    for (size_t i = 0; i < sizeof far / sizeof *far; i++)
        assert_null(nearest_word(far[i], calls, N_CALLS));
}

static void bytes_are_shown_with_three_digits(void **state)
{
    static const struct {
        uint64_t bytes;
        const char *words;
    } cases[] = {{0, "0 B"},
                 {999, "999 B"},
                 {1000, "0.98 KiB"},
                 {1023, "1.00 KiB"},
                 {1024, "1.00 KiB"},
                 {10240, "10.0 KiB"},
                 {102400, "100 KiB"},
                 {1023 * 1024, "1.00 MiB"},
                 {1048576, "1.00 MiB"},
                 {UINT64_MAX, "16.0 EiB"}};
    char text[32];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(summary_bytes(text, sizeof text, cases[i].bytes), cases[i].words);
}

static void an_environment_variable_is_replaced_added_and_removed(void **state)
{
    struct strings env = {0};

    (void)state;
    strings_add(&env, "A=1");
    strings_add(&env, "AB=2");
    strings_setenv(&env, "A", "3");
    strings_setenv(&env, "C", "4");
    strings_setenv(&env, "AB", NULL);
    assert_int_equal(env.len, 2);
    assert_true(strcmp(env.at[0], "A=3") == 0 || strcmp(env.at[1], "A=3") == 0);
    assert_true(strcmp(env.at[0], "C=4") == 0 || strcmp(env.at[1], "C=4") == 0);
    assert_null(env.at[2]);
    strings_done(&env);
}

static int end_of(const char *script)
{
    struct strings argv = strings_of("sh", "-c", script, NULL);
    const struct process_end end = process_run(&(struct process_plan){.argv = argv.at});

    strings_done(&argv);
    assert_int_equal(end.start_error, 0);
    return end.status;
}

static void a_child_s_end_is_its_status_or_128_and_the_signal(void **state)
{
    (void)state;
    assert_int_equal(end_of("exit 0"), 0);
    assert_int_equal(end_of("exit 77"), 77);
    assert_int_equal(end_of("kill -9 $$"), 137);
}

static void a_child_that_cannot_start_gives_126_or_127(void **state)
{
    struct strings missing = strings_of("/no/such/program", NULL), folder = strings_of("/", NULL);
    struct process_end end = process_run(&(struct process_plan){.argv = missing.at});

    (void)state;
    assert_int_equal(end.status, 127);
    assert_int_equal(end.start_error, ENOENT);
    assert_int_equal(process_run(&(struct process_plan){.argv = folder.at}).status, 126);
    strings_done(&missing);
    strings_done(&folder);
}

static void all_that_a_child_writes_is_captured(void **state)
{
    struct strings argv = strings_of("sh", "-c",
                                     "i=0; while [ $i -lt 9000 ]; do echo 0123456789; "
                                     "i=$((i+1)); done",
                                     NULL);
    char *text;

    (void)state;
    assert_int_equal(process_capture(&(struct process_plan){.argv = argv.at}, &text).status, 0);
    assert_int_equal(strlen(text), 99000);
    free(text);
    strings_done(&argv);
}

static void a_tree_is_removed_with_folders_that_may_not_be_written(void **state)
{
    char *top = temporary_name("unit");
    char *inner, *file;
    FILE *out;

    (void)state;
    assert_non_null(mkdtemp(top));
    inner = format_string("%s/a/b", top);
    file = format_string("%s/file", inner);
    assert_int_equal(make_folders(inner), 0);
    out = fopen(file, "w");
    assert_non_null(out);
    fclose(out);
    assert_int_equal(symlink("/etc", (free(file), file = format_string("%s/link", top))), 0);
    chmod(inner, 0500);
    assert_int_equal(remove_tree(top), 0);
    assert_int_not_equal(access(top, F_OK), 0);
    assert_int_equal(access("/etc/passwd", F_OK), 0);
    free(file);
    free(inner);
    free(top);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slip_of_the_fingers_finds_the_word),
        cmocka_unit_test(a_word_far_from_all_finds_none),
        cmocka_unit_test(bytes_are_shown_with_three_digits),
        cmocka_unit_test(an_environment_variable_is_replaced_added_and_removed),
        cmocka_unit_test(a_child_s_end_is_its_status_or_128_and_the_signal),
        cmocka_unit_test(a_child_that_cannot_start_gives_126_or_127),
        cmocka_unit_test(all_that_a_child_writes_is_captured),
        cmocka_unit_test(a_tree_is_removed_with_folders_that_may_not_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
