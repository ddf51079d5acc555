/* SPDX-License-Identifier: Apache-2.0 */
/* Memory that the program maps itself. Only what can be written counts: address space reserved with
 * PROT_NONE is no memory, a file's pages are the file's. */
#undef _FILE_OFFSET_BITS /* it would make one name of mmap and mmap64 */
#include <errno.h>
#include <stdarg.h>
#include <sys/mman.h>

#include "evidence.h"
#include "hook.h"
#include "shim.h"

enum { NO_KEY = -2 }; /* mprotect(), which does not know of keys */

static bool is_memory(int prot, int flags)
{
    return (prot & PROT_WRITE) != 0 && (flags & MAP_ANONYMOUS) != 0;
}

/* A mapping does not wake us: it may be the first that an allocator makes, under its locks. */
static inline bool is_allocators(const void *const *frame)
{
    return (uintptr_t)frame[1] - real_other.start < real_other.size || !shim_met();
}

static void *map(const void *frame, void *at, size_t size, int prot, int flags, int fd,
                 off_t offset)
{
    const bool fixed = (flags & MAP_FIXED) != 0; /* replaces what was there */

    if (!(is_memory(prot, flags) || fixed) || is_allocators(frame) || !shim_enter())
        return real.mmap(at, size, prot, flags, fd, offset);
    void *ret = real.mmap(at, size, prot, flags, fd, offset);

    if (ret != MAP_FAILED) {
        if (fixed)
            record_unmap(ret, size);
        if (is_memory(prot, flags))
            record_map(frame, ret, size, NC_BY_MMAP);
    }
    shim_leave();
    return ret;
}

SHIM_HOOK void *mmap(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
    real_ready();
    return map(FRAME, at, size, prot, flags, fd, offset);
}

SHIM_HOOK void *mmap64(void *at, size_t size, int prot, int flags, int fd, off_t offset)
{
    real_ready();
    return map(FRAME, at, size, prot, flags, fd, offset);
}

SHIM_HOOK int munmap(void *at, size_t size)
{
    real_ready();
    if (is_allocators(FRAME) || !shim_enter_end())
        return real.munmap(at, size);
    record_unmap(at, size);
    const int r = real.munmap(at, size);

    shim_leave();
    return r;
}

SHIM_HOOK void *mremap(void *old, size_t old_size, size_t size, int flags, ...)
{
    va_list args;
    void *to = NULL, *ret;

    real_ready();
    if (flags & MREMAP_FIXED) {
        va_start(args, flags);
        to = va_arg(args, void *);
        va_end(args);
    }
    if (is_allocators(FRAME) || !shim_enter())
        return real.mremap(old, old_size, size, flags, to);
    const bool known = block_find((uintptr_t)old) != NULL;

    ret = real.mremap(old, old_size, size, flags, to);
    if (ret != MAP_FAILED) {
        if (flags & MREMAP_FIXED)
            record_unmap(ret, size);
        if (old_size != 0) /* 0 makes a second mapping of the same pages */
            record_unmap(old, old_size);
        if (known)
            record_map(FRAME, ret, size, NC_BY_MREMAP);
    }
    shim_leave();
    return ret;
}

static int protect(const void *frame, void *at, size_t size, int prot, int key)
{
    const bool readable = (prot & PROT_READ) != 0 && key <= 0; /* a key may forbid it any time */

    if (is_allocators(frame) || !shim_enter_end())
        return key == NO_KEY ? real.mprotect(at, size, prot)
                             : real.pkey_mprotect(at, size, prot, key);
    if (!readable)
        evidence_protected(at, size, false);
    const int r =
        key == NO_KEY ? real.mprotect(at, size, prot) : real.pkey_mprotect(at, size, prot, key);

    if (readable && r == 0)
        evidence_protected(at, size, true);
    shim_leave();
    return r;
}

SHIM_HOOK int mprotect(void *at, size_t size, int prot)
{
    real_ready();
    return protect(FRAME, at, size, prot, NO_KEY);
}

SHIM_HOOK int pkey_mprotect(void *at, size_t size, int prot, int key)
{
    real_ready();
    if (real.pkey_mprotect == NULL) {
        errno = ENOSYS;
        return -1;
    }
    return protect(FRAME, at, size, prot, key);
}
