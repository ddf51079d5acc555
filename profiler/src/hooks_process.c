/* SPDX-License-Identifier: Apache-2.0 */
/* Threads, other programs, the end. */
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

#include "arena.h"
#include "calls.h"
#include "follow.h"
#include "hook.h"
#include "lane.h"
#include "modules.h"
#include "profile.h"
#include "shim.h"
#include "stack.h"
#include "thread_start.h"
#include "unwind_libunwind.h"

SHIM_HOOK int dlclose(void *handle)
{
    real_ready();
    if (!shim_enter_end())
        return real.dlclose(handle);
    shim_leave(); /* its destructors are the host's own work */
    stack_unload_begin();
    const int r = real.dlclose(handle);

    if (shim_enter_end()) {
        modules_drop_unloaded();
        stack_unload_end();
        shim_leave();
    }
    return r;
}

SHIM_HOOK int dl_iterate_phdr(int (*call)(struct dl_phdr_info *, size_t, void *), void *arg)
{
    real_ready();
    if (shim_self.busy)
        return real.dl_iterate_phdr(call, arg);
    libunwind_hold();
    const int r = real.dl_iterate_phdr(call, arg);

    libunwind_release();
    return r;
}

SHIM_HOOK int pthread_create(pthread_t *restrict ret, const pthread_attr_t *restrict attr,
                             void *(*start)(void *), void *restrict arg)
{
    struct call_passed *passed = NULL;

    real_ready();
    if (shim_enter_end()) {
        lane_share();
        passed = calls_pass(FRAME);
        shim_leave();
    }
    if (passed == NULL)
        return real.pthread_create(ret, attr, start, arg);
    struct thread_start *s = thread_start_new(passed, start, arg);
    const int r = s == NULL ? real.pthread_create(ret, attr, start, arg)
                            : real.pthread_create(ret, attr, thread_start_run, s);

    if (r != 0 && s != NULL)
        thread_start_free(s);
    return r;
}

/* In a vfork's child the profile is the parent's: it is not over. */
static bool leaving(int status, bool execed)
{
    const bool ours = shim_is_ours() && shim_enter_end();

    if (ours) {
        shim_end(status, execed);
        shim_leave();
    }
    return ours;
}

static int become(const char *path, char *const *argv, char *const *environment,
                  int (*real_exec)(const char *, char *const *, char *const *))
{
    const bool ours = leaving(0, true);
    const int r = real_exec(path, argv, follow_environment(path, environment));

    if (ours)
        shim_end_undone();
    return r;
}

SHIM_HOOK int execve(const char *path, char *const *argv, char *const *environment)
{
    real_ready();
    return become(path, argv, environment, real.execve);
}

SHIM_HOOK int execv(const char *path, char *const *argv)
{
    real_ready();
    return become(path, argv, environ, real.execve);
}

SHIM_HOOK int execvpe(const char *file, char *const *argv, char *const *environment)
{
    real_ready();
    return become(file, argv, environment, real.execvpe);
}

SHIM_HOOK int execvp(const char *file, char *const *argv)
{
    real_ready();
    return become(file, argv, environ, real.execvpe);
}

SHIM_HOOK int fexecve(int fd, char *const *argv, char *const *environment)
{
    real_ready();
    const bool ours = leaving(0, true);
    const int r = real.fexecve(fd, argv, follow_environment(NULL, environment));

    if (ours)
        shim_end_undone();
    return r;
}

/* The variadic forms: their arguments as an array, for libc calls past our hooks from them. */
struct arguments {
    char **at;
    size_t room;
    char *const *environment;
};

static bool gather(struct arguments *ret, const char *first, va_list args, bool with_environment)
{
    va_list again;
    size_t n = 1;

    va_copy(again, args);
    while (va_arg(again, char *) != NULL)
        n++;
    va_end(again);
    ret->room = n + 1;
    ret->at = arena_alloc(ret->room * sizeof *ret->at);
    if (ret->at == NULL)
        return false;
    ret->at[0] = (char *)(uintptr_t)first;
    for (size_t i = 1; i < n; i++)
        ret->at[i] = va_arg(args, char *);
    (void)va_arg(args, char *); /* the null */
    ret->environment = with_environment ? va_arg(args, char *const *) : environ;
    return true;
}

static int become_variadic(const char *path, const char *first, va_list args, bool with_environment,
                           int (*real_exec)(const char *, char *const *, char *const *))
{
    struct arguments a;
    const uint32_t busy = shim_self.busy;

    shim_self.busy = SHIM_INSIDE;
    const bool ok = gather(&a, first, args, with_environment);

    shim_self.busy = busy;
    if (!ok) {
        errno = ENOMEM;
        return -1;
    }
    const int r = become(path, a.at, a.environment, real_exec);
    const int saved = errno;

    shim_self.busy = SHIM_INSIDE;
    arena_free(a.at, a.room * sizeof *a.at);
    shim_self.busy = busy;
    errno = saved;
    return r;
}

SHIM_HOOK int execl(const char *path, const char *first, ...)
{
    va_list args;

    real_ready();
    va_start(args, first);
    const int r = become_variadic(path, first, args, false, real.execve);

    va_end(args);
    return r;
}

SHIM_HOOK int execle(const char *path, const char *first, ...)
{
    va_list args;

    real_ready();
    va_start(args, first);
    const int r = become_variadic(path, first, args, true, real.execve);

    va_end(args);
    return r;
}

SHIM_HOOK int execlp(const char *file, const char *first, ...)
{
    va_list args;

    real_ready();
    va_start(args, first);
    const int r = become_variadic(file, first, args, false, real.execvpe);

    va_end(args);
    return r;
}

SHIM_HOOK int posix_spawn(pid_t *restrict pid, const char *restrict path,
                          const posix_spawn_file_actions_t *actions,
                          const posix_spawnattr_t *restrict attributes, char *const *restrict argv,
                          char *const *restrict environment)
{
    real_ready();
    return real.posix_spawn(pid, path, actions, attributes, argv,
                            follow_environment(path, environment));
}

SHIM_HOOK int posix_spawnp(pid_t *restrict pid, const char *restrict file,
                           const posix_spawn_file_actions_t *actions,
                           const posix_spawnattr_t *restrict attributes, char *const *restrict argv,
                           char *const *restrict environment)
{
    real_ready();
    return real.posix_spawnp(pid, file, actions, attributes, argv,
                             follow_environment(file, environment));
}

SHIM_HOOK void _exit(int status)
{
    real_ready();
    leaving(status, false);
    for (;;)
        real._exit(status);
}

SHIM_HOOK void _Exit(int status)
{
    real_ready();
    leaving(status, false);
    for (;;)
        real._exit(status);
}

SHIM_HOOK void quick_exit(int status)
{
    real_ready();
    leaving(status, false);
    for (;;)
        real.quick_exit(status);
}
