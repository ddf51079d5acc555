/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "lock.h"
#include "sealed.h"

bool sealed;
uint64_t sealed_ns;

enum {
    PAGE = 4096,
    HUGE_FROM = 2 * 1024 * 1024, /* pieces this large are hash tables, read all over the place */
    CHUNK = 256 * 1024,          /* small pieces are cut from chunks of this size */
    CLASSES = 12                 /* 16, 32, ... 32768: what is freed waits for its like */
};

struct piece {
    struct piece *next;
};

static struct {
    struct lock lock;
    char *at, *end;
    struct piece *freed[CLASSES];
    size_t mapped;
} arena;

static unsigned class_of(size_t size)
{
    unsigned c = 0;

    while (((size_t)16 << c) < size)
        c++;
    return c;
}

static bool is_large(size_t size) { return size > (size_t)16 << (CLASSES - 1); }
static size_t pages(size_t size) { return (size + PAGE - 1) & ~(size_t)(PAGE - 1); }

static void *map(size_t size, int more_flags)
{
    void *at = sealed ? NULL
                      : sys_mmap(NULL, size, PROT_READ | PROT_WRITE,
                                 MAP_PRIVATE | MAP_ANONYMOUS | more_flags, -1, 0);

    return at == NULL || sys_failed(at) ? NULL : at;
}

void *arena_reserve(size_t size) { return map(pages(size), MAP_NORESERVE); }

static void *cut(size_t size)
{
    const size_t need = size >= PAGE ? pages(size) : size;

    /* A cache line or a page of one piece is no other's. */
    if (need >= 64)
        arena.at = need >= PAGE ? (char *)pages((uintptr_t)arena.at)
                                : (char *)(((uintptr_t)arena.at + 63) & ~(uintptr_t)63);
    if (arena.at == NULL || arena.at + need > arena.end) {
        char *chunk = map(CHUNK, 0);

        if (chunk == NULL)
            return NULL;
        arena.mapped += CHUNK;
        arena.at = chunk;
        arena.end = chunk + CHUNK;
    }
    arena.at += need;
    return arena.at - need;
}

void *arena_alloc(size_t size)
{
    void *ret;

    if (is_large(size)) {
        ret = map(pages(size), 0);
        if (ret == NULL)
            return NULL;
        if (size >= HUGE_FROM)
            sys_madvise(ret, pages(size), MADV_HUGEPAGE);
        __atomic_fetch_add(&arena.mapped, pages(size), __ATOMIC_RELAXED);
        return ret;
    }
    const unsigned c = class_of(size);

    lock_take(&arena.lock);
    ret = arena.freed[c];
    if (ret != NULL)
        arena.freed[c] = arena.freed[c]->next;
    else
        ret = cut((size_t)16 << c);
    lock_drop(&arena.lock);
    if (ret != NULL)
        memset(ret, 0, (size_t)16 << c);
    return ret;
}

void arena_free(void *at, size_t size)
{
    if (at == NULL)
        return;
    if (is_large(size)) {
        if (!sealed)
            sys_munmap(at, pages(size));
        __atomic_fetch_sub(&arena.mapped, pages(size), __ATOMIC_RELAXED);
        return;
    }
    struct piece *p = at;
    const unsigned c = class_of(size);

    lock_take(&arena.lock);
    p->next = arena.freed[c];
    arena.freed[c] = p;
    lock_drop(&arena.lock);
}

void *arena_resize(void *at, size_t old_size, size_t size)
{
    void *ret = arena_alloc(size);

    if (ret == NULL)
        return NULL;
    memcpy(ret, at, old_size < size ? old_size : size);
    arena_free(at, old_size);
    return ret;
}

size_t arena_size(void) { return __atomic_load_n(&arena.mapped, __ATOMIC_RELAXED); }
void arena_after_fork(void) { memset(&arena, 0, sizeof arena); }
