/* SPDX-License-Identifier: Apache-2.0 */
/* The functions behind our hooks, as the next object in the search order defines them. */
#ifndef SHIM_REAL_H
#define SHIM_REAL_H

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <spawn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <wchar.h>

#define HOOK(type, name, params) type(*name) params;
struct real {
#include "hooks.def"
};
#undef HOOK

/* A member is null until real_resolve(), and after it where this libc has no such function. */
extern struct real real __attribute__((visibility("hidden")));

/* The object that serves malloc before it comes to us, if ever: a library in front of us, or the
 * program itself. Its mappings are its own affair, and it may hold its locks when it asks for them.
 * size 0: none. */
extern struct real_other {
    uintptr_t start, size;
} real_other __attribute__((visibility("hidden")));

/* We came behind all that was there, so nothing is bound to us: we stay asleep until
 * nocopy_attach(). */
extern bool real_attachable __attribute__((visibility("hidden")));

/* Look all of them up, once; also before any constructor ran, and inside of another allocator. */
void real_resolve(void) __attribute__((visibility("hidden"), cold));

static inline void real_ready(void)
{
    extern bool real_resolved __attribute__((visibility("hidden")));

    if (__builtin_expect(!real_resolved, 0))
        real_resolve();
}

/* Memory for who asks before the real malloc is known: zeroed, 16-byte aligned (or as asked, a
 * power of two), never given back. Null when used up. */
void *real_early_alloc(size_t align, size_t size) __attribute__((visibility("hidden"), cold));

/* True for a pointer that real_early_alloc gave out: free() must leave it, realloc() copy it. */
extern char real_early[] __attribute__((visibility("hidden")));
enum { REAL_EARLY_SIZE = 64 * 1024 };

static inline bool real_is_early(const void *p)
{
    return (size_t)((const char *)p - real_early) < REAL_EARLY_SIZE;
}

#endif
