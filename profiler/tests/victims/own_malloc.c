/* SPDX-License-Identifier: Apache-2.0 */
/* A program with an allocator and a memcpy of its own. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

static char heap[1 << 20] __attribute__((aligned(16)));
static size_t used;

void *malloc(size_t size)
{
    void *p = heap + used;

    used += (size + 15) & ~(size_t)15;
    return used > sizeof heap ? NULL : p;
}
void free(void *p) {}
void *calloc(size_t n, size_t size) { return malloc(n * size); }
void *realloc(void *p, size_t size)
{
    char *q = malloc(size);

    for (size_t i = 0; p != NULL && q != NULL && i < size; i++)
        q[i] = ((char *)p)[i];
    return q;
}
void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    char *volatile d = to;
    const char *s = from;

    for (size_t i = 0; i < size; i++)
        d[i] = s[i];
    return to;
}

int main(void)
{
    char *s = strdup("own");

    s = realloc(s, 1000);
    printf("%s %d\n", s, used > 1000);
    free(s);
    return 5;
}
