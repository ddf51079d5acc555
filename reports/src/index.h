/* SPDX-License-Identifier: Apache-2.0 */
/* From a key to its place in an array: four bytes an entry and no pointer into the array, which may
 * move. uthash would take 56 bytes for each of a million call tree nodes. */
#ifndef NOCOPY_INDEX_H
#define NOCOPY_INDEX_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct index {
    uint32_t *slots; /* place + 1; 0: free */
    uint64_t size;   /* power of two */
    uint64_t used;
};

static inline void index_done(struct index *index)
{
    free(index->slots);
    *index = (struct index){0};
}

static inline uint64_t index_mix(uint64_t h, uint64_t x)
{
    h = (h ^ x) * 0x9e3779b97f4a7c15u;
    return h ^ (h >> 32);
}

static inline uint64_t index_hash_string(const char *s)
{
    uint64_t h = 0xcbf29ce484222325u;

    while (*s)
        h = (h ^ (unsigned char)*s++) * 0x100000001b3u;
    return index_mix(h, 0);
}

/* Make room for one more. `hash_at(i, context)` gives the hash of entry i. False: no memory. */
static inline bool index_reserve(struct index *index,
                                 uint64_t (*hash_at)(uint32_t i, const void *context),
                                 const void *context)
{
    if (index->used * 3 < index->size * 2)
        return true;
    const uint64_t size = index->size ? index->size * 2 : 64;
    uint32_t *slots = calloc(size, sizeof *slots);
    if (!slots)
        return false;
    for (uint64_t i = 0; i < index->size; i++) {
        if (!index->slots[i])
            continue;
        uint64_t at = hash_at(index->slots[i] - 1, context) & (size - 1);
        while (slots[at])
            at = (at + 1) & (size - 1);
        slots[at] = index->slots[i];
    }
    free(index->slots);
    index->slots = slots;
    index->size = size;
    return true;
}

/* The slot of a key: its value is place + 1, or 0 where it would go. Reserve before. */
static inline uint32_t *index_slot(const struct index *index, uint64_t hash,
                                   bool (*equal)(uint32_t i, const void *key, const void *context),
                                   const void *key, const void *context)
{
    uint64_t at = hash & (index->size - 1);

    while (index->slots[at] && !equal(index->slots[at] - 1, key, context))
        at = (at + 1) & (index->size - 1);
    return &index->slots[at];
}

/* An array that grows: items, n, and room for it. False: no memory, nothing changed. */
static inline bool array_grow(void **items, size_t n, size_t *room, size_t item_size)
{
    if (n < *room)
        return true;
    const size_t more = *room ? *room * 2 : 16;
    void *grown = realloc(*items, more * item_size);
    if (!grown)
        return false;
    *items = grown;
    *room = more;
    return true;
}

#endif
