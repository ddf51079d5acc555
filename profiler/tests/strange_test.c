/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that do what few do: the same output and the same end to the byte, and a profile that
 * opens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "same.h"

static struct same s;

static int tear_down(void **state)
{
    same_done(&s);
    return 0;
}

/* The victim's case with and without us. `before` is put in front of the command. */
static void same(const char *before, const char *which)
{
    char command[1024];

    snprintf(command, sizeof command, "%s '%s/strange' %s", before, VICTIMS_DIR, which);
    same_run(&s, NULL, NULL, command);
}

/* Allocations of the victim itself, in all its processes. */
static uint64_t allocations(const char *function)
{
    struct peek p;

    assert_true(same_profile(&s, "strange", &p));
    const uint64_t ret = peek_function(&p, "/strange", function).allocations;

    peek_done(&p);
    return ret;
}

static void a_child_of_vfork_may_allocate_before_it_execs(void **state)
{
    same("", "vforks");
    assert_int_equal(same_profiles(&s, "strange"), 1);
    assert_in_range(allocations("get"), 200, 240); /* those of the children are the parent's */
}

static void a_clone_with_its_parents_memory_is_counted_there(void **state)
{
    same("", "clones");
    assert_in_range(allocations("get"), 10 * 40 + 6 * (40 + 64), 10 * 40 + 6 * (40 + 64) + 10);
}

static void a_host_that_closes_ranges_of_descriptors_gets_the_same_numbers(void **state)
{
    same("", "closes-ranges");
    assert_int_equal(allocations("get"), 40 + 2048 + 4096);
}

static void a_host_may_read_every_readable_page(void **state) { same("", "reads-all"); }

static void a_host_that_shuts_its_blocks_takes_the_faults_it_would_take(void **state)
{
    static const char *const ways[] = {"NOCOPY_CONTENT=full exec", "exec"};

    for (int i = 0; i < 6; i++) {
        char which[16];

        snprintf(which, sizeof which, "shuts %d", i / 2);
        same(ways[i % 2], which);
        if (i < 5)
            same_done(&s);
    }
}

static void mappings_are_remapped_as_without_us(void **state) { same("", "remaps"); }

static void a_host_in_the_strict_mode_of_seccomp_is_left_alive(void **state)
{
    same("", "strict");
    assert_true(strstr(s.said, "strict\n") == s.said);
    assert_true(allocations("get") >= 1024 + 1 + 101);
}

static void a_host_that_limits_itself_to_nothing_runs_on(void **state)
{
    char command[300];

    snprintf(command, sizeof command, "'%s/strange' limits", VICTIMS_DIR);
    same_run_losing(&s, command);
    assert_true(strstr(s.said, "large 1 12\n") == s.said);
    assert_true(allocations("get") + s.lost >= 4096); /* told or known to be lost */
}

static void a_signal_handler_may_fork(void **state) { same("", "forks-in-handlers"); }

static void a_handler_on_the_smallest_stack_does_not_run_over(void **state)
{
    same("", "small-signal-stack");
    assert_true(strstr(s.said, "untouched below 1") == s.said);
}

/* Else a lock of ours would be held for ever. */
static void a_thread_that_is_cancelled_at_any_instruction_leaves_no_lock(void **state)
{
    same("NOCOPY_CONTENT=full timeout 60", "cancels");
}

static void spawned_programs_get_the_descriptors_that_were_asked_for(void **state)
{
    char which[300];

    snprintf(which, sizeof which, "spawns %s/alone", VICTIMS_DIR);
    same("", which);
    if (access(strrchr(which, ' ') + 1, X_OK) == 0)
        assert_true(strstr(s.said, "alone 1\nother 3 0\n") != NULL);
    assert_int_equal(same_profiles(&s, "alone"), 0);
}

static void libraries_in_namespaces_of_their_own_run_as_without_us(void **state)
{
    same("", "namespaces " PLUGIN);
}

static void an_auditor_of_the_loader_does_not_mind_us(void **state)
{
    char before[300];

    snprintf(before, sizeof before, "LD_AUDIT='%s/audit.so'", VICTIMS_DIR);
    same(before, "work");
    assert_int_equal(allocations("get"), 400 + 256);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_child_of_vfork_may_allocate_before_it_execs),
        TEST(a_clone_with_its_parents_memory_is_counted_there),
        TEST(a_host_that_closes_ranges_of_descriptors_gets_the_same_numbers),
        TEST(a_host_may_read_every_readable_page),
        TEST(a_host_that_shuts_its_blocks_takes_the_faults_it_would_take),
        TEST(mappings_are_remapped_as_without_us),
        TEST(a_host_in_the_strict_mode_of_seccomp_is_left_alive),
        TEST(a_host_that_limits_itself_to_nothing_runs_on),
        TEST(a_signal_handler_may_fork),
        TEST(a_handler_on_the_smallest_stack_does_not_run_over),
        TEST(a_thread_that_is_cancelled_at_any_instruction_leaves_no_lock),
        TEST(spawned_programs_get_the_descriptors_that_were_asked_for),
        TEST(libraries_in_namespaces_of_their_own_run_as_without_us),
        TEST(an_auditor_of_the_loader_does_not_mind_us),
    };

    return cmocka_run_group_tests_name("strange", tests, NULL, NULL);
}
