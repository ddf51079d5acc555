/* SPDX-License-Identifier: Apache-2.0 */
/* Every process has its profile, however it came to be and however it ended. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "run.h"

static struct run r;

static void go(const char *which, const char *arg, int status)
{
    run_victim(&r, NULL, "process", which, arg);
    assert_true(r.has);
    assert_int_equal(r.status, status);
    assert_int_equal(r.p.header->lost_events, 0);
}

static int tear_down(void **state)
{
    run_done(&r);
    return 0;
}

static uint64_t leaked(const struct peek *p)
{
    return peek_function(p, "/process", "leaf_alloc").leaked_blocks;
}

/* The child's profile: its blocks of leaf_alloc, and its flags without NC_COMPLETE and options. */
static void child_is(uint64_t blocks, uint32_t flags, int exit_status)
{
    const int pid = atoi(r.out);
    struct peek p;

    assert_true(pid > 0);
    assert_int_equal(run_other(&r, &p, NULL, pid), 0);
    assert_int_equal(leaked(&p), blocks);
    assert_int_equal(p.header->pid, pid);
    assert_int_equal(p.header->flags & (NC_FORKED | NC_EXECED), flags);
    assert_int_equal(p.header->exit_status, exit_status);
    peek_done(&p);
}

static void a_forked_child_has_a_profile_of_its_own(void **state)
{
    go("forks", NULL, 0);
    assert_int_equal(leaked(&r.p), 5);
    child_is(11, NC_FORKED, 11);
    assert_int_equal(run_profiles(&r), 2);
}

static void a_child_forked_from_a_thread_beside_a_busy_one_is_counted(void **state)
{
    go("forks-in-thread", NULL, 0);
    assert_true(leaked(&r.p) == 2 || leaked(&r.p) == 3); /* the busy one may hold a block */
    child_is(2 + 4, NC_FORKED, 4);
}

static void a_vforked_child_counts_with_its_parent_until_its_exec(void **state)
{
    go("vforks", NULL, 0);
    assert_int_equal(leaked(&r.p), 3);
    assert_int_equal(r.p.header->flags & NC_EXECED, 0);
    child_is(6, 0, 6);
}

static void a_spawned_child_has_a_profile_of_its_own(void **state)
{
    go("spawns", NULL, 0);
    assert_int_equal(leaked(&r.p), 2);
    child_is(9, 0, 9);
}

static void a_command_of_system_does_not_take_its_parents_name(void **state)
{
    go("systems", NULL, 0);
    assert_int_equal(leaked(&r.p), 1);
    assert_int_equal(r.p.header->pid, r.pid);
    assert_true(run_profiles(&r) >= 2);
}

static void an_exec_closes_one_profile_and_begins_another(void **state)
{
    static const char *const ways[] = {"execv", "execve", "execvp", "execle"};

    for (size_t i = 0; i < 4; i++) {
        struct peek p;

        go("execs", ways[i], 12);
        assert_int_equal(leaked(&r.p), 3);
        assert_int_equal(r.p.header->flags & (NC_EXECED | NC_COMPLETE), NC_EXECED | NC_COMPLETE);
        assert_int_equal(run_other(&r, &p, NULL, r.pid), 0);
        assert_int_equal(leaked(&p), 12);
        assert_int_equal(p.header->exit_status, 12);
        peek_done(&p);
        if (i < 3)
            run_done(&r);
    }
}

static void an_exec_with_a_clean_environment_is_left_alone(void **state)
{
    go("execs", "clean", 12);
    assert_int_equal(leaked(&r.p), 3);
    assert_int_equal(run_profiles(&r), 1);
}

static void an_exec_that_fails_changes_nothing(void **state)
{
    go("execs", "fails", 4);
    assert_int_equal(leaked(&r.p), 3 + 4);
    assert_int_equal(r.p.header->flags & NC_EXECED, 0);
    assert_int_equal(run_profiles(&r), 1);
}

static void every_end_leaves_all_that_was_counted(void **state)
{
    static const struct {
        const char *how;
        int status, told;
        bool complete;
    } ends[] = {
        {"exit", 3, 3, true},
        {"_exit", 3, 3, true},
        {"quick_exit", 3, 3, true},
        {"abort", 128 + SIGABRT, -1, false},
        {"segv", 128 + SIGSEGV, -1, false},
        {"kill", 128 + SIGKILL, -1, false},
        {"syscall", 3, -1, false},
    };

    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        go("ends", ends[i].how, ends[i].status);
        assert_int_equal(leaked(&r.p), 1000);
        assert_int_equal(r.p.header->exit_status, ends[i].told);
        assert_int_equal((r.p.header->flags & NC_COMPLETE) != 0, ends[i].complete);
        if (i + 1 < sizeof ends / sizeof ends[0])
            run_done(&r);
    }
}

static void a_kill_at_any_moment_loses_nothing(void **state)
{
    char dir[] = "/tmp/shim-test-XXXXXX", path[64], victim[512];

    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/p", dir);
    snprintf(victim, sizeof victim, "%s/process", VICTIMS_DIR);
    for (int i = 0; i < 5; i++) {
        int fds[2], status, told = 0, n;
        struct peek p;

        assert_int_equal(pipe(fds), 0);
        const pid_t pid = fork();

        if (pid == 0) {
            setenv("NOCOPY_OUTPUT", path, 1);
            setenv("LD_PRELOAD", SHIM_PATH, 1);
            dup2(fds[1], 1);
            close(fds[0]);
            execl(victim, victim, "until-killed", (char *)NULL);
            _exit(127);
        }
        close(fds[1]);
        FILE *out = fdopen(fds[0], "r");

        for (int line = 0; line <= 3 * i && fscanf(out, "%d", &n) == 1; line++)
            told = n;
        kill(pid, SIGKILL);
        while (fscanf(out, "%d", &n) == 1)
            told = n;
        fclose(out);
        waitpid(pid, &status, 0);
        assert_int_equal(peek_open(&p, path), 0);
        assert_true(told >= 1000);
        assert_in_range(leaked(&p), told, told + 1000);
        assert_int_equal(p.header->flags & NC_COMPLETE, 0);
        peek_done(&p);
        unlink(path);
    }
    rmdir(dir);
}

static void a_child_made_behind_our_back_does_not_write_into_its_parents_profile(void **state)
{
    go("clones", NULL, 0);
    assert_int_equal(leaked(&r.p), 2);
    child_is(5, NC_FORKED, -1);
}

static void a_child_that_shares_our_memory_counts_with_us(void **state)
{
    go("clones-sharing", NULL, 0);
    assert_int_equal(leaked(&r.p), 2 + 4);
    assert_int_equal(r.p.header->exit_status, 0);
    assert_int_equal(run_profiles(&r), 1);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_forked_child_has_a_profile_of_its_own),
        TEST(a_child_forked_from_a_thread_beside_a_busy_one_is_counted),
        TEST(a_vforked_child_counts_with_its_parent_until_its_exec),
        TEST(a_spawned_child_has_a_profile_of_its_own),
        TEST(a_command_of_system_does_not_take_its_parents_name),
        TEST(an_exec_closes_one_profile_and_begins_another),
        TEST(an_exec_with_a_clean_environment_is_left_alone),
        TEST(an_exec_that_fails_changes_nothing),
        TEST(every_end_leaves_all_that_was_counted),
        cmocka_unit_test(a_kill_at_any_moment_loses_nothing),
        TEST(a_child_made_behind_our_back_does_not_write_into_its_parents_profile),
        TEST(a_child_that_shares_our_memory_counts_with_us),
    };

    return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
