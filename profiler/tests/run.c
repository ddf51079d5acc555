/* SPDX-License-Identifier: Apache-2.0 */
#include "run.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void child(const struct run *r, const char *const *env, const char *const *argv, int out)
{
    char output[160];

    snprintf(output, sizeof output, "%s/p", r->dir);
    setenv("NOCOPY_OUTPUT", output, 1);
    for (; env != NULL && *env != NULL; env++)
        putenv((char *)(size_t)*env);
    setenv("LD_PRELOAD", SHIM_PATH, 1);
    dup2(out, 1);
    dup2(out, 2);
    close(out);
    execv(argv[0], (char *const *)(size_t)argv);
    _exit(127);
}

void run_under(struct run *ret, const char *const *env, const char *const *argv)
{
    int fds[2], status;
    size_t len = 0;
    ssize_t n;

    memset(ret, 0, sizeof *ret);
    strcpy(ret->dir, "/tmp/shim-test-XXXXXX");
    if (mkdtemp(ret->dir) == NULL || pipe2(fds, O_CLOEXEC) < 0)
        abort();
    snprintf(ret->path, sizeof ret->path, "%s/p", ret->dir);
    ret->pid = fork();
    if (ret->pid == 0)
        child(ret, env, argv, fds[1]);
    close(fds[1]);
    while ((n = read(fds[0], ret->out + len, sizeof ret->out - 1 - len)) > 0)
        len += (size_t)n;
    close(fds[0]);
    if (ret->pid < 0 || waitpid(ret->pid, &status, 0) != ret->pid)
        abort();
    ret->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    ret->has = peek_open(&ret->p, ret->path) == 0;
}

void run_victim(struct run *ret, const char *const *env, const char *name, const char *which,
                const char *arg)
{
    char path[512];
    const char *const argv[] = {path, which, arg, NULL};

    snprintf(path, sizeof path, "%s/%s", VICTIMS_DIR, name);
    run_under(ret, env, argv);
}

int run_other(const struct run *r, struct peek *ret, const char *name, int pid)
{
    char path[256];

    if (name != NULL)
        snprintf(path, sizeof path, "%s/%s", r->dir, name);
    else
        snprintf(path, sizeof path, "%s/p.%d", r->dir, pid);
    return peek_open(ret, path);
}

int run_profiles(const struct run *r)
{
    DIR *d = opendir(r->dir);
    const struct dirent *e;
    int n = 0;

    while (d != NULL && (e = readdir(d)) != NULL)
        n += e->d_name[0] != '.';
    if (d != NULL)
        closedir(d);
    return n;
}

void run_done(struct run *r)
{
    DIR *d = opendir(r->dir);
    const struct dirent *e;

    if (r->has)
        peek_done(&r->p);
    while (d != NULL && (e = readdir(d)) != NULL)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            unlinkat(dirfd(d), e->d_name, 0);
    if (d != NULL)
        closedir(d);
    rmdir(r->dir);
}
