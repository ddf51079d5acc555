/* SPDX-License-Identifier: Apache-2.0 */
/* System calls made directly: no errno, no cancellation point, no hook of ours or anybody's. All
 * return the kernel's word, -errno on failure. */
#ifndef SHIM_SYS_H
#define SHIM_SYS_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#ifndef __x86_64__
#error "the shim knows x86-64 only; a port brings its own sys_call6 here"
#endif

static inline long sys_call6(long nr, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long ret;

    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(nr), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}

static inline long sys_call3(long nr, long a, long b, long c)
{
    return sys_call6(nr, a, b, c, 0, 0, 0);
}

/* Address, or -errno: test with sys_failed(). */
static inline void *sys_mmap(void *at, size_t size, int prot, int flags, int fd, uint64_t offset)
{
    return (void *)sys_call6(SYS_mmap, (long)at, (long)size, prot, flags, fd, (long)offset);
}

static inline int sys_failed(const void *mapped) { return (uintptr_t)mapped > (uintptr_t)-4096; }

static inline long sys_munmap(void *at, size_t size)
{
    return sys_call3(SYS_munmap, (long)at, (long)size, 0);
}

static inline long sys_madvise(void *at, size_t size, int advice)
{
    return sys_call3(SYS_madvise, (long)at, (long)size, advice);
}

static inline long sys_open(const char *path, int flags, int mode)
{
    return sys_call6(SYS_openat, -100 /* AT_FDCWD */, (long)path, flags, mode, 0, 0);
}

static inline long sys_read(int fd, void *ret, size_t size)
{
    return sys_call3(SYS_read, fd, (long)ret, (long)size);
}

static inline long sys_write(int fd, const void *bytes, size_t size)
{
    return sys_call3(SYS_write, fd, (long)bytes, (long)size);
}

static inline long sys_close(int fd) { return sys_call3(SYS_close, fd, 0, 0); }
static inline int sys_getpid(void) { return (int)sys_call3(SYS_getpid, 0, 0, 0); }
static inline int sys_gettid(void) { return (int)sys_call3(SYS_gettid, 0, 0, 0); }
static inline void sys_yield(void) { sys_call3(SYS_sched_yield, 0, 0, 0); }

#endif
