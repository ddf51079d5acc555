/* SPDX-License-Identifier: Apache-2.0 */
/* Which module's unwind tables speak for an address. Lock-free: an allocation may come while any
 * thread holds the loader's lock, so dl_iterate_phdr() is out of the question. glibc >= 2.35
 * answers through _dl_find_object(), which takes no lock; on older ones we keep a list of our own.
 */
#ifndef UNWIND_TABLES_H
#define UNWIND_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include "cfi.h"

/* Once, before the first look-up. */
void tables_init(void);

/* After a dlclose(), by the thread that called it, outside every lock of ours. */
void tables_refresh(void);

/* The tables of the module at `pc`. False where no module is, or one without tables. The module
 * must not be unloaded meanwhile: it has a frame on the caller's stack. */
bool tables_find(uint64_t pc, struct cfi_table *ret);

#endif
