/* SPDX-License-Identifier: Apache-2.0 */
#include "real.h"

#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "guard.h"
#include "lock.h"
#include "lookup.h"
#include "modules.h"

struct real real;
bool real_resolved;
struct real_other real_other;
bool real_attachable;

/* Zeroed by being .bss. Each piece is preceded by its size, for realloc. */
char real_early[REAL_EARLY_SIZE] __attribute__((aligned(64)));
static atomic_size_t early_used;

void *real_early_alloc(size_t align, size_t size)
{
    if (align < 16)
        align = 16;
    if (size > REAL_EARLY_SIZE || align > REAL_EARLY_SIZE)
        return NULL;
    for (size_t used = atomic_load(&early_used);;) {
        const uintptr_t base = (uintptr_t)real_early;
        const size_t at = ((base + used + 16 + align - 1) & ~(align - 1)) - base;

        if (at + size > REAL_EARLY_SIZE)
            return NULL;
        if (atomic_compare_exchange_weak(&early_used, &used, at + size)) {
            *(size_t *)(void *)(real_early + at - sizeof(size_t)) = size;
            return real_early + at;
        }
    }
}

static void find(void *ret, const char *name)
{
    void *at = real_attachable ? lookup_any(name) : lookup_next(name);

    memcpy(ret, &at, sizeof at);
}

static void find_other(void *next)
{
    void *first = lookup_any("malloc");

    if (first != NULL && first != next)
        modules_range((uintptr_t)first, &real_other.start, &real_other.size);
}

/* All at once: whoever is called in between, by a version that an object chooses for itself, finds
 * none of them and is served without. */
void real_resolve(void)
{
    static struct lock lock;
    static atomic_int owner; /* that must not wait for itself */
    const int tid = sys_gettid();

    if (atomic_load(&owner) == tid)
        return;
    lock_take(&lock);
    if (!real_resolved) {
        const uint32_t busy = shim_self.busy;
        struct real found;

        atomic_store(&owner, tid);
        shim_self.busy = SHIM_INSIDE;
        real_attachable = lookup_next("malloc") == NULL;
#define HOOK(type, name, params) find(&found.name, #name);
#include "hooks.def"
#undef HOOK
        real = found;
        find_other(*(void **)(void *)&real.malloc);
        shim_self.busy = busy;
        __atomic_store_n(&real_resolved, true, __ATOMIC_RELEASE);
        atomic_store(&owner, 0);
    }
    lock_drop(&lock);
}
