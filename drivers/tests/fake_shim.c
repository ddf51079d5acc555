/* SPDX-License-Identifier: Apache-2.0 */
/* As much of a profiler as mark.h can see, for tests of the drivers alone: exact counts of one
 * thread's allocations between the begin and the end of a scope. */
#include <nocopy/mark.h>

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t align, size_t size);
extern void __libc_free(void *p);

void nc_shim_scope_begin(const char *name, int mode, uint64_t combos);
int nc_shim_scope_end(struct nc_seen *ret, size_t ret_size);

enum { SLOTS = 1 << 16 };

static struct {
    void *p;
    size_t size;
} slot[SLOTS];
static bool open;
static struct nc_seen seen;
static uint64_t live;

static void note(void *p, size_t size)
{
    if (!open || !p)
        return;
    for (size_t i = (size_t)p / 16 % SLOTS;; i = (i + 1) % SLOTS)
        if (!slot[i].p) {
            slot[i].p = p;
            slot[i].size = size;
            break;
        }
    seen.allocations++;
    seen.allocated_bytes += size;
    live += size;
    seen.peak_bytes = live > seen.peak_bytes ? live : seen.peak_bytes;
}

static void forget(void *p)
{
    if (!open || !p)
        return;
    for (size_t i = 0; i < SLOTS; i++)
        if (slot[i].p == p) {
            seen.temporary_blocks++;
            seen.temporary_bytes += slot[i].size;
            live -= slot[i].size;
            slot[i].p = NULL;
            return;
        }
}

void *malloc(size_t size)
{
    void *p = __libc_malloc(size);

    note(p, size);
    return p;
}

void *calloc(size_t n, size_t size)
{
    void *p = __libc_calloc(n, size);

    note(p, n * size);
    return p;
}

void *realloc(void *old, size_t size)
{
    forget(old);
    void *p = __libc_realloc(old, size);

    note(p, size);
    return p;
}

void *aligned_alloc(size_t align, size_t size)
{
    void *p = __libc_memalign(align, size);

    note(p, size);
    return p;
}

int posix_memalign(void **ret, size_t align, size_t size)
{
    *ret = aligned_alloc(align, size);
    return *ret ? 0 : ENOMEM;
}

void free(void *p)
{
    forget(p);
    __libc_free(p);
}

void nc_shim_scope_begin(const char *name, int mode, uint64_t combos)
{
    memset(slot, 0, sizeof slot);
    memset(&seen, 0, sizeof seen);
    live = 0;
    open = true;
}

int nc_shim_scope_end(struct nc_seen *ret, size_t ret_size)
{
    if (!open)
        return -1;
    open = false;
    seen.retained_bytes = live;
    if (ret)
        memcpy(ret, &seen, ret_size < sizeof seen ? ret_size : sizeof seen);
    return 0;
}
