/* SPDX-License-Identifier: Apache-2.0 */
/* An interposer that does nothing: what standing in front of malloc costs by itself. */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static void (*real_free)(void *);
static void *(*real_memcpy)(void *, const void *, size_t);

/* dlsym may ask for memory before it has told us where to get it. */
static _Alignas(16) char early[4096];
static size_t early_used;

__attribute__((constructor)) static void find(void)
{
    *(void **)(void *)&real_malloc = dlsym(RTLD_NEXT, "malloc");
    *(void **)(void *)&real_calloc = dlsym(RTLD_NEXT, "calloc");
    *(void **)(void *)&real_realloc = dlsym(RTLD_NEXT, "realloc");
    *(void **)(void *)&real_memcpy = dlsym(RTLD_NEXT, "memcpy");
    *(void **)(void *)&real_free = dlsym(RTLD_NEXT, "free");
}

static void *early_block(size_t size)
{
    char *at = early + early_used;

    early_used += (size + 15) & ~(size_t)15;
    return early_used <= sizeof early ? at : NULL;
}

EXPORT void *malloc(size_t size)
{
    if (__builtin_expect(real_free == NULL, 0))
        find();
    return real_malloc(size);
}

EXPORT void *calloc(size_t n, size_t size)
{
    return real_calloc == NULL ? early_block(n * size) : real_calloc(n, size);
}

EXPORT void *realloc(void *old, size_t size)
{
    if (__builtin_expect(real_free == NULL, 0))
        find();
    return real_realloc(old, size);
}

EXPORT void free(void *at)
{
    if ((size_t)((char *)at - early) >= sizeof early && real_free != NULL)
        real_free(at);
}

EXPORT void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
    if (__builtin_expect(real_memcpy == NULL, 0)) {
        void *ret = to;

        __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
        return ret;
    }
    return real_memcpy(to, from, size);
}
