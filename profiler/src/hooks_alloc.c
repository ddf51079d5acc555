/* SPDX-License-Identifier: Apache-2.0 */
/* The malloc family. A free is noted before it happens, an allocation after. */
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "hook.h"
#include "late.h"

/* The guard did not let us in. */
static void *miss(const void *const *frame, void *at, size_t size, unsigned by)
{
    if (shim_self.busy)
        late_alloc(at, size, by, frame[1]);
    return at;
}

static void *note(const void *frame, void *at, size_t size, unsigned by)
{
    record_alloc(frame, at, size, by);
    shim_leave();
    return at;
}

SHIM_HOOK void *malloc(size_t size)
{
    real_ready();
    if (__builtin_expect(real.malloc == NULL, 0))
        return real_early_alloc(16, size);
    if (!shim_enter())
        return miss(FRAME, real.malloc(size), size, NC_BY_MALLOC);
    struct stack_seen room, *stack = record_alloc_begin(FRAME, &room, size);
    void *at = real.malloc(size);

    record_alloc_end(stack, at, size, NC_BY_MALLOC);
    shim_leave();
    return at;
}

SHIM_HOOK void *calloc(size_t n, size_t size)
{
    real_ready();
    if (__builtin_expect(real.calloc == NULL, 0))
        return size != 0 && n > SIZE_MAX / size ? NULL : real_early_alloc(16, n * size);
    if (!shim_enter())
        return miss(FRAME, real.calloc(n, size), n * size, NC_BY_CALLOC);
    struct stack_seen room, *stack = record_alloc_begin(FRAME, &room, n * size);
    void *at = real.calloc(n, size);

    record_alloc_end(stack, at, n * size, NC_BY_CALLOC);
    shim_leave();
    return at;
}

/* An early block is never given back: its bytes move to a real one. */
static void *leave_early(void *old, size_t size)
{
    const size_t had = *(const size_t *)(const void *)((const char *)old - sizeof(size_t));
    void *now = malloc(size);

    if (now != NULL)
        memcpy(now, old, had < size ? had : size);
    return now;
}

/* In a signal handler on top of an event of ours: the old block waits to be freed, so the new one
 * is another. */
static void *move_late(const void *const *frame, void *old, size_t size, unsigned by)
{
    void *now = old != NULL && size == 0 ? NULL : real.malloc(size);

    if (old == NULL)
        return miss(frame, now, size, by);
    if (now == NULL && size != 0)
        return NULL;
    if (now != NULL) {
        const size_t had = real.malloc_usable_size(old);

        real.memcpy(now, old, had < size ? had : size);
    }
    if (!late_free(old))
        real.free(old);
    return now == NULL ? NULL : miss(frame, now, size, by);
}

/* While paused, an old block still ends here; the new one is not counted. */
static void *move(const void *frame, void *old, size_t size, unsigned by)
{
    struct record_realloc r;
    void *now;

    record_realloc_begin(frame, &r, old, size);
    now = real.realloc(old, size);
    record_realloc_end(frame, &r, now, size, by);
    shim_leave();
    return now;
}

SHIM_HOOK void *realloc(void *old, size_t size)
{
    real_ready();
    if (__builtin_expect(real_is_early(old), 0))
        return leave_early(old, size);
    if (__builtin_expect(real.realloc == NULL, 0))
        return old == NULL ? real_early_alloc(16, size) : NULL;
    if (!shim_enter_end())
        return shim_self.busy == SHIM_EVENT ? move_late(FRAME, old, size, NC_BY_REALLOC)
                                            : real.realloc(old, size);
    return move(FRAME, old, size, NC_BY_REALLOC);
}

SHIM_HOOK void *reallocarray(void *old, size_t n, size_t size)
{
    size_t bytes;

    real_ready();
    if (__builtin_mul_overflow(n, size, &bytes)) {
        errno = ENOMEM;
        return NULL;
    }
    if (__builtin_expect(real_is_early(old), 0))
        return leave_early(old, bytes);
    if (__builtin_expect(real_other.size != 0, 0)) /* libc's asks whoever serves realloc */
        return real.reallocarray(old, n, size);
    if (!shim_enter_end())
        return shim_self.busy == SHIM_EVENT ? move_late(FRAME, old, bytes, NC_BY_REALLOCARRAY)
                                            : real.realloc(old, bytes);
    return move(FRAME, old, bytes, NC_BY_REALLOCARRAY);
}

static inline __attribute__((always_inline)) void end(void *at, void (*real_free)(void *))
{
    __builtin_prefetch((const char *)at - 16); /* what the allocator will read first */
    if (at == NULL || __builtin_expect(real_is_early(at), 0))
        return;
    if (!shim_enter_end()) {
        if (!shim_self.busy || !late_free(at))
            real_free(at);
        return;
    }
    struct record_free r;
    const bool more = record_free_begin(FRAME, &r, at);

    real_free(at); /* inside the guard: an allocator's own munmap is not the program's */
    if (more)
        record_free_end(&r);
    shim_leave();
}

SHIM_HOOK void free(void *at)
{
    real_ready();
    end(at, real.free);
}

SHIM_HOOK void cfree(void *at);
SHIM_HOOK void cfree(void *at)
{
    real_ready();
    end(at, real.free);
}

/* The real ones when this libc has them: they may check what we need not. */
SHIM_HOOK void free_sized(void *at, size_t size);
SHIM_HOOK void free_sized(void *at, size_t size)
{
    real_ready();
    if (real.free_sized == NULL) {
        end(at, real.free);
    } else if (at != NULL && !real_is_early(at)) {
        const bool noted = shim_enter_end();

        if (noted)
            record_free(FRAME, at);
        real.free_sized(at, size);
        if (noted)
            shim_leave();
    }
}

SHIM_HOOK void free_aligned_sized(void *at, size_t align, size_t size);
SHIM_HOOK void free_aligned_sized(void *at, size_t align, size_t size)
{
    real_ready();
    if (real.free_aligned_sized == NULL) {
        end(at, real.free);
    } else if (at != NULL && !real_is_early(at)) {
        const bool noted = shim_enter_end();

        if (noted)
            record_free(FRAME, at);
        real.free_aligned_sized(at, align, size);
        if (noted)
            shim_leave();
    }
}

SHIM_HOOK int posix_memalign(void **ret, size_t align, size_t size)
{
    real_ready();
    const bool in = shim_enter();
    const int r = real.posix_memalign(ret, align, size);

    if (!in) {
        miss(FRAME, r == 0 ? *ret : NULL, size, NC_BY_POSIX_MEMALIGN);
        return r;
    }

    note(FRAME, r == 0 ? *ret : NULL, size, NC_BY_POSIX_MEMALIGN);
    return r;
}

SHIM_HOOK void *aligned_alloc(size_t align, size_t size)
{
    real_ready();
    if (!shim_enter())
        return miss(FRAME, real.aligned_alloc(align, size), size, NC_BY_ALIGNED_ALLOC);
    return note(FRAME, real.aligned_alloc(align, size), size, NC_BY_ALIGNED_ALLOC);
}

SHIM_HOOK void *memalign(size_t align, size_t size)
{
    real_ready();
    if (__builtin_expect(real.memalign == NULL, 0))
        return real_early_alloc(align, size);
    if (!shim_enter())
        return miss(FRAME, real.memalign(align, size), size, NC_BY_MEMALIGN);
    return note(FRAME, real.memalign(align, size), size, NC_BY_MEMALIGN);
}

SHIM_HOOK void *valloc(size_t size)
{
    real_ready();
    if (!shim_enter())
        return miss(FRAME, real.valloc(size), size, NC_BY_VALLOC);
    return note(FRAME, real.valloc(size), size, NC_BY_VALLOC);
}

SHIM_HOOK void *pvalloc(size_t size)
{
    real_ready();
    if (!shim_enter())
        return miss(FRAME, real.pvalloc(size), size, NC_BY_PVALLOC);
    return note(FRAME, real.pvalloc(size), size, NC_BY_PVALLOC);
}

SHIM_HOOK size_t malloc_usable_size(void *at)
{
    real_ready();
    if (real_is_early(at))
        return *(const size_t *)(const void *)((const char *)at - sizeof(size_t));
    return real.malloc_usable_size(at);
}
