/* SPDX-License-Identifier: Apache-2.0 */
#include "pool.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Large enough that the chunk list stays short, small enough that an empty report stays small. */
#define CHUNK_SIZE ((size_t)1 << 18)

struct chunk {
    struct chunk *next;
    size_t used, size;
    alignas(max_align_t) unsigned char bytes[];
};

struct pool {
    struct chunk *chunks;
    const char **strings; /* open addressing, power of two */
    size_t n_strings, strings_size;
    bool failed;
};

struct pool *pool_new(void) { return calloc(1, sizeof(struct pool)); }

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    for (struct chunk *c = pool->chunks, *next; c; c = next) {
        next = c->next;
        free(c);
    }
    free(pool->strings);
    free(pool);
}

static void *fail(struct pool *pool)
{
    pool->failed = true;
    return NULL;
}

static struct chunk *chunk_add(struct pool *pool, size_t size)
{
    struct chunk *c = calloc(1, sizeof *c + size);

    if (!c)
        return fail(pool);
    c->size = size;
    if (pool->chunks && size > CHUNK_SIZE) { /* a big block must not end the current chunk */
        c->next = pool->chunks->next;
        pool->chunks->next = c;
    } else {
        c->next = pool->chunks;
        pool->chunks = c;
    }
    return c;
}

void *pool_alloc(struct pool *pool, size_t size)
{
    const size_t align = alignof(max_align_t);
    struct chunk *c = pool->chunks;

    if (size > SIZE_MAX / 2)
        return fail(pool);
    size = (size + align - 1) & ~(align - 1);
    if (!c || c->size - c->used < size) {
        c = chunk_add(pool, size > CHUNK_SIZE ? size : CHUNK_SIZE);
        if (!c)
            return NULL;
    }
    void *ret = c->bytes + c->used;
    c->used += size;
    return ret;
}

void *pool_calloc(struct pool *pool, size_t n, size_t size)
{
    size_t all;

    if (__builtin_mul_overflow(n, size, &all))
        return fail(pool);
    return pool_alloc(pool, all);
}

void *pool_copy(struct pool *pool, const void *from, size_t size)
{
    void *ret = pool_alloc(pool, size);

    if (ret && size)
        memcpy(ret, from, size);
    return ret;
}

static uint64_t hash(const char *s, size_t len)
{
    uint64_t h = 0xcbf29ce484222325u; /* FNV-1a */

    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)s[i]) * 0x100000001b3u;
    return h ^ (h >> 29);
}

static bool strings_grow(struct pool *pool)
{
    const size_t size = pool->strings_size ? pool->strings_size * 2 : 1024;
    const char **strings = calloc(size, sizeof *strings);

    if (!strings)
        return false;
    for (size_t i = 0; i < pool->strings_size; i++) {
        if (!pool->strings[i])
            continue;
        size_t at = hash(pool->strings[i], strlen(pool->strings[i])) & (size - 1);
        while (strings[at])
            at = (at + 1) & (size - 1);
        strings[at] = pool->strings[i];
    }
    free(pool->strings);
    pool->strings = strings;
    pool->strings_size = size;
    return true;
}

const char *pool_intern_n(struct pool *pool, const char *string, size_t len)
{
    if (len == 0)
        return "";
    if (pool->n_strings * 4 >= pool->strings_size * 3 && !strings_grow(pool)) {
        fail(pool);
        return "";
    }
    size_t at = hash(string, len) & (pool->strings_size - 1);
    for (; pool->strings[at]; at = (at + 1) & (pool->strings_size - 1))
        if (strncmp(pool->strings[at], string, len) == 0 && pool->strings[at][len] == '\0')
            return pool->strings[at];
    char *kept = pool_alloc(pool, len + 1);
    if (!kept)
        return "";
    memcpy(kept, string, len);
    pool->strings[at] = kept;
    pool->n_strings++;
    return kept;
}

const char *pool_intern(struct pool *pool, const char *string)
{
    return string ? pool_intern_n(pool, string, strlen(string)) : "";
}

const char *pool_printf(struct pool *pool, const char *format, ...)
{
    va_list args;
    char *text = NULL;

    va_start(args, format);
    const int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        fail(pool);
        return "";
    }
    const char *ret = pool_copy(pool, text, (size_t)len + 1);
    free(text);
    return ret ? ret : "";
}

int pool_failed(const struct pool *pool) { return pool->failed; }
