/* SPDX-License-Identifier: Apache-2.0 */
/* The program is about to put itself under seccomp: see sealed.h. */
#include <linux/seccomp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "evidence.h"
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
        shim_seal(a[0] == SECCOMP_MODE_STRICT);
    if (operation == PR_SET_TSC && a[0] == PR_TSC_SIGSEGV)
        shim_seal(true);
    return real.prctl(operation, a[0], a[1], a[2], a[3]);
}

/* The real syscall(); null until asked for. */
void *seal_real_syscall __attribute__((visibility("hidden")));

/* Of what a program asks the kernel past libc, what matters to us: that it seals itself, and that
 * blocks become unreadable. Readable again they are only by mprotect(): rather read too little. */
void seal_note(long number, long first, long second, long third)
    __attribute__((visibility("hidden"), used));
void seal_note(long number, long first, long second, long third)
{
    real_ready();
    seal_real_syscall = *(void **)(void *)&real.syscall;
    if (number == SYS_seccomp &&
        (first == SECCOMP_SET_MODE_STRICT || first == SECCOMP_SET_MODE_FILTER))
        shim_seal(first == SECCOMP_SET_MODE_STRICT);
    if ((number == SYS_pkey_mprotect || (number == SYS_mprotect && (third & PROT_READ) == 0)) &&
        shim_enter_end()) {
        evidence_protected((void *)first, (size_t)second, false);
        shim_leave();
    }
}

/* syscall() may return twice, or on another stack: a hook must leave by a jump, with every argument
 * where it was. */
static_assert(SYS_seccomp == 317 && SYS_mprotect == 10 && SYS_pkey_mprotect == 329,
              "the numbers below");
__asm__(".text\n"
        ".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        "    cmpq $317, %rdi\n"
        "    je 1f\n"
        "    cmpq $10, %rdi\n"
        "    je 1f\n"
        "    cmpq $329, %rdi\n"
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
