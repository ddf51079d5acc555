/* SPDX-License-Identifier: Apache-2.0 */
/* From an address to its chain of functions, inlined ones included. Each compilation unit that is
 * asked for is walked once into sorted intervals: dwarf_getscopes walks it for every address, which
 * is 600 times slower. */
#ifndef NOCOPY_DWARF_INDEX_H
#define NOCOPY_DWARF_INDEX_H

#include "symbols.h"

#include <libelf.h>

struct dwarf_index;

/* Null when the file's debug info cannot be read. `elf` is borrowed and must outlive it. */
struct dwarf_index *dwarf_index_new(struct pool *pool, Elf *elf);
void dwarf_index_free(struct dwarf_index *index);

/* As symbols_lookup(), but 0 where no unit covers the address, and the outermost frame's function
 * is "" where a unit has a line but no function. */
size_t dwarf_index_lookup(struct dwarf_index *index, uint64_t address, struct symbols_frame *ret,
                          size_t max);

const char *dwarf_index_producer(struct dwarf_index *index);

#endif
