/* SPDX-License-Identifier: Apache-2.0 */
/* What dlsym() does, without the loader's lock, without its error state, and without an allocation:
 * a dlsym() that finds nothing asks malloc for room to say so, which ends the host when we were
 * called from inside an allocator. */
#ifndef SHIM_LOOKUP_H
#define SHIM_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

/* The address of the function `name` in its default version: the first behind us in the order of
 * objects that was there when the program started (as RTLD_NEXT); with `any` the first of all but
 * us (as RTLD_DEFAULT). Null: there is none. Not while a library is being loaded or unloaded by
 * another thread. */
void *lookup_next(const char *name) __attribute__((visibility("hidden")));
void *lookup_any(const char *name) __attribute__((visibility("hidden")));

/* Our own, whatever the name is bound to in this process. */
void *lookup_own(const char *name) __attribute__((visibility("hidden")));

/* Whether the program itself asks for the symbol `name` of another object, found or not. */
bool lookup_program_asks(const char *name) __attribute__((visibility("hidden")));

/* What a pointer in an object's dynamic section points to: the loader has put the bias onto most of
 * them, but not everywhere. */
static inline const void *lookup_at(uintptr_t bias, uintptr_t value)
{
    return (const void *)(value < bias ? value + bias : value);
}

#endif
