/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: made, become others, ended in every way. The case "leaf N" allocates N blocks of 100
 * bytes in leaf_alloc and leaks them. */
#include "victim.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

NOINLINE void *leaf_alloc(size_t size) { return keep(malloc(size)); }

static int leaf_n(int n)
{
    for (int i = 0; i < n; i++)
        leaf_alloc(100);
    return n;
}

static int leaf(int argc, char **argv) { return leaf_n(atoi(argv[2])); }

static int reap(pid_t pid)
{
    int status = 0;

    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        return -1;
    printf("%d\n", (int)pid);
    fflush(stdout);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The parent leaks 5, the child frees 3 of them and leaks 11 of its own; prints the child's pid. */
static int forks(int argc, char **argv)
{
    void *p[5];

    for (int i = 0; i < 5; i++)
        p[i] = leaf_alloc(100);
    const pid_t pid = fork();

    if (pid == 0) {
        for (int i = 0; i < 3; i++)
            free(p[i]);
        exit(leaf_n(11));
    }
    return reap(pid) == 11 ? 0 : 1;
}

static void *fork_in_thread(void *arg)
{
    const pid_t pid = fork();

    leaf_n(2);
    if (pid == 0)
        _exit(leaf_n(4));
    *(int *)arg = reap(pid);
    return NULL;
}

static void *busy(void *arg)
{
    for (;;)
        free(leaf_alloc(10));
    return arg;
}

static int forks_in_thread(int argc, char **argv)
{
    pthread_t t, b;
    int r = -1;

    pthread_create(&b, NULL, busy, NULL);
    usleep(20000);
    pthread_create(&t, NULL, fork_in_thread, &r);
    pthread_join(t, NULL);
    return r == 4 ? 0 : 1;
}

static int vforks(int argc, char **argv)
{
    leaf_n(3);
    const pid_t pid = vfork();

    if (pid == 0) {
        execl(argv[0], argv[0], "leaf", "6", (char *)NULL);
        _exit(99);
    }
    return reap(pid) == 6 ? 0 : 1;
}

static int spawns(int argc, char **argv)
{
    char *args[] = {argv[0], (char *)(size_t) "leaf", (char *)(size_t) "9", NULL};
    pid_t pid;

    leaf_n(2);
    if (posix_spawn(&pid, argv[0], NULL, NULL, args, environ) != 0)
        return 1;
    return reap(pid) == 9 ? 0 : 2;
}

static int systems(int argc, char **argv)
{
    char command[4096];

    leaf_n(1);
    snprintf(command, sizeof command, "exec '%s' leaf 8", argv[0]);
    return WEXITSTATUS(system(command)) == 8 ? 0 : 1;
}

/* exec, by "execs HOW": the new program leaks 12. */
static int execs(int argc, char **argv)
{
    char *args[] = {argv[0], (char *)(size_t) "leaf", (char *)(size_t) "12", NULL};
    char *none[] = {NULL};

    leaf_n(3);
    if (strcmp(argv[2], "execv") == 0)
        execv(argv[0], args);
    else if (strcmp(argv[2], "execve") == 0)
        execve(argv[0], args, environ);
    else if (strcmp(argv[2], "clean") == 0)
        execve(argv[0], args, none);
    else if (strcmp(argv[2], "execvp") == 0)
        execvp(argv[0], args);
    else if (strcmp(argv[2], "execle") == 0)
        execle(argv[0], argv[0], "leaf", "12", (char *)NULL, environ);
    else if (strcmp(argv[2], "fails") == 0) {
        execv("/nonexistent", args);
        leaf_n(4);
        return 4;
    }
    return 99;
}

static int ends(int argc, char **argv)
{
    leaf_n(1000);
    if (strcmp(argv[2], "_exit") == 0)
        _exit(3);
    if (strcmp(argv[2], "quick_exit") == 0)
        quick_exit(3);
    if (strcmp(argv[2], "exit") == 0)
        exit(3);
    if (strcmp(argv[2], "abort") == 0) {
        const struct rlimit none = {0};

        setrlimit(RLIMIT_CORE, &none);
        abort();
    }
    if (strcmp(argv[2], "segv") == 0) {
        const struct rlimit none = {0};

        setrlimit(RLIMIT_CORE, &none);
        *(volatile int *)keep(NULL) = 1;
    }
    if (strcmp(argv[2], "kill") == 0)
        kill(getpid(), SIGKILL);
    if (strcmp(argv[2], "syscall") == 0)
        syscall(SYS_exit_group, 3);
    return 99;
}

/* Ends at a moment nobody chose: prints a line every 1000 blocks until killed from outside. */
static int until_killed(int argc, char **argv)
{
    for (int i = 1; i < 1000000; i++) {
        leaf_n(1000);
        printf("%d\n", i * 1000);
        fflush(stdout);
    }
    return 0;
}

/* A child made without libc knowing. */
static int clones(int argc, char **argv)
{
    leaf_n(2);
    const pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);

    if (pid == 0) {
        leaf_n(5);
        syscall(SYS_exit_group, 5);
    }
    return reap(pid) == 5 ? 0 : 1;
}

/* A child in our own memory, as runtimes make them that start programs. */
static int shares(void *arg)
{
    leaf_n(4);
    _exit(7);
}

static int clones_sharing(int argc, char **argv)
{
    static char stack[65536] __attribute__((aligned(16)));

    leaf_n(2);
    return reap(clone(shares, stack + sizeof stack, CLONE_VM | CLONE_VFORK | SIGCHLD, NULL)) == 7
               ? 0
               : 1;
}

int main(int argc, char **argv)
{
    static const struct victim_case cases[] = {
        {"leaf", leaf},
        {"forks", forks},
        {"forks-in-thread", forks_in_thread},
        {"vforks", vforks},
        {"spawns", spawns},
        {"systems", systems},
        {"execs", execs},
        {"ends", ends},
        {"until-killed", until_killed},
        {"clones", clones},
        {"clones-sharing", clones_sharing},
        {NULL, NULL},
    };

    return victim_main(cases, argc, argv);
}
