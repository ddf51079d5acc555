/* SPDX-License-Identifier: Apache-2.0 */
#include "edges.h"

#include <alloca.h>
#include <dlfcn.h>
#include <pthread.h>
#include <search.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#ifdef __clang__
#define FAR_CALL __attribute__((noinline))
#else
#define FAR_CALL __attribute__((noinline, noclone))
#endif

static volatile unsigned sink;

/* What follows a call keeps it from being a tail call. */
static void after(void) { sink++; }

FAR_CALL static void tip(void)
{
    edge_event();
    after();
}

/* --- Frames whose size is not known to the compiler --- */

FAR_CALL static void with_alloca(unsigned n)
{
    volatile char *p = alloca(n);

    p[0] = 1;
    tip();
    p[n - 1] = 2;
    if (n > 100)
        with_alloca(n - 77);
    tip();
    sink += (unsigned)p[0];
}

/* --- The same inner frame at the same place with another rbp: what lies outside is another stack,
 *     though the words of the one before are still in memory --- */

FAR_CALL static void balanced_inner(unsigned n)
{
    volatile char *p = alloca(n * 64);

    p[0] = 1;
    tip();
    sink += (unsigned)p[0];
}

FAR_CALL static void balanced_outer(unsigned n, unsigned total)
{
    volatile char *p = alloca(n * 64);

    p[0] = 1;
    if (n % 2) {
        balanced_inner(total - n);
        after();
    } else {
        balanced_inner(total - n);
        sink += 2;
    }
    sink += (unsigned)p[0];
}

FAR_CALL static void balanced(void)
{
    for (volatile unsigned n = 1; n < 12; n++)
        balanced_outer(n, 13);
    for (volatile unsigned n = 11; n > 2; n -= 3)
        balanced_outer(n, 13);
}

/* --- Frames aligned to more than the ABI asks: the CFA is read from memory --- */

FAR_CALL static void realigned(unsigned n)
{
    volatile double wide[16] __attribute__((aligned(128)));

    memset((void *)(uintptr_t)wide, 0, sizeof wide);
    wide[n % 16] = n;
    tip();
    if (n > 0)
        realigned(n - 1);
    tip();
    sink += (unsigned)wide[n % 16];
}

FAR_CALL static void realigned_alloca(unsigned n)
{
    volatile double wide[8] __attribute__((aligned(64)));
    volatile char *p = alloca(n * 16 + 16);

    memset((void *)(uintptr_t)wide, 0, sizeof wide);
    wide[n % 8] = n;
    p[0] = (char)n;
    tip();
    if (n > 0)
        realigned_alloca(n - 1);
    tip();
    sink += (unsigned)wide[n % 8] + (unsigned)p[0];
}

/* --- Frames with every callee-saved register in use, rbp as a plain number --- */

FAR_CALL static uint64_t many_registers(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                                        uint64_t f, unsigned n)
{
    for (unsigned i = 0; i < 3; i++) {
        a += b ^ c;
        b += c ^ d;
        c += d ^ e;
        d += e ^ f;
        e += f ^ a;
        f += a ^ b;
        tip();
    }
    if (n > 0)
        a += many_registers(f, e, d, c, b, a, n - 1);
    tip();
    return a ^ b ^ c ^ d ^ e ^ f;
}

/* --- Deep and deeper, coming back slowly --- */

FAR_CALL static void recursive(unsigned n)
{
    if (n % 7 == 0)
        tip();
    if (n > 0)
        recursive(n - 1);
    if (n % 5 == 0)
        tip();
    after();
}

FAR_CALL static void large_frame(unsigned n)
{
    volatile char big[100000];

    big[0] = 1;
    big[sizeof big - 1] = 2;
    tip();
    if (n > 0)
        large_frame(n - 1);
    tip();
    sink += (unsigned)big[0];
}

/* --- Tail calls: the caller's frame is gone --- */

FAR_CALL static void tail_three(unsigned n)
{
    tip();
    sink += n;
}
FAR_CALL static void tail_two(unsigned n) { tail_three(n + 1); }
FAR_CALL static void tail_one(unsigned n) { tail_two(n + 1); }

/* --- Through libraries' frames --- */

static int compare(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;

    tip();
    return (x > y) - (x < y);
}

static void visit(const void *node, VISIT which, int depth)
{
    (void)node, (void)depth;
    if (which == preorder)
        edge_event();
    after();
}

FAR_CALL static void callbacks(void)
{
    int v[24], *found;
    void *root = NULL;

    for (int i = 0; i < 24; i++)
        v[i] = i * 7919 % 24;
    qsort(v, 24, sizeof v[0], compare);
    found = bsearch(&v[5], v, 24, sizeof v[0], compare);
    sink += found != NULL;
    for (int i = 0; i < 8; i++)
        tsearch(&v[i * 5 % 24], &root, compare);
    twalk(root, visit);
    for (int i = 0; i < 8; i++)
        tdelete(&v[i * 5 % 24], &root, compare);
}

/* --- Frames that are never returned to --- */

static jmp_buf back;

FAR_CALL static void jumper(unsigned n)
{
    tip();
    if (n > 0)
        jumper(n - 1);
    else if (sink != UINT32_MAX) /* always, but not for the compiler */
        longjmp(back, 1);
    after();
}

FAR_CALL static void jumps(void)
{
    for (volatile unsigned i = 0; i < 20; i++) {
        if (setjmp(back) == 0)
            jumper(i % 6);
        tip();
    }
}

/* --- Signals, also on a stack of their own, also inside each other --- */

static volatile unsigned nested;

static void handler(int number)
{
    tip();
    if (number == SIGUSR1 && nested < 2) {
        nested++;
        raise(SIGUSR2);
        tip();
        nested--;
    }
    after();
}

static void info_handler(int number, siginfo_t *info, void *context)
{
    (void)info, (void)context;
    handler(number);
    tip();
}

/* The interrupted instruction is a store in the middle of a loop, not a call. */
static volatile int *faulty;
static sigjmp_buf after_fault;

static void fault_handler(int number)
{
    tip();
    handler(number);
    siglongjmp(after_fault, 1);
}

FAR_CALL static void fault(unsigned n)
{
    volatile double room[4] = {n};

    tip();
    if (n > 0)
        fault(n - 1);
    else
        *faulty = 1;
    sink += (unsigned)room[0];
}

static void set_handler(int number, void (*h)(int), int flags)
{
    struct sigaction action = {.sa_flags = flags};

    if (flags & SA_SIGINFO)
        action.sa_sigaction = info_handler;
    else
        action.sa_handler = h;
    sigaction(number, &action, NULL);
}

FAR_CALL static void signals(int flags)
{
    set_handler(SIGUSR1, handler, flags);
    set_handler(SIGUSR2, handler, flags);
    set_handler(SIGSEGV, fault_handler, (flags & ~SA_SIGINFO) | SA_NODEFER);
    for (int i = 0; i < 5; i++) {
        tip();
        raise(SIGUSR1);
        raise(SIGUSR2);
    }
    faulty = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (volatile unsigned i = 0; i < 5; i++)
        if (sigsetjmp(after_fault, 1) == 0)
            fault(i);
    munmap((void *)(uintptr_t)faulty, 4096);
    signal(SIGUSR1, SIG_DFL);
    signal(SIGUSR2, SIG_DFL);
    signal(SIGSEGV, SIG_DFL);
}

static void timer_handler(int number)
{
    tip();
    (void)number;
}

/* Interrupted wherever it happens to be: prologues, epilogues, libc, system calls. */
void edges_storm(void)
{
    const struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM};
    const struct itimerspec often = {.it_interval = {0, 30000}, .it_value = {0, 30000}};
    timer_t timer;
    uint64_t x = 1;

    set_handler(SIGALRM, timer_handler, SA_RESTART);
    if (timer_create(CLOCK_MONOTONIC, (struct sigevent *)(uintptr_t)&event, &timer) != 0)
        return;
    timer_settime(timer, 0, &often, NULL);
    for (int i = 0; i < 100; i++) {
        x = many_registers(x, 2, 3, 4, 5, 6, 5);
        recursive(20);
        realigned(2);
        callbacks();
    }
    timer_delete(timer);
    signal(SIGALRM, SIG_IGN);
    sink += (unsigned)x;
}

/* --- Coroutines --- */

#define COROUTINES 4
static ucontext_t scheduler, coroutine[COROUTINES];

FAR_CALL static void yield_from(unsigned i, unsigned depth)
{
    tip();
    if (depth > 0)
        yield_from(i, depth - 1);
    else
        swapcontext(&coroutine[i], &scheduler);
    tip();
}

static void coroutine_main(int i)
{
    for (unsigned n = 0; n < 6; n++)
        yield_from((unsigned)i, n);
    tip();
}

FAR_CALL static void coroutines(unsigned round)
{
    const size_t size = 64 * 1024;
    char *stacks[COROUTINES];

    for (volatile int i = 0; i < COROUTINES; i++) { /* getcontext might return twice */
        stacks[i] = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        getcontext(&coroutine[i]);
        coroutine[i].uc_stack.ss_sp = stacks[i];
        coroutine[i].uc_stack.ss_size = size;
        coroutine[i].uc_link = &scheduler;
        makecontext(&coroutine[i], (void (*)(void))(uintptr_t)coroutine_main, 1, i);
    }
    for (unsigned n = 0; n < 7 * COROUTINES; n++) {
        tip();
        swapcontext(&scheduler, &coroutine[(n + round) % COROUTINES]);
    }
    for (int i = 0; i < COROUTINES; i++)
        munmap(stacks[i], size);
}

/* --- Threads, one after the other on the same stack, some on a small one --- */

static void *thread_main(void *arg)
{
    const unsigned n = (unsigned)(uintptr_t)arg;

    for (unsigned i = 0; i < 4; i++) {
        recursive(n % 13);
        many_registers(n, i, 3, 4, 5, 6, n % 4);
        realigned(n % 3);
    }
    return NULL;
}

FAR_CALL static void threads(void)
{
    pthread_attr_t small;
    pthread_t thread[3];

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 64 * 1024);
    for (uintptr_t round = 0; round < 6; round++) {
        size_t len = 0;

        for (size_t i = 0; i < 3; i++)
            if (pthread_create(&thread[len], i == 2 ? &small : NULL, thread_main,
                               (void *)(round * 3 + i)) == 0)
                len++;
        while (len > 0)
            pthread_join(thread[--len], NULL);
    }
    pthread_attr_destroy(&small);
}

void edges_run(void)
{
    static char alternate[64 * 1024];
    const stack_t on = {.ss_sp = alternate, .ss_size = sizeof alternate};
    const stack_t off = {.ss_flags = SS_DISABLE};

    for (unsigned round = 0; round < 3; round++) {
        tip();
        with_alloca(1000);
        balanced();
        realigned(4);
        realigned_alloca(5);
        sink += (unsigned)many_registers(1, 2, 3, 4, 5, 6, 6);
        recursive(500);
        large_frame(3);
        tail_one(round);
        callbacks();
        jumps();
        signals(0);
        signals(SA_SIGINFO);
        sigaltstack(&on, NULL);
        signals(SA_ONSTACK);
        signals(SA_ONSTACK | SA_SIGINFO);
        sigaltstack(&off, NULL);
        coroutines(round);
        threads();
    }
}
