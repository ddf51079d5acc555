/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that take rights and room from themselves, or that others took them from. Each prints
 * what it can see of the world, which must not change with us in it. */
#include "victim.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

NOINLINE void *confined_get(size_t size) { return keep(malloc(size)); }

/* Which of two calls is made at each of 12 levels is told by the bits of `path`. */
NOINLINE static void fork_path(int level, int path)
{
    if (level == 0)
        free(confined_get(50));
    else if (path & 1)
        fork_path(level - 1, path >> 1);
    else
        fork_path(level - 1, path >> 1);
    keep(NULL);
}

/* Stacks nobody saw before: the profile has to grow. */
static void many_stacks(void)
{
    for (int i = 0; i < 3000; i++)
        fork_path(12, i);
}

/* Where there is no root, one of a user namespace of our own. */
static int chroots(int argc, char **argv)
{
    if (geteuid() != 0)
        unshare(CLONE_NEWUSER);
    if (chroot(argv[2]) != 0 || chdir("/") != 0)
        return 1;
    many_stacks();
    printf("%d\n", access("/proc/self/exe", F_OK));
    return 5;
}

/* Gives up being root, for good. */
static int drops(int argc, char **argv)
{
    if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setresgid(65534, 65534, 65534) != 0 ||
                           setresuid(65534, 65534, 65534) != 0))
        return 1;
    umask(0777);
    many_stacks();
    printf("%d %d\n", geteuid() == 0, getegid() == 0);
    return 6;
}

static int told(int argc, char **argv)
{
    many_stacks();
    printf("secure %lu\n", getauxval(AT_SECURE));
    return 7;
}

/* Prints the numbers that it gets until there are no more, with RLIMIT_NOFILE at argv[2]. */
static int descriptors(int argc, char **argv)
{
    const struct rlimit few = {strtoul(argv[2], NULL, 10), strtoul(argv[2], NULL, 10)};
    int fd, n = 0;

    if (setrlimit(RLIMIT_NOFILE, &few) != 0)
        return 1;
    many_stacks();
    while ((fd = open("/dev/null", O_RDONLY)) >= 0 && n < 12) {
        printf("%d ", fd);
        n++;
    }
    printf("errno %d\n", fd < 0 ? errno : 0);
    free(confined_get(1));
    return 8;
}

/* As servers become daemons: two forks, a session, no descriptor, another folder. The first process
 * waits for the pipe's end, so that the test knows when all is over. */
static int daemons(int argc, char **argv)
{
    int fds[2];
    char c;

    free(confined_get(10));
    if (pipe(fds) != 0)
        return 1;
    if (fork() != 0) {
        close(fds[1]);
        wait(NULL);
        return read(fds[0], &c, 1) == 1 && c == 'd' ? 9 : 2;
    }
    setsid();
    if (fork() != 0)
        _exit(0);
    if (chdir("/") != 0)
        _exit(1);
    for (int fd = 0; fd < 1024; fd++)
        if (fd != fds[1])
            close(fd);
    many_stacks();
    if (write(fds[1], "d", 1) != 1)
        _exit(1);
    _exit(3);
}

int main(int argc, char **argv)
{
    static const struct victim_case cases[] = {
        {"chroots", chroots},         {"drops", drops},     {"told", told},
        {"descriptors", descriptors}, {"daemons", daemons}, {NULL, NULL},
    };

    return victim_main(cases, argc, argv);
}
