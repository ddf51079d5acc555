/* SPDX-License-Identifier: Apache-2.0 */
#include "inject.h"

#include "process.h"
#include "remote.h"

#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>

#ifndef __x86_64__
#error "calls into a process are written for x86-64 only; a port brings its own registers here"
#endif

enum {
    RED_ZONE = 128,         /* below a stack's top, used without being reserved */
    STACK_NEED = 64 * 1024, /* what loading and coming up may take */
    CALL_MS = 20000,        /* after which a call is given up */
    XSTATE_ROOM = 64 * 1024
};

/* A thread that stands still. */
struct thread {
    pid_t tid;
    struct user_regs_struct regs;
    unsigned char xstate[XSTATE_ROOM]; /* floating point and vectors: in the middle of a
                                          computation they are in use */
    size_t xstate_size;
};

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void rest(void) { nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL); }

/* Wait until the thread stops. Its status, or -1: it is gone, or `ms` have passed. */
static int await(pid_t tid, int ms)
{
    const uint64_t until = now_ms() + (uint64_t)ms;
    int status;

    for (;;) {
        const pid_t r = waitpid(tid, &status, __WALL | WNOHANG);

        if (r == tid)
            return WIFSTOPPED(status) ? status : -1;
        if (r < 0 || now_ms() > until)
            return -1;
        rest();
    }
}

static bool stop(struct thread *t, pid_t tid)
{
    struct iovec state = {t->xstate, sizeof t->xstate};
    int status;

    t->tid = tid;
    if (ptrace(PTRACE_SEIZE, tid, NULL, NULL) != 0)
        return false;
    if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) != 0 || (status = await(tid, 1000)) < 0) {
        ptrace(PTRACE_DETACH, tid, NULL, NULL);
        return false;
    }
    /* A signal that came first is the program's: it goes there, and this is no good moment. */
    if (status >> 16 != PTRACE_EVENT_STOP || ptrace(PTRACE_GETREGS, tid, NULL, &t->regs) != 0 ||
        ptrace(PTRACE_GETREGSET, tid, (void *)NT_X86_XSTATE, &state) != 0) {
        const int number = status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);

        ptrace(PTRACE_DETACH, tid, NULL, (void *)(long)number);
        return false;
    }
    t->xstate_size = state.iov_len;
    return true;
}

static void let_go(const struct thread *t) { ptrace(PTRACE_DETACH, t->tid, NULL, NULL); }

/* ---- is this a good moment? ---- */

/* A thread that waits in one of these holds no lock of the allocator's or the loader's; one that
 * waits in futex, mmap or brk may. */
static bool is_waiting(long call)
{
    static const short calls[] = {
        SYS_read,     SYS_write,           SYS_poll,          SYS_select,
        SYS_pread64,  SYS_pwrite64,        SYS_readv,         SYS_writev,
        SYS_pause,    SYS_nanosleep,       SYS_accept,        SYS_sendto,
        SYS_recvfrom, SYS_sendmsg,         SYS_recvmsg,       SYS_wait4,
        SYS_fsync,    SYS_rt_sigtimedwait, SYS_rt_sigsuspend, SYS_clock_nanosleep,
        SYS_waitid,   SYS_epoll_wait,      SYS_pselect6,      SYS_ppoll,
        SYS_accept4,  SYS_epoll_pwait,     SYS_recvmmsg,      SYS_sched_yield};

    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (calls[i] == call)
            return true;
    return false;
}

static bool is_syscall_behind(const struct remote *r, uint64_t ip)
{
    unsigned char code[2];

    return remote_read(r, ip - 2, code, sizeof code) && code[0] == 0x0f && code[1] == 0x05;
}

/* Signal handlers return by a stub of libc's. When its address is nowhere on the stack, no handler
 * is under way. */
static bool may_be_in_handler(const struct remote *r, uint64_t sp)
{
    uint64_t words[512];
    const struct region *stack = remote_region(r, sp);

    for (uint64_t at = sp & ~UINT64_C(7); stack && at < stack->end; at += sizeof words) {
        const size_t left = (size_t)(stack->end - at);
        const size_t size = left < sizeof words ? left : sizeof words;

        if (!remote_read(r, at, words, size))
            return true;
        for (size_t i = 0; i < size / 8; i++)
            if (r->restorer != 0 && words[i] == r->restorer)
                return true;
    }
    return stack == NULL;
}

static bool has_room(const struct remote *r, uint64_t sp)
{
    const struct region *stack = remote_region(r, sp);

    return stack && (strcmp(stack->path, "[stack]") == 0 || sp - stack->start >= STACK_NEED);
}

static bool is_good(const struct remote *r, const struct thread *t)
{
    const struct region *code = remote_region(r, t->regs.rip);
    const bool called = (long)t->regs.orig_rax >= 0;

    if (!code || remote_is_loader(code) || !has_room(r, t->regs.rsp))
        return false;
    if (called ? !is_waiting((long)t->regs.orig_rax) || !is_syscall_behind(r, t->regs.rip)
               : remote_is_libc(code) || code->path[0] != '/')
        return false;
    return !may_be_in_handler(r, t->regs.rsp);
}

/* Borrow the first thread that stands well, looking again until `until`. */
static bool find_moment(struct remote *r, struct thread *t, uint64_t until)
{
    char folder[64];

    snprintf(folder, sizeof folder, "/proc/%d/task", (int)r->pid);
    do {
        DIR *d = opendir(folder);
        const struct dirent *e;

        while (d && (e = readdir(d))) {
            const pid_t tid = (pid_t)atoi(e->d_name);

            if (tid <= 0 || !stop(t, tid))
                continue;
            if (remote_look(r) && is_good(r, t)) {
                closedir(d);
                return true;
            }
            let_go(t);
        }
        if (!d)
            return false;
        closedir(d);
        rest();
    } while (now_ms() < until);
    return false;
}

/* ---- a call ---- */

static bool put_back(const struct thread *t)
{
    struct iovec state = {(void *)t->xstate, t->xstate_size};

    return ptrace(PTRACE_SETREGSET, t->tid, (void *)NT_X86_XSTATE, &state) == 0 &&
           ptrace(PTRACE_SETREGS, t->tid, NULL, &t->regs) == 0;
}

/* Runs function(string, second) in the thread. It returns to address 0, and the fault there is
 * ours; other signals are the program's and go to it. */
static bool call(const struct remote *r, const struct thread *t, uint64_t function,
                 const char *string, uint64_t second, uint64_t *ret)
{
    struct user_regs_struct regs = t->regs;
    const size_t size = string ? strlen(string) + 1 : 0;
    const uint64_t text = (t->regs.rsp - RED_ZONE - size) & ~UINT64_C(15), nowhere = 0;
    const uint64_t until = now_ms() + CALL_MS;

    regs.rsp = text - 8;
    regs.rip = function;
    regs.rdi = string ? text : 0;
    regs.rsi = second;
    regs.rax = 0;
    regs.orig_rax = (unsigned long long)-1; /* no system call to go on with */
    regs.eflags &= ~0x400ull;               /* functions begin with strings running upwards */
    if ((size && !remote_write(r, text, string, size)) ||
        !remote_write(r, regs.rsp, &nowhere, sizeof nowhere) ||
        ptrace(PTRACE_SETREGS, t->tid, NULL, &regs) != 0 ||
        ptrace(PTRACE_CONT, t->tid, NULL, NULL) != 0)
        return false;
    while (now_ms() < until) {
        const int status = await(t->tid, (int)(until - now_ms()));

        if (status < 0 || ptrace(PTRACE_GETREGS, t->tid, NULL, &regs) != 0)
            return false;
        if (WSTOPSIG(status) == SIGSEGV && regs.rip == 0) {
            *ret = regs.rax;
            return true;
        }
        const int number = status >> 16 ? 0 : WSTOPSIG(status);

        if (ptrace(PTRACE_CONT, t->tid, NULL, (void *)(long)number) != 0)
            return false;
    }
    ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL);
    await(t->tid, 1000);
    return false;
}

static char *loader_says(const struct remote *r, const struct thread *t)
{
    const uint64_t function = remote_function(r, "dlerror");
    char words[512] = "";
    uint64_t at = 0;

    if (function && call(r, t, function, NULL, 0, &at) && at)
        for (size_t i = 0; i + 1 < sizeof words && remote_read(r, at + i, &words[i], 1) && words[i];
             i++)
            words[i + 1] = 0;
    return format_string("its loader says: %s", words[0] ? words : "nothing");
}

static char *load_and_call(struct remote *r, const struct thread *t, const struct injection *in,
                           int *ret_result)
{
    const uint64_t open = remote_function(r, "dlopen");
    uint64_t handle = 0, result = 0;

    if (!open)
        return format_string("it has no dlopen");
    if (!call(r, t, open, in->library, 2 /* RTLD_NOW */, &handle))
        return format_string("its loader did not come back");
    if (!handle)
        return loader_says(r, t);
    const uint64_t entry = remote_look(r) ? remote_function_of(r, in->library, in->entry) : 0;

    if (!entry || !call(r, t, entry, in->argument, 0, &result))
        return format_string("the shim did not come up in it");
    *ret_result = (int)result;
    return NULL;
}

int inject(const struct injection *in, int *ret_result, char **ret_why)
{
    struct remote r;
    struct thread *t = calloc(1, sizeof *t);

    *ret_why = NULL;
    if (!t || !remote_open(&r, in->pid))
        *ret_why = format_string("its memory cannot be read");
    else if (!find_moment(&r, t, now_ms() + (uint64_t)in->patience_ms))
        *ret_why = format_string("there was no safe moment within %d seconds: every thread was in "
                                 "libc, in a signal handler, or waiting for a lock; try again",
                                 in->patience_ms / 1000);
    else {
        *ret_why = load_and_call(&r, t, in, ret_result);
        if (!put_back(t) && !*ret_why)
            *ret_why = format_string("its registers could not be put back");
        let_go(t);
    }
    remote_done(&r);
    free(t);
    return *ret_why ? -1 : 0;
}
