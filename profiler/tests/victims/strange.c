/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts that do what few do: they must print the same with and without us. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "victim.h"

#include <linux/seccomp.h>

extern char **environ;

NOINLINE static void *get(size_t size) { return keep(malloc(size)); }

/* Copies large enough to be looked at, blocks large enough for content checks. */
NOINLINE static void busy(unsigned rounds)
{
    for (unsigned i = 0; i < rounds; i++) {
        const size_t size = 1000 + i % 7 * 4000;
        char *a = get(size), *b = get(size);

        for (size_t k = 0; k < size; k++)
            a[k] = (char)(k * 31 + i);
        memcpy(b, a, size);
        free(a);
        b = realloc(b, size * 2);
        free(b);
    }
}

/* As many stacks as there are ways down a tree of calls. */
NOINLINE static void tree(unsigned depth)
{
    if (depth == 0) {
        free(get(50));
        return;
    }
    tree(depth - 1);
    keep(NULL);
    tree(depth - 1);
    keep(NULL);
}

static void say_status(const char *what, int status)
{
    printf("%s %d %d\n", what, WIFEXITED(status) ? WEXITSTATUS(status) : -1,
           WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    fflush(stdout);
}

static int wait_for(pid_t pid)
{
    int status = -1;

    while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
        ;
    return status;
}

/* ---- children that share our memory ---- */

static int vforks(int argc, char **argv)
{
    for (volatile int i = 0; i < 20; i++) {
        const pid_t pid = vfork();

        if (pid == 0) {
            char *a = get(5000), *b = get(5000);

            memset(a, 1, 5000);
            memcpy(b, a, 5000);
            free(a);
            free(b);
            if (i % 2)
                _exit(i);
            execl("/bin/sh", "sh", "-c", "echo from the child; exit 3", (char *)NULL);
            _exit(99);
        }
        say_status("vfork", wait_for(pid));
    }
    busy(100);
    return 4;
}

static int in_clone(void *arg)
{
    busy(20);
    tree(6);
    *(int *)arg += 1;
    if (*(int *)arg % 2 == 0)
        syscall(SYS_exit, 7);
    return 7;
}

/* With the parent's memory and its thread-local storage, while the parent waits; and without its
 * memory, behind fork's back. */
static int clones(int argc, char **argv)
{
    static const int flags[] = {CLONE_VM | SIGCHLD, CLONE_VM | CLONE_VFORK | SIGCHLD,
                                CLONE_VM | CLONE_FILES | CLONE_FS, SIGCHLD, CLONE_FILES | SIGCHLD};
    const size_t size = 256 * 1024;
    char *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    int done = 0;

    for (int i = 0; i < 10; i++) {
        const pid_t pid = clone(in_clone, stack + size, flags[i / 2], &done);

        say_status("clone", wait_for(pid));
        busy(20);
    }
    printf("done %d\n", done);
    munmap(stack, size);
    return 5;
}

/* ---- descriptors ---- */

static int closes_ranges(int argc, char **argv)
{
    busy(10);
    printf("close %d\n", close_range(3, ~0u, 0));
    fflush(stdout);
    for (int i = 0; i < 5; i++)
        printf("open %d\n", open("/dev/null", O_RDWR));
    tree(11);
    printf("unshare %d\n", close_range(3, ~0u, CLOSE_RANGE_UNSHARE));
    printf("cloexec %d\n", close_range(3, ~0u, CLOSE_RANGE_CLOEXEC));
    fflush(stdout);
    close_range(0, ~0u, 0);
    for (int i = 0; i < 100; i++)
        if (open("/dev/zero", O_RDWR) != i)
            return 1;
    tree(12);
    busy(10);
    return 6;
}

/* ---- memory ---- */

/* As a collector does that takes every word for a pointer. */
static int reads_all(int argc, char **argv)
{
    char line[512], name[300];
    uintptr_t start, end;
    char rights[8];
    uint64_t sum = 0;

    busy(50);
    FILE *maps = fopen("/proc/self/maps", "r");

    while (fgets(line, sizeof line, maps) != NULL) {
        name[0] = '\0';
        if (sscanf(line, "%lx-%lx %7s %*s %*s %*s %299s", &start, &end, rights, name) < 3 ||
            rights[0] != 'r' || strncmp(name, "[v", 2) == 0)
            continue;
        for (uintptr_t at = start; at < end; at += 4096)
            sum += *(volatile unsigned char *)at;
    }
    fclose(maps);
    busy(50);
    printf("read %d\n", sum > 0);
    return 0;
}

static sigjmp_buf back;
static void *touched;

static void on_fault(int number, siginfo_t *info, void *context)
{
    touched = info->si_addr;
    siglongjmp(back, 1);
}

/* A host that takes faults for its own: blocks made unreadable by ways that libc does not see. */
static int shuts(int argc, char **argv)
{
    const struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
    static unsigned char *block[64];
    const int by = argc > 2 ? atoi(argv[2]) : 0;
    volatile int faults = 0;

    sigaction(SIGSEGV, &fault, NULL);
    for (int i = 0; i < 64; i++) {
        block[i] = get(64 * 1024);
        for (int k = 0; k < 64 * 1024; k++)
            block[i][k] = (unsigned char)(k * 7 + k / 256 + i / 2);
    }
    for (int i = 0; i < 64; i += 4) {
        unsigned char *inner = (unsigned char *)(((uintptr_t)block[i] + 8191) & ~(uintptr_t)4095);
        const long r = by == 0   ? syscall(SYS_mprotect, inner, 32768, PROT_NONE)
                       : by == 1 ? pkey_mprotect(inner, 32768, PROT_NONE, -1)
                                 : mprotect(inner, 32768, PROT_NONE);

        if (r != 0)
            printf("not shut\n");
    }
    for (volatile int i = 1; i < 64; i += 2) {
        if (sigsetjmp(back, 1) == 0)
            free(block[i]);
        else
            faults++;
    }
    for (volatile int i = 0; i < 64; i += 4) {
        unsigned char *inner = (unsigned char *)(((uintptr_t)block[i] + 8191) & ~(uintptr_t)4095);

        if (sigsetjmp(back, 1) == 0)
            *(volatile unsigned char *)inner;
        else
            faults++;
        syscall(SYS_mprotect, inner, 32768, PROT_READ | PROT_WRITE);
        free(block[i]);
    }
    printf("faults %d\n", faults);
    return 0;
}

static int remaps(int argc, char **argv)
{
    char *a = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *shared = mmap(NULL, 65536, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    memset(a, 7, 1 << 20);
    strcpy(shared, "twice");
    char *twin = mremap(shared, 0, 65536, MREMAP_MAYMOVE);

    printf("twin %s\n", twin);
    a = mremap(a, 1 << 20, 1 << 16, 0);
    a = mremap(a, 1 << 16, 1 << 22, MREMAP_MAYMOVE);
    printf("moved %d %d\n", a[0], a[(1 << 22) - 1]);
    char *b = mmap(NULL, 1 << 22, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    b = mremap(a, 1 << 22, 1 << 22, MREMAP_MAYMOVE | MREMAP_FIXED, b);
    printf("fixed %d %d\n", b[0], b[65535]);
    printf("fails %d %d\n", mremap(b, 4096, 8192, 0) == MAP_FAILED, errno);
    printf("fails %d %d\n", munmap((void *)1, 4096), errno);
    munmap(b + 4096, 4096);
    munmap(b, 1 << 22);
    busy(50);
    return 0;
}

/* ---- limits and filters ---- */

static int strict(int argc, char **argv)
{
    tree(10);
    free(get(100000));
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    for (int i = 0; i < 100; i++)
        free(get(60));
    char *a = get(60);

    memset(a, 'x', 60);
    memcpy(a, "strict\n", 7);
    syscall(SYS_write, 1, a, 7);
    syscall(SYS_exit, 9);
    return 1;
}

static int limits(int argc, char **argv)
{
    static const struct rlimit none = {0, 0}, one = {1, 1};

    busy(10);
    setrlimit(RLIMIT_NPROC, &none);
    setrlimit(RLIMIT_NOFILE, &one);
    setrlimit(RLIMIT_FSIZE, &none);
    setrlimit(RLIMIT_MEMLOCK, &none);
    setrlimit(RLIMIT_SIGPENDING, &none);
    setrlimit(RLIMIT_DATA, &none);
    setrlimit(RLIMIT_AS, &none);
    tree(12);
    const void *large = malloc(1 << 28);
    const int error = errno;

    printf("large %d %d\n", large == NULL, error);
    for (int i = 0; i < 1000; i++)
        free(malloc(100));
    return 8;
}

/* ---- signals ---- */

static volatile unsigned ticks;

static void allocate_and_fork(int number)
{
    free(get(3000));
    if (++ticks % 16 == 0) {
        const int saved = errno;
        const pid_t pid = fork();

        if (pid == 0) {
            free(get(500));
            _exit(11);
        }
        int status = 0;

        while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        if (pid > 0 && (!WIFEXITED(status) || WEXITSTATUS(status) != 11))
            ticks = 1000000;
        errno = saved;
    }
}

/* Copies only: plain malloc is not to be interrupted by a handler that calls it. */
static int forks_in_handlers(int argc, char **argv)
{
    const struct itimerval often = {{0, 300}, {0, 300}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    static char from[9000], to[9000];
    const struct sigaction act = {.sa_handler = allocate_and_fork, .sa_flags = SA_RESTART};

    free(get(3000));
    sigaction(SIGALRM, &act, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (ticks < 300) {
        memcpy(to, from, sizeof from);
        memset(from, (int)ticks, sizeof from);
        memmove(to + 1, to, 5000);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    printf("ticks %d\n", ticks < 1000000);
    return 0;
}

static void on_small_stack(int number)
{
    char *a = malloc(2000);

    a[0] = 1;
    free(a);
}

/* A handler with the least stack the system allows and what plain malloc is known to take. */
static int small_signal_stack(int argc, char **argv)
{
    const size_t least = getauxval(AT_MINSIGSTKSZ), room = least + 4096, guard = 16384;
    unsigned char *at =
        mmap(NULL, room + 2 * guard, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    const stack_t stack = {.ss_sp = at + guard, .ss_size = room};
    const struct sigaction act = {.sa_handler = on_small_stack, .sa_flags = SA_ONSTACK};
    size_t under = 0;

    memset(at, 0x5a, room + 2 * guard);
    free(malloc(2000));
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &act, NULL);
    for (int i = 0; i < 20; i++)
        raise(SIGUSR1);
    while (under < guard && at[guard - 1 - under] == 0x5a)
        under++;
    printf("untouched below %d\n", under == guard);
    if (argc > 2) {
        size_t free_bytes = 0;

        while (at[guard + free_bytes] == 0x5a)
            free_bytes++;
        fprintf(stderr, "frame and handler took %zu of %zu (least %zu)\n", room - free_bytes, room,
                least);
    }
    return 0;
}

static void *copies_for_ever(void *arg)
{
    char **const block = arg;

    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (;;)
        memcpy(block[0], block[1], 6000);
    return arg;
}

/* Threads that are cancelled at any instruction, while they do nothing but copy. */
static int cancels(int argc, char **argv)
{
    for (int i = 0; i < 300; i++) {
        pthread_t t;
        char *block[2] = {get(6000), get(6000)};
        void *r;

        memset(block[1], i, 6000);
        pthread_create(&t, NULL, copies_for_ever, block);
        usleep(200 + i % 50);
        pthread_cancel(t);
        pthread_join(t, &r);
        if (r != PTHREAD_CANCELED)
            printf("not cancelled\n");
        free(block[0]);
        free(block[1]);
        busy(1);
    }
    tree(9);
    printf("cancelled\n");
    return 0;
}

/* ---- other programs ---- */

static int spawns(int argc, char **argv)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    static char shell[] = "sh", option[] = "-c", text[] = "echo $0 $#; exec 9>&- ; exit 2";
    static char *const command[] = {shell, option, text, shell, NULL};
    pid_t pid;

    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 5, "/dev/null", O_RDWR, 0);
    posix_spawn_file_actions_adddup2(&actions, 5, 7);
    posix_spawn_file_actions_addclosefrom_np(&actions, 6);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
    for (int i = 0; i < 5; i++) {
        if (posix_spawnp(&pid, "sh", &actions, &attributes, command, environ) != 0)
            return 1;
        say_status("spawned", wait_for(pid));
    }
    printf("missing %d\n", posix_spawn(&pid, "/nonexistent", NULL, NULL, command, environ));
    fflush(stdout);
    for (int i = 2; i < argc; i++) { /* programs that no preloading reaches */
        char *const other[] = {argv[i], NULL};

        if (posix_spawn(&pid, argv[i], NULL, NULL, other, environ) == 0)
            say_status("other", wait_for(pid));
    }
    return 0;
}

/* Copies of a library, each with a libc of its own. */
static int namespaces(int argc, char **argv)
{
    for (int i = 0; i < 4; i++) {
        void *plugin = dlmopen(LM_ID_NEWLM, argv[2], RTLD_NOW);

        if (plugin == NULL) {
            printf("%s\n", dlerror());
            return 1;
        }
        void *(*make)(size_t) = (void *(*)(size_t))(uintptr_t)dlsym(plugin, "plugin_get");

        memset(make(5000), 1, 5000);
        busy(5);
        printf("namespace %d\n", make != NULL);
        if (i % 2)
            dlclose(plugin);
    }
    return 0;
}

static int plain_work(int argc, char **argv)
{
    busy(200);
    tree(8);
    printf("done\n");
    return 4;
}

int main(int argc, char **argv)
{
    static const struct victim_case cases[] = {
        {"vforks", vforks},
        {"clones", clones},
        {"closes-ranges", closes_ranges},
        {"reads-all", reads_all},
        {"shuts", shuts},
        {"remaps", remaps},
        {"strict", strict},
        {"limits", limits},
        {"forks-in-handlers", forks_in_handlers},
        {"small-signal-stack", small_signal_stack},
        {"cancels", cancels},
        {"spawns", spawns},
        {"namespaces", namespaces},
        {"work", plain_work},
        {NULL, NULL},
    };

    return victim_main(cases, argc, argv);
}
