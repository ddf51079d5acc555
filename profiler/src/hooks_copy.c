/* SPDX-License-Identifier: Apache-2.0 */
/* Copies and fills. A hook asks only for the size: small ones are counted, the others get a stack
 * and their two blocks. The real function does the work, until it is known a plain loop. */
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "hook.h"
#include "lane.h"

/* A hook of the hot ones leaves by a jump, so that a small copy costs no frame: to the real
 * function, or to a body that has the frame from which the stack begins. This file is compiled so
 * that such calls are jumps. */
#define BODY static __attribute__((noinline))

static inline void note_small(size_t size)
{
    struct lane *lane = shim_self.lane;

    if (!shim_gate.is.copies || shim_self.busy)
        return;
    if (__builtin_expect(lane == NULL, 0)) {
        record_small_copy(size);
        return;
    }
    lane->shared->small_copies++;
    lane->shared->small_copied_bytes += size;
}

static inline void note(const void *frame, const void *dst, const void *src, size_t size,
                        unsigned by)
{
    if (size < NC_COPY_MIN) {
        note_small(size);
        return;
    }
    if (!shim_gate.is.copies || !shim_enter())
        return;
    record_copy(frame, dst, src, size, by);
    shim_leave();
}

static inline void note_fill(const void *frame, const void *dst, size_t size)
{
    if (!shim_gate.is.copies || !shim_enter())
        return;
    record_fill(frame, dst, size);
    shim_leave();
}

/* Before the loader has bound us to the real ones. */
static void plain_copy(void *dst, const void *src, size_t size)
{
    __asm__ volatile("rep movsb" : "+D"(dst), "+S"(src), "+c"(size) : : "memory");
}

static void plain_move(void *dst, const void *src, size_t size)
{
    char *d = dst;
    const char *s = src;

    if ((size_t)(d - s) >= size) {
        plain_copy(dst, src, size);
        return;
    }
    d += size - 1;
    s += size - 1;
    __asm__ volatile("std; rep movsb; cld" : "+D"(d), "+S"(s), "+c"(size) : : "memory");
}

static void plain_fill(void *dst, int byte, size_t size)
{
    __asm__ volatile("rep stosb" : "+D"(dst), "+c"(size) : "a"(byte) : "memory");
}

BODY void *large_memcpy(void *dst, const void *src, size_t size)
{
    note(FRAME, dst, src, size, NC_BY_MEMCPY);
    return real.memcpy(dst, src, size);
}

BODY void *large_memmove(void *dst, const void *src, size_t size)
{
    note(FRAME, dst, src, size, NC_BY_MEMMOVE);
    return real.memmove(dst, src, size);
}

BODY void *large_mempcpy(void *dst, const void *src, size_t size)
{
    note(FRAME, dst, src, size, NC_BY_MEMPCPY);
    return real.mempcpy(dst, src, size);
}

BODY void *large_memset(void *dst, int byte, size_t size)
{
    note_fill(FRAME, dst, size);
    return real.memset(dst, byte, size);
}

SHIM_HOOK void *memcpy(void *restrict dst, const void *restrict src, size_t size)
{
    if (__builtin_expect(real.memcpy == NULL, 0)) {
        plain_copy(dst, src, size);
        return dst;
    }
    if (size >= NC_COPY_MIN)
        return large_memcpy(dst, src, size);
    note_small(size);
    return real.memcpy(dst, src, size);
}

SHIM_HOOK void *memmove(void *dst, const void *src, size_t size)
{
    if (__builtin_expect(real.memmove == NULL, 0)) {
        plain_move(dst, src, size);
        return dst;
    }
    if (size >= NC_COPY_MIN)
        return large_memmove(dst, src, size);
    note_small(size);
    return real.memmove(dst, src, size);
}

SHIM_HOOK void *mempcpy(void *restrict dst, const void *restrict src, size_t size)
{
    if (__builtin_expect(real.mempcpy == NULL, 0)) {
        plain_copy(dst, src, size);
        return (char *)dst + size;
    }
    if (size >= NC_COPY_MIN)
        return large_mempcpy(dst, src, size);
    note_small(size);
    return real.mempcpy(dst, src, size);
}

SHIM_HOOK void *__mempcpy(void *restrict dst, const void *restrict src, size_t size)
{
    if (__builtin_expect(real.mempcpy == NULL, 0)) {
        plain_copy(dst, src, size);
        return (char *)dst + size;
    }
    if (size >= NC_COPY_MIN)
        return large_mempcpy(dst, src, size);
    note_small(size);
    return real.mempcpy(dst, src, size);
}

SHIM_HOOK void bcopy(const void *src, void *dst, size_t size)
{
    if (__builtin_expect(real.memmove == NULL, 0)) {
        plain_move(dst, src, size);
        return;
    }
    note(FRAME, dst, src, size, NC_BY_BCOPY);
    real.memmove(dst, src, size);
}

SHIM_HOOK void *memset(void *dst, int byte, size_t size)
{
    if (__builtin_expect(real.memset == NULL, 0)) {
        plain_fill(dst, byte, size);
        return dst;
    }
    if (size >= NC_COPY_MIN)
        return large_memset(dst, byte, size);
    return real.memset(dst, byte, size);
}

/* The checked forms end the program when `room` is too small: nothing is noted then. */
#define CHECKED(name, by)                                                                          \
    SHIM_HOOK void *name(void *dst, const void *src, size_t size, size_t room);                    \
    SHIM_HOOK void *name(void *dst, const void *src, size_t size, size_t room)                     \
    {                                                                                              \
        real_ready();                                                                              \
        if (size <= room)                                                                          \
            note(FRAME, dst, src, size, by);                                                       \
        return real.name(dst, src, size, room);                                                    \
    }

CHECKED(__memcpy_chk, NC_BY_MEMCPY)
CHECKED(__memmove_chk, NC_BY_MEMMOVE)
CHECKED(__mempcpy_chk, NC_BY_MEMPCPY)

SHIM_HOOK void *__memset_chk(void *dst, int byte, size_t size, size_t room);
SHIM_HOOK void *__memset_chk(void *dst, int byte, size_t size, size_t room)
{
    real_ready();
    if (size <= room && size >= NC_COPY_MIN)
        note_fill(FRAME, dst, size);
    return real.__memset_chk(dst, byte, size, room);
}

/* Strings: what is copied includes the closing NUL. They are measured only when somebody listens.
 */
static inline bool listening(void) { return shim_gate.is.copies && !shim_self.busy; }

static inline size_t at_most(const char *s, size_t n)
{
    const size_t len = strnlen(s, n);

    return len < n ? len + 1 : n;
}

SHIM_HOOK char *strcpy(char *restrict dst, const char *restrict src)
{
    real_ready();
    if (listening())
        note(FRAME, dst, src, strlen(src) + 1, NC_BY_STRING);
    return real.strcpy(dst, src);
}

SHIM_HOOK char *stpcpy(char *restrict dst, const char *restrict src)
{
    real_ready();
    if (listening())
        note(FRAME, dst, src, strlen(src) + 1, NC_BY_STRING);
    return real.stpcpy(dst, src);
}

SHIM_HOOK char *strncpy(char *restrict dst, const char *restrict src, size_t n)
{
    real_ready();
    if (listening())
        note(FRAME, dst, src, at_most(src, n), NC_BY_STRING);
    return real.strncpy(dst, src, n);
}

SHIM_HOOK char *strcat(char *restrict dst, const char *restrict src)
{
    real_ready();
    if (listening())
        note(FRAME, dst, src, strlen(src) + 1, NC_BY_STRING);
    return real.strcat(dst, src);
}

SHIM_HOOK char *strncat(char *restrict dst, const char *restrict src, size_t n)
{
    real_ready();
    if (listening())
        note(FRAME, dst, src, strnlen(src, n) + 1, NC_BY_STRING);
    return real.strncat(dst, src, n);
}

#define CHECKED_STRING(name)                                                                       \
    SHIM_HOOK char *name(char *restrict dst, const char *restrict src, size_t room);               \
    SHIM_HOOK char *name(char *restrict dst, const char *restrict src, size_t room)                \
    {                                                                                              \
        real_ready();                                                                              \
        if (listening())                                                                           \
            note(FRAME, dst, src, strlen(src) + 1, NC_BY_STRING);                                  \
        return real.name(dst, src, room);                                                          \
    }

CHECKED_STRING(__strcpy_chk)
CHECKED_STRING(__stpcpy_chk)
CHECKED_STRING(__strcat_chk)

#define CHECKED_STRING_N(name)                                                                     \
    SHIM_HOOK char *name(char *restrict dst, const char *restrict src, size_t n, size_t room);     \
    SHIM_HOOK char *name(char *restrict dst, const char *restrict src, size_t n, size_t room)      \
    {                                                                                              \
        real_ready();                                                                              \
        if (listening())                                                                           \
            note(FRAME, dst, src, at_most(src, n), NC_BY_STRING);                                  \
        return real.name(dst, src, n, room);                                                       \
    }

CHECKED_STRING_N(__strncpy_chk)
CHECKED_STRING_N(__strncat_chk)

SHIM_HOOK wchar_t *wmemcpy(wchar_t *restrict dst, const wchar_t *restrict src, size_t n)
{
    real_ready();
    note(FRAME, dst, src, n * sizeof *dst, NC_BY_WIDE);
    return real.wmemcpy(dst, src, n);
}

SHIM_HOOK wchar_t *wmemmove(wchar_t *dst, const wchar_t *src, size_t n)
{
    real_ready();
    note(FRAME, dst, src, n * sizeof *dst, NC_BY_WIDE);
    return real.wmemmove(dst, src, n);
}

SHIM_HOOK wchar_t *wcscpy(wchar_t *restrict dst, const wchar_t *restrict src)
{
    real_ready();
    if (listening())
        note(FRAME, dst, src, (wcslen(src) + 1) * sizeof *dst, NC_BY_WIDE);
    return real.wcscpy(dst, src);
}
