/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHIM_CLOCK_H
#define SHIM_CLOCK_H

#include <stdint.h>
#include <time.h>

#include "sealed.h"
#include "sys.h"

/* CLOCK_MONOTONIC, through the kernel's page in our address space: no system call. */
static inline uint64_t clock_ns(void)
{
    struct timespec t;

    if (__builtin_expect(sealed_ns != 0, 0))
        return sealed_ns;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* CLOCK_PROCESS_CPUTIME_ID or CLOCK_THREAD_CPUTIME_ID: a system call. 0 where that is denied. */
static inline uint64_t clock_cpu_ns(clockid_t clock)
{
    struct timespec t = {0};

    sys_call3(SYS_clock_gettime, clock, (long)&t, 0);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#endif
