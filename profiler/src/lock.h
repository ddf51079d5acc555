/* SPDX-License-Identifier: Apache-2.0 */
/* A spin lock for short, rare work. It is only ever taken inside the guard, so a signal handler of
 * the holder never asks for it, and no code of the host runs while it is held. A fork's child
 * resets it with lock_init(). */
#ifndef SHIM_LOCK_H
#define SHIM_LOCK_H

#include <stdatomic.h>

#include "sealed.h"
#include "sys.h"

struct lock {
    atomic_int held;
};

static inline void lock_init(struct lock *l) { atomic_store(&l->held, 0); }

static inline void lock_take(struct lock *l)
{
    for (unsigned spins = 0; atomic_exchange_explicit(&l->held, 1, memory_order_acquire);) {
        while (atomic_load_explicit(&l->held, memory_order_relaxed))
            if (++spins % 64)
                __builtin_ia32_pause();
            else if (!sealed)
                sys_yield();
    }
}

static inline int lock_try(struct lock *l)
{
    return !atomic_exchange_explicit(&l->held, 1, memory_order_acquire);
}

static inline void lock_drop(struct lock *l)
{
    atomic_store_explicit(&l->held, 0, memory_order_release);
}

#endif
