/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#define HIDDEN_VERSION 0x8000 /* of a symbol's version: not the default one */

/* What an object says of its symbols. */
struct symbols {
    const ElfW(Sym) * sym;
    const char *strings;
    const ElfW(Half) * version; /* null: none has one */
    const uint32_t *gnu;        /* hash tables; either may be null */
    const ElfW(Word) * sysv;
};

extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));

static bool read_symbols(const struct link_map *map, struct symbols *ret)
{
    *ret = (struct symbols){0};
    for (const ElfW(Dyn) *d = map->l_ld; d != NULL && d->d_tag != DT_NULL; d++) {
        const void *at = lookup_at(map->l_addr, d->d_un.d_ptr);

        switch (d->d_tag) {
        case DT_SYMTAB:
            ret->sym = at;
            break;
        case DT_STRTAB:
            ret->strings = at;
            break;
        case DT_VERSYM:
            ret->version = at;
            break;
        case DT_GNU_HASH:
            ret->gnu = at;
            break;
        case DT_HASH:
            ret->sysv = at;
            break;
        default:
            break;
        }
    }
    return ret->sym != NULL && ret->strings != NULL && (ret->gnu != NULL || ret->sysv != NULL);
}

static bool is_it(const struct symbols *s, uint32_t i, const char *name)
{
    const ElfW(Sym) *sym = &s->sym[i];
    const unsigned type = ELF64_ST_TYPE(sym->st_info), bind = ELF64_ST_BIND(sym->st_info);

    return sym->st_shndx != SHN_UNDEF && sym->st_value != 0 && bind != STB_LOCAL &&
           (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE) &&
           (s->version == NULL || (s->version[i] & HIDDEN_VERSION) == 0) &&
           strcmp(s->strings + sym->st_name, name) == 0;
}

/* Index of the symbol; 0: none. */
static uint32_t find_gnu(const struct symbols *s, const char *name)
{
    const uint32_t n_buckets = s->gnu[0], first = s->gnu[1], n_bloom = s->gnu[2];
    const uint32_t *buckets = s->gnu + 4 + n_bloom * (sizeof(ElfW(Addr)) / sizeof(uint32_t));
    const uint32_t *chain = buckets + n_buckets;
    uint32_t hash = 5381;

    for (const char *c = name; *c != '\0'; c++)
        hash = hash * 33 + (unsigned char)*c;
    uint32_t i = n_buckets == 0 ? 0 : buckets[hash % n_buckets];

    for (; i >= first && i != 0; i++) {
        if ((chain[i - first] | 1) == (hash | 1) && is_it(s, i, name))
            return i;
        if (chain[i - first] & 1)
            break;
    }
    return 0;
}

static uint32_t find_sysv(const struct symbols *s, const char *name)
{
    const ElfW(Word) n_buckets = s->sysv[0];
    uint32_t hash = 0;

    for (const char *c = name; *c != '\0'; c++) {
        hash = (hash << 4) + (unsigned char)*c;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }
    if (n_buckets == 0)
        return 0;
    for (uint32_t i = s->sysv[2 + hash % n_buckets]; i != 0; i = s->sysv[2 + n_buckets + i])
        if (is_it(s, i, name))
            return i;
    return 0;
}

static void *find_in(const struct link_map *map, const char *name)
{
    struct symbols s;

    if (!read_symbols(map, &s))
        return NULL;
    const uint32_t i = s.gnu != NULL ? find_gnu(&s, name) : find_sysv(&s, name);

    if (i == 0)
        return NULL;
    void *at = (void *)(map->l_addr + s.sym[i].st_value);

    if (ELF64_ST_TYPE(s.sym[i].st_info) != STT_GNU_IFUNC)
        return at;
    void *(*choose)(void); /* the object's own choice among its versions of a function */

    memcpy(&choose, &at, sizeof choose);
    return choose();
}

static void *first_from(const struct link_map *map, const char *name)
{
    void *ret = NULL;

    for (; map != NULL && ret == NULL; map = map->l_next)
        if (map->l_ld != _DYNAMIC)
            ret = find_in(map, name);
    return ret;
}

static const struct link_map *us(void)
{
    const struct link_map *map = _r_debug.r_map;

    while (map != NULL && map->l_ld != _DYNAMIC)
        map = map->l_next;
    return map;
}

void *lookup_next(const char *name) { return first_from(us(), name); }

void *lookup_own(const char *name)
{
    const struct link_map *map = us();

    return map == NULL ? NULL : find_in(map, name);
}

void *lookup_any(const char *name) { return first_from(_r_debug.r_map, name); }

bool lookup_program_asks(const char *name)
{
    struct symbols s;

    if (!read_symbols(_r_debug.r_map, &s))
        return false;
    /* Those that are not defined come before the first that is hashed; the other kind of table has
     * all of them. */
    const uint32_t end = s.gnu != NULL ? s.gnu[1] : s.sysv[1];

    for (uint32_t i = 1; i < end; i++)
        if (s.sym[i].st_shndx == SHN_UNDEF && strcmp(s.strings + s.sym[i].st_name, name) == 0)
            return true;
    return false;
}
