/* SPDX-License-Identifier: Apache-2.0 */
#include "process.h"
#include "progress.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* Signals by which users and CI systems stop or steer a program. */
static const int forwarded[] = {SIGHUP,  SIGINT,  SIGQUIT, SIGTERM,
                                SIGUSR1, SIGUSR2, SIGALRM, SIGCONT};
#define N_FORWARDED (sizeof forwarded / sizeof forwarded[0])

/* Written by the handler only after `child_pid` is settled: the signals are blocked until then. */
static volatile sig_atomic_t child_pid;   /* 0: none runs */
static volatile sig_atomic_t child_group; /* not 0: the child leads a group of its own */
static volatile sig_atomic_t interrupted; /* the first signal that asked us to stop */
static volatile sig_atomic_t interrupts;
static bool catching;

static bool asks_to_stop(int number)
{
    return number == SIGHUP || number == SIGINT || number == SIGQUIT || number == SIGTERM;
}

static void on_signal(int number, siginfo_t *info, void *context)
{
    const int saved = errno;
    int send = number;

    (void)context;
    if (catching && asks_to_stop(number)) {
        if (!interrupted)
            interrupted = number;
        if (++interrupts > 1)
            send = SIGKILL; /* asked twice: no more patience with the child */
    }
    /* A key of the terminal already reached every process of its group. */
    if (child_pid > 0 && (child_group || info->si_code <= 0))
        kill(child_group ? -(pid_t)child_pid : (pid_t)child_pid, send);
    errno = saved;
}

/* Take over the forwarded signals; what is ignored (nohup) stays so. `ret_old` may be null. */
static void take_signals(struct sigaction *ret_old)
{
    for (size_t i = 0; i < N_FORWARDED; i++) {
        struct sigaction old;
        struct sigaction mine = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART};

        sigfillset(&mine.sa_mask);
        sigaction(forwarded[i], NULL, &old);
        if (ret_old)
            ret_old[i] = old;
        if (old.sa_handler != SIG_IGN)
            sigaction(forwarded[i], &mine, NULL);
    }
}

void process_catch_interrupts(void)
{
    if (!catching)
        take_signals(NULL);
    catching = true;
}

int process_interrupted(void) { return interrupted; }

void process_die(int signal_number)
{
    sigset_t set;

    signal(signal_number, SIG_DFL);
    sigemptyset(&set);
    sigaddset(&set, signal_number);
    fflush(NULL);
    raise(signal_number);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    _exit(128 + signal_number);
}

/* In the child: never returns. Writes errno to `report` when it could not start. */
static void child_start(const struct process_plan *plan, const char *path, int report)
{
    int code;

    if (plan->own_group) {
        const int nothing = open("/dev/null", O_RDONLY);

        setpgid(0, 0);
        if (nothing >= 0)
            dup2(nothing, STDIN_FILENO);
    }
    if ((plan->out > 0 && dup2(plan->out, STDOUT_FILENO) < 0) ||
        (plan->err > 0 && dup2(plan->err, STDERR_FILENO) < 0) ||
        (plan->dir && chdir(plan->dir) < 0))
        goto fail;
    execvpe(path, plan->argv, plan->env ? plan->env : environ);
fail:
    code = errno;
    (void)!write(report, &code, sizeof code);
    _exit(127);
}

/* The leader has gone; what it started may still be busy with the signal. Nothing of it may outlive
 * our clearing up. */
static void end_group(pid_t group)
{
    for (int tenths = 0; tenths < 50 && kill(-group, 0) == 0; tenths++)
        usleep(100000);
    kill(-group, SIGKILL);
}

static struct process_end end_of(int wait_status, pid_t pid, int start_error)
{
    struct process_end end = {.pid = pid, .start_error = start_error};

    if (start_error)
        end.status = start_error == ENOENT ? 127 : 126;
    else if (WIFSIGNALED(wait_status)) {
        end.signal = WTERMSIG(wait_status);
        end.status = 128 + end.signal;
    } else
        end.status = WEXITSTATUS(wait_status);
    return end;
}

/* Read what the child says about its start; 0 when exec closed the pipe. */
static int start_error(int fd)
{
    int code = 0;
    ssize_t n;

    do
        n = read(fd, &code, sizeof code);
    while (n < 0 && errno == EINTR);
    close(fd);
    return n == (ssize_t)sizeof code ? code : 0;
}

/* To its end; `progress` is shown meanwhile. */
static void wait_for(pid_t pid, int *ret_status, const char *progress)
{
    struct progress p;
    pid_t r;

    if (progress) {
        progress_begin(&p, progress);
        while (p.on && (r = waitpid(pid, ret_status, WNOHANG)) == 0) {
            progress_at(&p, 0, 0);
            usleep(50000);
        }
        progress_end(&p);
        if (p.on && r == pid)
            return;
    }
    while (waitpid(pid, ret_status, 0) < 0 && errno == EINTR)
        ;
}

/* Start the child with the signals held back, hand them on until it is over. `drain` reads its
 * output meanwhile. */
static struct process_end run(const struct process_plan *plan, void (*drain)(void *), void *arg)
{
    struct sigaction old[N_FORWARDED];
    sigset_t held, before;
    int report[2], status = 0, error;
    pid_t pid;

    if (pipe2(report, O_CLOEXEC) < 0)
        return (struct process_end){.start_error = errno, .status = 125};
    sigemptyset(&held);
    for (size_t i = 0; i < N_FORWARDED; i++)
        sigaddset(&held, forwarded[i]);
    sigprocmask(SIG_BLOCK, &held, &before);
    if (!catching)
        take_signals(old);
    fflush(NULL); /* what we printed comes before what the child prints */
    pid = fork();
    if (pid == 0) {
        if (!catching)
            for (size_t i = 0; i < N_FORWARDED; i++)
                sigaction(forwarded[i], &old[i], NULL);
        sigprocmask(SIG_SETMASK, &before, NULL);
        child_start(plan, plan->argv[0], report[1]);
    }
    close(report[1]);
    if (pid < 0) {
        error = errno;
        close(report[0]);
    } else {
        if (plan->own_group)
            setpgid(pid, pid); /* both sides, or a signal could come between */
        child_group = plan->own_group;
        child_pid = pid;
        sigprocmask(SIG_SETMASK, &before, NULL);
        error = start_error(report[0]);
        if (drain)
            drain(arg);
        wait_for(pid, &status, plan->progress);
        child_pid = 0;
        if (plan->own_group && interrupted)
            end_group(pid);
    }
    sigprocmask(SIG_SETMASK, &before, NULL);
    if (!catching)
        for (size_t i = 0; i < N_FORWARDED; i++)
            sigaction(forwarded[i], &old[i], NULL);
    if (pid < 0)
        return (struct process_end){.start_error = error, .status = 125};
    return end_of(status, pid, error);
}

struct process_end process_run(const struct process_plan *plan) { return run(plan, NULL, NULL); }

struct drain {
    int fd, close_first;
    char *text;
    size_t len, room;
};

static void drain_pipe(void *arg)
{
    struct drain *d = arg;

    close(d->close_first); /* our copy of the writing end, else the pipe never ends */
    d->close_first = -1;
    for (;;) {
        ssize_t n;

        if (d->room - d->len < 4096) {
            d->room = d->room ? d->room * 2 : 8192;
            d->text = realloc(d->text, d->room);
            if (!d->text)
                abort();
        }
        n = read(d->fd, d->text + d->len, d->room - d->len - 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        d->len += (size_t)n;
    }
    d->text[d->len] = 0;
}

struct process_end process_capture(const struct process_plan *plan, char **ret_output)
{
    struct process_plan captured = *plan;
    struct process_end end;
    int fd[2];
    struct drain d = {0};

    *ret_output = NULL;
    if (pipe2(fd, O_CLOEXEC) < 0)
        return (struct process_end){.start_error = errno, .status = 125};
    captured.out = fd[1];
    d.fd = fd[0];
    d.close_first = fd[1];
    end = run(&captured, drain_pipe, &d);
    if (d.close_first >= 0)
        close(d.close_first);
    close(fd[0]);
    *ret_output = d.text ? d.text : format_string("%s", "");
    return end;
}

const char *process_own_path(void)
{
    static char path[PATH_MAX];

    if (!path[0]) {
        const ssize_t n = readlink("/proc/self/exe", path, sizeof path - 1);

        path[n > 0 ? n : 0] = 0;
    }
    return path;
}

const char *process_own_folder(void)
{
    static char folder[PATH_MAX];

    if (!folder[0]) {
        char *slash;

        strcpy(folder, process_own_path());
        slash = strrchr(folder, '/');
        if (slash)
            *slash = 0;
    }
    return folder;
}

static bool may_execute(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

int process_find(const char *name, const char *dir, char **ret)
{
    const char *path = getenv("PATH");
    bool seen = false;

    if (strchr(name, '/')) {
        char *file =
            name[0] == '/' || !dir ? format_string("%s", name) : format_string("%s/%s", dir, name);

        if (may_execute(file)) {
            *ret = file;
            return 0;
        }
        seen = access(file, F_OK) == 0;
        free(file);
        return seen ? -EACCES : -ENOENT;
    }
    for (path = path ? path : "/usr/bin:/bin"; *path || *name; path++) {
        const size_t n = strcspn(path, ":");
        char *file = n ? format_string("%.*s/%s", (int)n, path, name) : format_string("./%s", name);

        if (may_execute(file)) {
            *ret = file;
            return 0;
        }
        seen = seen || access(file, F_OK) == 0;
        free(file);
        path += n;
        if (!*path)
            break;
    }
    return seen ? -EACCES : -ENOENT;
}
