/* SPDX-License-Identifier: Apache-2.0 */
/* The program is about to put itself under seccomp: see sealed.h. */
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "hook.h"
#include "shim.h"

SHIM_HOOK int prctl(int operation, ...)
{
    unsigned long a[4];
    va_list args;

    real_ready();
    va_start(args, operation);
    for (int i = 0; i < 4; i++)
        a[i] = va_arg(args, unsigned long);
    va_end(args);
    if (operation == PR_SET_SECCOMP)
        shim_seal();
    return real.prctl(operation, a[0], a[1], a[2], a[3]);
}

/* The real syscall(); null until asked for. */
void *seal_real_syscall __attribute__((visibility("hidden")));

void seal_note(long number, long operation) __attribute__((visibility("hidden"), used));
void seal_note(long number, long operation)
{
    real_ready();
    seal_real_syscall = *(void **)(void *)&real.syscall;
    if (number == SYS_seccomp &&
        (operation == SECCOMP_SET_MODE_STRICT || operation == SECCOMP_SET_MODE_FILTER))
        shim_seal();
}

/* syscall() may return twice, or on another stack: a hook must leave by a jump, with every argument
 * where it was. */
static_assert(SYS_seccomp == 317, "the number below");
__asm__(".text\n"
        ".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        "    cmpq $317, %rdi\n"
        "    je 1f\n"
        "    cmpq $0, seal_real_syscall(%rip)\n"
        "    je 1f\n"
        "    jmp *seal_real_syscall(%rip)\n"
        "1:  pushq %rdi\n"
        "    pushq %rsi\n"
        "    pushq %rdx\n"
        "    pushq %rcx\n"
        "    pushq %r8\n"
        "    pushq %r9\n"
        "    subq $8, %rsp\n"
        "    call seal_note\n"
        "    addq $8, %rsp\n"
        "    popq %r9\n"
        "    popq %r8\n"
        "    popq %rcx\n"
        "    popq %rdx\n"
        "    popq %rsi\n"
        "    popq %rdi\n"
        "    jmp *seal_real_syscall(%rip)\n"
        ".size syscall, . - syscall\n");
