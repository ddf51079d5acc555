/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that make it hard for a guest. */
#include "victim.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

NOINLINE void *get(size_t size) { return keep(malloc(size)); }

/* ---- signals: the program is in memcpy, where a handler may do anything, also allocate ---- */

static volatile int ticks;
static void *held;

static void on_tick(int number)
{
    const int saved = errno;

    free(held);
    held = get(64);
    free(realloc(get(10), 300));
    ticks++;
    errno = saved;
}

static int storm_for(int flags)
{
    static char from[2048], to[2048], stack[65536];
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    const struct sigaction act = {.sa_handler = on_tick, .sa_flags = SA_RESTART | flags};
    const struct itimerval every = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
    volatile size_t size = 1024;

    sigaltstack(&alternate, NULL);
    sigaction(SIGALRM, &act, NULL);
    memcpy(to, from, size); /* we are awake and have met this thread */
    setitimer(ITIMER_REAL, &every, NULL);
    for (int i = 0; ticks < 500 && i < 200000000; i++)
        memcpy(to, from, size);
    setitimer(ITIMER_REAL, &never, NULL);
    signal(SIGALRM, SIG_IGN); /* also the one that may be under way */
    free(held);
    printf("%d\n", ticks);
    return 0;
}

static int storm(int argc, char **argv) { return storm_for(0); }
static int storm_aside(int argc, char **argv) { return storm_for(SA_ONSTACK); }

/* ---- stacks ---- */

static jmp_buf back;

NOINLINE static int never(void) { return keep(NULL) != NULL; }

NOINLINE static void jump_from(int depth)
{
    char room[100];

    keep(room);
    free(get(16));
    if (depth > 0)
        jump_from(depth - 1);
    else if (!never())
        longjmp(back, 1);
    keep(room);
}

static int jumps(int argc, char **argv)
{
    for (volatile int i = 0; i < 100; i++)
        if (setjmp(back) == 0)
            jump_from(i % 30);
    return 0;
}

NOINLINE static void *deep(int depth)
{
    char room[16];
    void *p;

    keep(room);
    p = depth > 0 ? deep(depth - 1) : get(123);
    keep(room);
    return p;
}

static int recursion(int argc, char **argv)
{
    const struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};

    setrlimit(RLIMIT_STACK, &more);
    for (int i = 0; i < 3; i++)
        free(deep(100000));
    return 0;
}

static ucontext_t here, there[2];

static void coroutine(int which)
{
    for (int i = 0; i < 100; i++) {
        void *p = get(20 + (size_t)which);

        swapcontext(&there[which], &here);
        free(p);
    }
    swapcontext(&there[which], &here);
}

static int contexts(int argc, char **argv)
{
    for (volatile int i = 0; i < 2; i++) { /* getcontext returns twice, as far as gcc knows */
        getcontext(&there[i]);
        there[i].uc_stack.ss_sp = malloc(65536);
        there[i].uc_stack.ss_size = 65536;
        makecontext(&there[i], (void (*)(void))coroutine, 1, i);
    }
    for (int n = 0; n < 101; n++)
        for (int i = 0; i < 2; i++)
            swapcontext(&here, &there[i]);
    free(there[0].uc_stack.ss_sp);
    free(there[1].uc_stack.ss_sp);
    return 0;
}

/* ---- descriptors and limits ---- */

/* Which of two calls is made at each of 12 levels is told by the bits of `path`. */
NOINLINE static void fork_path(int level, int path)
{
    if (level == 0)
        free(get(50));
    else if (path & 1)
        fork_path(level - 1, path >> 1);
    else
        fork_path(level - 1, path >> 1);
    keep(NULL);
}

/* Stacks nobody saw before: the profile has to grow. */
static void many_stacks(int n)
{
    for (int i = 0; i < n; i++)
        fork_path(12, i);
}

static int closes(int argc, char **argv)
{
    for (int i = 3; i < 4096; i++)
        close(i);
    if (chdir("/") != 0)
        return 1;
    many_stacks(3000);
    return 0;
}

/* Every number the shim may have kept is another file now. */
static int takes_over(int argc, char **argv)
{
    const int fd = open("/dev/null", O_RDWR);

    for (int i = 3; i < 1024; i++)
        if (i != fd)
            dup2(fd, i);
    many_stacks(3000);
    return 0;
}

static int file_limit(int argc, char **argv)
{
    const struct rlimit small = {200000, 200000};

    setrlimit(RLIMIT_FSIZE, &small);
    many_stacks(3000);
    return 6;
}

static int memory_limit(int argc, char **argv)
{
    const struct rlimit small = {400 << 20, 400 << 20};
    void *p[300];
    int n = 0;

    setrlimit(RLIMIT_AS, &small);
    while (n < 300 && (p[n] = get(2 << 20)) != NULL)
        n++;
    if (n < 50 || n == 300)
        return 1;
    while (n > 0)
        free(p[--n]);
    many_stacks(300);
    return 0;
}

/* ---- before main and after it ---- */

static void *early;
__attribute__((constructor)) static void before(void) { early = get(11); }
__attribute__((destructor)) static void after(void)
{
    free(early);
    get(13);
}
static void at_end(void) { get(17); }

static int edges(int argc, char **argv)
{
    atexit(at_end);
    return 0;
}

/* ---- plugins at addresses that are used again ---- */

static int plugins(int argc, char **argv)
{
    for (int i = 0; i < 40; i++) {
        void *lib = dlopen(argv[2], RTLD_NOW | (i % 2 ? RTLD_LOCAL : RTLD_GLOBAL));
        void *(*f)(size_t) = NULL;

        if (lib != NULL)
            *(void **)(void *)&f = dlsym(lib, "plugin_get");

        if (f == NULL)
            return 1;
        free(f(100));
        f(10);
        if (dlclose(lib) != 0)
            return 2;
    }
    return 0;
}

static volatile int stop;

static void *loads(void *arg)
{
    while (!stop) {
        void *lib = dlopen(arg, RTLD_NOW);

        if (lib != NULL)
            dlclose(lib);
    }
    return NULL;
}

/* One thread loads and unloads, others allocate with stacks that were not seen before. */
static int loading(int argc, char **argv)
{
    pthread_t t;

    pthread_create(&t, NULL, loads, argv[2]);
    many_stacks(2000);
    stop = 1;
    pthread_join(t, NULL);
    return 0;
}

/* ---- seccomp: from here on only write, exit and exit_group; anything else kills ---- */

static int seals(int argc, char **argv)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 3, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_write, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_brk, 1, 0), /* the heap's own */
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog filter = {sizeof code / sizeof code[0], code};
    const int by_prctl = strcmp(argv[2], "prctl") == 0;

    free(get(100000)); /* larger ones may look for untouched pages */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return 1;
    if (by_prctl ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0
                 : syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter) != 0)
        return 2;
    many_stacks(3000);
    free(get(100000));
    if (write(1, "sealed\n", 7) != 7)
        return 3;
    _exit(8);
}

/* ---- a signal that stops and starts recording ---- */

static int toggles(int argc, char **argv)
{
    get(1);
    raise(SIGUSR2);
    get(10);
    raise(SIGUSR2);
    get(100);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct victim_case cases[] = {
        {"storm", storm},
        {"storm-aside", storm_aside},
        {"jumps", jumps},
        {"recursion", recursion},
        {"contexts", contexts},
        {"closes", closes},
        {"takes-over", takes_over},
        {"file-limit", file_limit},
        {"memory-limit", memory_limit},
        {"edges", edges},
        {"seals", seals},
        {"toggles", toggles},

        {"plugins", plugins},
        {"loading", loading},
        {NULL, NULL},
    };

    return victim_main(cases, argc, argv);
}
