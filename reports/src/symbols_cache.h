/* SPDX-License-Identifier: Apache-2.0 */
/* Names of addresses kept between runs, one file an object, called by its build-id: the second
 * report of a program need not read its debug info again.
 *
 * A file is written beside its place and then put there, so any number of processes may use the
 * folder: the last one wins. A file that is damaged, of another version or of another machine is as
 * good as none. The folder keeps to a size; what was not used for longest goes first. */
#ifndef NOCOPY_SYMBOLS_CACHE_H
#define NOCOPY_SYMBOLS_CACHE_H

#include "symbols.h"

struct symbols_cache;

/* What the cache knows of an object. `debug_path` is the separate debug file in use: with another
 * one the names may be better ones. Never fails: null when there is no id, no folder or no memory,
 * which all calls below take. */
struct symbols_cache *symbols_cache_open(struct pool *pool, const char *folder, const uint8_t *id,
                                         size_t id_len, const char *debug_path);

/* Whether anything is known, and then what the object's names came from. */
bool symbols_cache_known(const struct symbols_cache *cache, enum symbols_kind *ret_kind,
                         const char **ret_producer);

/* As symbols_lookup(), but 0 when the address is not known. */
size_t symbols_cache_find(const struct symbols_cache *cache, uint64_t address,
                          struct symbols_frame *ret, size_t max);

/* To be kept; what the frames point at must live until symbols_cache_close(). */
void symbols_cache_add(struct symbols_cache *cache, uint64_t address,
                       const struct symbols_frame *frames, size_t n);

/* Write what is new, keep the folder to its size, and free. */
void symbols_cache_close(struct symbols_cache *cache, enum symbols_kind kind, const char *producer);

/* Remove the files that were not used for longest until those left are together no larger than
 * `most` bytes. */
void symbols_cache_shrink(const char *folder, uint64_t most);

#endif
