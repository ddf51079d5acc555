/* SPDX-License-Identifier: Apache-2.0 */
/* What victims share. A victim is a program whose allocations and copies we know by heart: its
 * first argument names what it does. */
#ifndef VICTIM_H
#define VICTIM_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __clang__ /* which makes no clones */
#define NOINLINE __attribute__((noinline))
#else
#define NOINLINE __attribute__((noinline, noclone))
#endif

struct victim_case {
    const char *name;
    int (*run)(int argc, char **argv);
};

/* Keeps the compiler from seeing what becomes of a block. */
static inline void *keep(void *p)
{
    __asm__ volatile("" : "+r"(p) : : "memory");
    return p;
}

static inline int victim_main(const struct victim_case *cases, int argc, char **argv)
{
    for (; cases->name != NULL; cases++)
        if (argc > 1 && strcmp(argv[1], cases->name) == 0)
            return cases->run(argc, argv);
    fprintf(stderr, "no such case\n");
    return 99;
}

#endif
