/* SPDX-License-Identifier: Apache-2.0 */
/* One thread: every way to get a block, and what happens to it. */
#include "victim.h"

#include <errno.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wchar.h>

NOINLINE void *small(size_t size) { return keep(malloc(size)); }
NOINLINE void *large(size_t size) { return keep(malloc(size)); }
NOINLINE void *zeroed(size_t n, size_t size) { return keep(calloc(n, size)); }

/* 100 blocks of 1..100 bytes, all freed; 10 of 1000 bytes, 4 of them leaked. */
static int counts(int argc, char **argv)
{
    void *s[100], *l[10];

    for (size_t i = 0; i < 100; i++)
        s[i] = small(i + 1);
    for (size_t i = 0; i < 10; i++)
        l[i] = large(1000);
    for (size_t i = 0; i < 100; i++)
        free(s[i]);
    for (size_t i = 0; i < 6; i++)
        free(l[i]);
    return 7;
}

/* 1000 temporaries of 64 bytes; a pair is not temporary when freed first in, first out. */
static int temporary(int argc, char **argv)
{
    for (int i = 0; i < 1000; i++)
        free(small(64));
    void *a = large(10), *b = large(20);

    free(a); /* not: b came after it */
    free(b); /* neither: a free came between */
    return 0;
}

/* Peak: 1000 + 50 * 100 bytes in 51 blocks; then less, then nearly as much again. */
static int peak(int argc, char **argv)
{
    void *a = large(1000), *s[50];

    for (int i = 0; i < 50; i++)
        s[i] = small(100);
    free(a);
    for (int i = 0; i < 50; i++)
        free(s[i]);
    a = zeroed(5, 1000);
    free(a);
    return 0;
}

NOINLINE static void *grow(void *p, size_t size) { return keep(realloc(p, size)); }

/* A vector that doubles from 16 bytes to 1 MiB: 17 reallocs, of which the first is a malloc. Then
 * shrunk in place to 100 bytes, then realloc(p, 0). Prints how many moved and with how much. */
static int reallocs(int argc, char **argv)
{
    size_t moved = 0, bytes = 0, size = 16;
    char *p = grow(NULL, size);

    for (; size < 1 << 20; size *= 2) {
        char *before = p;

        p = grow(p, size * 2);
        if (p != before) {
            moved++;
            bytes += size;
        }
    }
    char *before = p;

    p = grow(p, 100);
    if (p != before) {
        moved++;
        bytes += 100;
    }
    if (realloc(p, 0) != NULL)
        return 1;
    printf("%zu %zu\n", moved, bytes);
    return 0;
}

/* Each of these fails, with errno as glibc has it, and none is an allocation. Then one that holds.
 */
static int failures(int argc, char **argv)
{
    volatile size_t half = SIZE_MAX / 2;
    void *p = NULL;
    void *kept = small(40);

    errno = 0;
    if (calloc(half, 3) != NULL || errno != ENOMEM)
        return 1;
    errno = 0;
    if (malloc(half) != NULL || errno != ENOMEM)
        return 2;
    errno = 0;
    if (reallocarray(kept, half, 3) != NULL || errno != ENOMEM)
        return 3;
    errno = 0;
    if (realloc(kept, half) != NULL || errno != ENOMEM)
        return 4;
    errno = 0;
    if (posix_memalign(&p, 24, 100) != EINVAL || p != NULL || errno != 0)
        return 5;
    if (posix_memalign(&p, 64, half) != ENOMEM)
        return 6;
    errno = E2BIG;
    free(kept);
    if (errno != E2BIG)
        return 7;
    return 0;
}

/* Ten blocks, every one by another function: 10 * 200 bytes asked for, all freed. */
static int aligned(int argc, char **argv)
{
    void *p[10] = {0};

    if (posix_memalign(&p[0], 64, 200) != 0)
        return 1;
    p[1] = aligned_alloc(256, 200);
    p[2] = memalign(32, 200);
    p[3] = valloc(200);
    p[4] = pvalloc(200);
    p[5] = calloc(2, 100);
    p[6] = reallocarray(NULL, 4, 50);
    p[7] = realloc(NULL, 200);
    p[8] =
        strdup("200 bytes in all:"
               "0123456789012345678901234567890123456789012345678901234567890123456789012345678901"
               "0123456789012345678901234567890123456789012345678901234567890123456789012345678901"
               "012345678901234567");
    p[9] = malloc(200);
    for (int i = 0; i < 10; i++) {
        if (p[i] == NULL || malloc_usable_size(p[i]) < 200)
            return 2;
        free(p[i]);
    }
    free(NULL);
    return 0;
}

NOINLINE void copy_rows(char *dst, const char *src, size_t n)
{
    for (int i = 0; i < 10; i++)
        memcpy(dst + (size_t)i * n, src, n);
}

/* 10 copies of 800 bytes and each other function once with 300; 100 of 32 bytes; fills. */
static int copies(int argc, char **argv)
{
    char *matrix = large(8000), *row = small(800), text[400];
    wchar_t wide[100] = {0};
    volatile size_t n = 300, few = 32;

    memset(row, 'x', 800);
    copy_rows(matrix, row, 800);
    memmove(matrix + 1, matrix, n);
    mempcpy(matrix, row, n);
    bcopy(row, matrix, n);
    wmemcpy(wide, (wchar_t *)(void *)matrix, n / 4);
    row[n - 1] = '\0';
    strcpy(text, row);
    stpcpy(text, row);
    strncpy(text, row, n);
    text[0] = '\0';
    strcat(text, row);
    for (int i = 0; i < 100; i++)
        memcpy(matrix + 100 * i % 7000, row, few);
    free(row); /* after it was copied: but read more than once */
    free(matrix);
    return 0;
}

NOINLINE void hand_over(char *dst, const char *src, size_t n) { memcpy(dst, src, n); }

/* 20 temporaries of 4000 bytes, each copied once into a matrix and freed; one source that stays. */
static int handed(int argc, char **argv)
{
    char *matrix = large(80000), *stays = zeroed(1, 4000);

    for (int i = 0; i < 20; i++) {
        char *row = small(4000);

        memset(row, i + 1, 4000);
        hand_over(matrix + i * 4000, row, 4000);
        free(row);
    }
    hand_over(matrix, stays, 4000);
    free(matrix);
    free(stays);
    return 0;
}

/* Mappings: 1 MiB taken away in three pieces; 64 KiB grown to 1 MiB; one that stays; a reservation
 * and a file's pages, which are no memory. */
static int maps(int argc, char **argv)
{
    const size_t m = 1 << 20;
    char *a = mmap(NULL, m, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *b = mmap(NULL, m / 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *c = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *d = mmap(NULL, m, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (a == MAP_FAILED || b == MAP_FAILED || c == MAP_FAILED || d == MAP_FAILED)
        return 1;
    munmap(a + m / 2, m / 4);
    munmap(a, m / 2);
    munmap(a + m / 2 + m / 4, m / 4);
    b = mremap(b, m / 16, m, MREMAP_MAYMOVE);
    if (b == MAP_FAILED)
        return 2;
    b[m - 1] = 1;
    munmap(b, m);
    munmap(d, m);
    return 0;
}

/* Blocks of every size from 0 to 5000, asked for their middle by copies from it. */
static int sizes(int argc, char **argv)
{
    static char *p[5001];
    char out[512];

    for (size_t i = 0; i <= 5000; i++)
        p[i] = small(i);
    for (size_t i = 600; i <= 5000; i += 100)
        memcpy(out, p[i] + i - 256, 256);
    for (size_t i = 0; i <= 5000; i++)
        free(p[i]);
    return 0;
}

static int leak_none(int argc, char **argv) { return 0; }

int main(int argc, char **argv)
{
    static const struct victim_case cases[] = {
        {"counts", counts},     {"temporary", temporary}, {"peak", peak},
        {"reallocs", reallocs}, {"failures", failures},   {"aligned", aligned},
        {"copies", copies},     {"handed", handed},       {"maps", maps},
        {"sizes", sizes},       {"nothing", leak_none},   {NULL, NULL},
    };

    return victim_main(cases, argc, argv);
}
