/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts with little room or few rights. */
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "run.h"
#include "same.h"

enum { STACKS = 3000 };

static struct run r;
static struct same s;

static int tear_down(void **state)
{
    if (s.said != NULL)
        same_done(&s);
    else
        run_done(&r);
    memset(&r, 0, sizeof r);
    return 0;
}

static void same(const char *format, ...)
{
    char command[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    same_run(&s, NULL, NULL, command);
}

static void all_is_counted(void)
{
    struct peek p;

    assert_true(same_profile(&s, "confined", &p));
    const struct peek_sums sums = peek_function(&p, "/confined", "confined_get");

    assert_in_range(sums.allocations, STACKS, STACKS + 1);
    assert_int_equal(sums.frees, sums.allocations);
    peek_done(&p);
}

static void a_host_that_changes_its_root_loses_nothing(void **state)
{
    same("d=$(mktemp -d); %s/confined chroots $d; e=$?; rmdir $d; exit $e", VICTIMS_DIR);
    assert_string_equal(s.said, "-1\n[1280]");
    all_is_counted();
}

static void a_host_that_gives_up_its_rights_loses_nothing(void **state)
{
    same("%s/confined drops", VICTIMS_DIR);
    all_is_counted();
}

static void a_host_gets_the_descriptors_it_would_get_without_us(void **state)
{
    static const int limits[] = {5, 8, 16, 17, 40, 1024};

    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        same("%s/confined descriptors %d", VICTIMS_DIR, limits[i]);
        all_is_counted();
        same_done(&s);
        same("ulimit -n %d; %s/confined descriptors %d", limits[i], VICTIMS_DIR, limits[i]);
        all_is_counted();
        same_done(&s);
    }
}

static void a_daemon_has_its_profile(void **state)
{
    same("%s/confined daemons", VICTIMS_DIR);
    assert_int_equal(same_profiles_with(&s, "confined", "confined_get", STACKS), 1);
    assert_int_equal(same_profiles(&s, "confined"), 2); /* the one in between did nothing */
}

/* ---- rights gained at the start ---- */

static void *copy_of(const char *path, int mode)
{
    char command[1200], *to;

    assert_true(asprintf(&to, "%s.copy%d", path, (int)getpid()) > 0);
    snprintf(command, sizeof command, "cp '%s' '%s'", path, to);
    assert_int_equal(system(command), 0);
    if (getuid() == 0)
        assert_int_equal(chown(to, 0, 65534), 0);
    assert_int_equal(chmod(to, (mode_t)mode), 0);
    return to;
}

/* The one is preloaded, which the loader ignores; the other is linked with the shim, which is
 * loaded and has to refuse by itself. */
static void a_program_that_gains_rights_is_left_alone(void **state)
{
    static const char *const names[] = {"confined", "confined-linked"};

    if (getuid() != 0)
        skip(); /* only root can make a program that gains rights */
    for (size_t i = 0; i < 2; i++) {
        char path[512], *copy;

        snprintf(path, sizeof path, "%s/%s", VICTIMS_DIR, names[i]);
        copy = copy_of(path, 02755);
        const char *const argv[] = {copy, "told", NULL};

        run_under(&r, NULL, argv);
        unlink(copy);
        free(copy);
        assert_int_equal(r.status, 7);
        assert_string_equal(r.out, "secure 1\n");
        assert_int_equal(run_profiles(&r), 0);
        run_done(&r);
    }
    /* The same program without the right is recorded: it was the right that made the difference. */
    run_victim(&r, NULL, "confined-linked", "told", NULL);
    assert_string_equal(r.out, "secure 0\n");
    assert_true(r.has);
}

/* As `user`: 0 the copy ran as without us and left no profile, 77 this user may not run it. */
static int run_as(unsigned user, const char *copy)
{
    const char *const argv[] = {copy, "told", NULL};
    int status = 0;
    const pid_t pid = fork();

    if (pid == 0) {
        struct run in;

        if (setgroups(0, NULL) != 0 || setresgid(user, user, user) != 0 ||
            setresuid(user, user, user) != 0 || access(copy, X_OK) != 0)
            _exit(77);
        run_under(&in, NULL, argv);
        const bool alone = in.status == 7 && strcmp(in.out, "secure 1\n") == 0;
        const int profiles = run_profiles(&in);

        run_done(&in);
        _exit(!alone ? 1 : profiles);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_set_uid_program_of_roots_is_left_alone_by_anybody(void **state)
{
    static const char *const names[] = {"confined", "confined-linked"};

    if (getuid() != 0)
        skip();
    for (size_t i = 0; i < 2; i++) {
        char path[512], *copy;

        snprintf(path, sizeof path, "%s/%s", VICTIMS_DIR, names[i]);
        copy = copy_of(path, 04755);
        const int left = run_as(65534, copy);

        unlink(copy);
        free(copy);
        assert_true(left == 0 || left == 77);
    }
}

/* ---- little room ---- */

/* In a child with a file system of its own at `dir`. False: this machine permits none. */
static bool mount_small(const char *dir, const char *options, unsigned long flags)
{
    if (geteuid() != 0 && unshare(CLONE_NEWUSER) != 0)
        return false;
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
           mount("none", dir, "tmpfs", flags, options) == 0;
}

/* Runs a victim with its profile on a small file system. The exit status of the child: 0 as
 * expected, 77 nothing could be mounted. */
static int in_small(const char *options, unsigned long flags, bool profile_expected)
{
    char dir[] = "/tmp/shim-test-XXXXXX", output[128];
    const char *const env[] = {output, NULL};
    int status = 0;

    assert_non_null(mkdtemp(dir));
    snprintf(output, sizeof output, "NOCOPY_OUTPUT=%s/p", dir);
    const pid_t pid = fork();

    if (pid == 0) {
        struct run in;
        struct peek p;

        if (!mount_small(dir, options, flags))
            _exit(77);
        run_victim(&in, env, "confined", "told", NULL);
        if (in.status != 7 || strcmp(in.out, "secure 0\n") != 0)
            _exit(1);
        run_done(&in);
        if (peek_open(&p, output + strlen("NOCOPY_OUTPUT=")) != 0)
            _exit(profile_expected ? 2 : 0);
        const struct peek_sums sums = peek_sums(&p);

        if (!profile_expected || sums.allocations + p.header->lost_events < STACKS)
            _exit(3);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    rmdir(dir);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void a_file_system_that_fills_up_keeps_the_totals(void **state)
{
    const int status = in_small("size=256k", 0, true);

    if (status != 77) {
        assert_int_equal(status, 0);
        return;
    }
    /* Nothing may be mounted here: a limit on the file's size stands in. */
    run_victim(&r, NULL, "hostile", "file-limit", NULL);
    assert_int_equal(r.status, 6);
    assert_int_equal(peek_sums(&r.p).allocations + r.p.header->lost_events, STACKS + 2);
}

static void a_file_system_without_room_is_no_matter_to_the_host(void **state)
{
    const int status = in_small("size=8k", 0, false);

    assert_true(status == 0 || status == 77);
}

static void a_file_system_that_is_read_only_is_no_matter_to_the_host(void **state)
{
    const int status = in_small("size=1m", MS_RDONLY, false);

    assert_true(status == 0 || status == 77);
}

/* ---- names ---- */

static void a_program_and_its_arguments_may_be_named_in_any_bytes(void **state)
{
    static const char name[] = "new\nline \xff\xfe'\"";
    char path[600], from[600];
    const char *const argv[] = {path, "told", "two\nlines", "\x80\xff", "", NULL};

    snprintf(from, sizeof from, "%s/confined", VICTIMS_DIR);
    snprintf(path, sizeof path, "%s/%s", VICTIMS_DIR, name);
    unlink(path);
    assert_int_equal(link(from, path), 0);
    run_under(&r, NULL, argv);
    unlink(path);
    assert_int_equal(r.status, 7);
    assert_true(r.has);
    assert_string_equal(peek_fact(&r.p, "argv0"), path);
    assert_string_equal(peek_fact(&r.p, "argv2"), "two\nlines");
    assert_string_equal(peek_fact(&r.p, "argv3"), "\x80\xff");
    assert_string_equal(peek_fact(&r.p, "argv4"), "");
    assert_string_equal(peek_fact(&r.p, "argc"), "5");
    const char *exe = peek_fact(&r.p, "exe");

    assert_string_equal(exe + strlen(exe) - strlen(name), name);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_teardown(f, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_host_that_changes_its_root_loses_nothing),
        TEST(a_host_that_gives_up_its_rights_loses_nothing),
        TEST(a_host_gets_the_descriptors_it_would_get_without_us),
        TEST(a_daemon_has_its_profile),
        TEST(a_program_that_gains_rights_is_left_alone),
        TEST(a_set_uid_program_of_roots_is_left_alone_by_anybody),
        TEST(a_file_system_that_fills_up_keeps_the_totals),
        TEST(a_file_system_without_room_is_no_matter_to_the_host),
        TEST(a_file_system_that_is_read_only_is_no_matter_to_the_host),
        TEST(a_program_and_its_arguments_may_be_named_in_any_bytes),
    };

    return cmocka_run_group_tests_name("confined", tests, NULL, NULL);
}
