/* SPDX-License-Identifier: Apache-2.0 */
/* What the dynamic loader does while others allocate. Each case prints what it came to. */
#include "victim.h"

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdint.h>
#include <unistd.h>

NOINLINE void *loader_get(size_t size) { return keep(malloc(size)); }

NOINLINE static void fork_path(int level, int path)
{
    if (level == 0)
        free(loader_get(50));
    else if (path & 1)
        fork_path(level - 1, path >> 1);
    else
        fork_path(level - 1, path >> 1);
    keep(NULL);
}

/* A frame whose rule is an expression, which only a whole unwinder of DWARF can read: the value at
 * the top of the stack, eight bytes above where the frame was entered. */
__asm__(".text\n"
        ".type odd_frame, @function\n"
        "odd_frame:\n"
        "    .cfi_startproc\n"
        "    .cfi_escape 0x0f, 0x03, 0x77, 0x10, 0x06\n" /* CFA: what lies at rsp + 16 */
        "    leaq 8(%rsp), %rax\n"
        "    subq $24, %rsp\n"
        "    movq %rax, 16(%rsp)\n"
        "    call *%rdi\n"
        "    addq $24, %rsp\n"
        "    .cfi_def_cfa rsp, 8\n"
        "    ret\n"
        "    .cfi_endproc\n"
        ".size odd_frame, . - odd_frame\n");
void odd_frame(void (*call)(void));

static int base;
NOINLINE static void from_odd(void)
{
    for (int i = 0; i < 50; i++)
        fork_path(12, base + i);
}

/* Stacks that nobody saw before, also through frames that have to be asked of libunwind. */
static void *allocates(void *arg)
{
    for (int i = 0; i < 500; i++)
        fork_path(12, i);
    base += 600;
    odd_frame(from_odd);
    return arg;
}

static void in_another_thread(void)
{
    pthread_t t;

    if (pthread_create(&t, NULL, allocates, NULL) != 0)
        abort();
    pthread_join(t, NULL);
}

static int odd(int argc, char **argv)
{
    allocates(NULL);
    printf("done\n");
    return 0;
}

/* ---- under the loader's locks ---- */

static int waits_here(struct dl_phdr_info *info, size_t size, void *arg)
{
    if (++*(int *)arg == 2)
        in_another_thread();
    return 0;
}

static int iterates(int argc, char **argv)
{
    int n = 0;

    dl_iterate_phdr(waits_here, &n);
    printf("%d\n", n > 2);
    return 0;
}

/* The plugin's constructor starts a thread that allocates, and waits for it. */
void loader_constructed(void);
void loader_constructed(void) { in_another_thread(); }

static int constructs(int argc, char **argv)
{
    void *lib = dlopen(argv[2], RTLD_NOW);

    printf("%d\n", lib != NULL);
    return lib == NULL || dlclose(lib) != 0;
}

/* ---- whose names are looked up where ---- */

static int deepbind(int argc, char **argv)
{
    void *lib = dlopen(argv[2], RTLD_NOW | RTLD_DEEPBIND);
    void *(*get)(size_t) = NULL;
    void *p[100];

    if (lib == NULL)
        return 1;
    *(void **)(void *)&get = dlsym(lib, "plugin_get");
    for (int i = 0; i < 100; i++) {
        p[i] = get(100);
        memset(p[i], i, 100);
    }
    for (int i = 0; i < 100; i++)
        free(p[i]); /* unknown to us: it came past us */
    for (int i = 0; i < 100; i++)
        free(loader_get(100));
    dlclose(lib);
    printf("done\n");
    return 0;
}

/* Two plugins in turn, the second where the first was. */
static int turns(int argc, char **argv)
{
    uintptr_t at[2] = {0};

    for (int i = 0; i < 20; i++) {
        void *lib = dlopen(argv[2 + i % 2], RTLD_NOW), *(*get)(size_t) = NULL;

        if (lib == NULL)
            return 1;
        *(void **)(void *)&get = dlsym(lib, i % 2 ? "second_get" : "plugin_get");
        free(get(i % 2 ? 200 : 100));
        at[i % 2] = ((struct link_map *)lib)->l_addr;
        dlclose(lib);
    }
    printf("%d\n", at[0] == at[1]);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct victim_case cases[] = {
        {"odd", odd},           {"iterates", iterates}, {"constructs", constructs},
        {"deepbind", deepbind}, {"turns", turns},       {NULL, NULL},
    };

    return victim_main(cases, argc, argv);
}
