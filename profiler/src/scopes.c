/* SPDX-License-Identifier: Apache-2.0 */
#include "scopes.h"

#include <elf.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "arena.h"
#include "lock.h"
#include "pattern.h"
#include "profile.h"
#include "tables.h"
#include "tree.h"

/* What is kept of each scope beside its entry in the file. */
struct scope_extra {
    uint32_t scope; /* key */
    uint32_t base;  /* node for threads that work inside it; 0: none yet */
    uint64_t combos;
    bool outlined, marked;
    UT_hash_handle hh;
};

static struct {
    struct lock lock;
    struct scope_extra *extra;
} scopes;

atomic_bool scopes_entered, scopes_met;

int scopes_init(const char *patterns)
{
    memset(&scopes, 0, sizeof scopes);
    scopes_entered = scopes_met = false;
    return pattern_init(patterns);
}

/* ---- symbol tables ---- */

struct elf {
    const char *bytes;
    size_t size;
};

struct symbols {
    const Elf64_Sym *at;
    size_t len;
    const char *names;
    size_t names_size;
};

static bool elf_map(struct elf *ret, const char *path)
{
    struct stat st;
    const int fd = (int)sys_open(path, O_RDONLY | O_CLOEXEC, 0);

    if (fd < 0)
        return false;
    bool ok = sys_call3(SYS_fstat, fd, (long)&st, 0) == 0 && S_ISREG(st.st_mode) &&
              (size_t)st.st_size >= sizeof(Elf64_Ehdr);

    if (ok) {
        ret->size = (size_t)st.st_size;
        ret->bytes = sys_mmap(NULL, ret->size, PROT_READ, MAP_PRIVATE, fd, 0);
        ok = !sys_failed(ret->bytes);
    }
    sys_close(fd);
    return ok;
}

static const void *elf_range(const struct elf *e, uint64_t offset, uint64_t size)
{
    return offset <= e->size && size <= e->size - offset ? e->bytes + offset : NULL;
}

/* The full table where the file has one, else the dynamic one. */
static bool elf_symbols(struct symbols *ret, const struct elf *e)
{
    const Elf64_Ehdr *h = (const void *)e->bytes;
    const Elf64_Shdr *found = NULL;

    if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 || h->e_ident[EI_CLASS] != ELFCLASS64 ||
        h->e_shentsize != sizeof(Elf64_Shdr))
        return false;
    const Elf64_Shdr *s = elf_range(e, h->e_shoff, (uint64_t)h->e_shnum * sizeof *s);

    if (s == NULL || h->e_shoff % 8 != 0)
        return false;
    for (size_t i = 0; i < h->e_shnum; i++)
        if (s[i].sh_type == SHT_SYMTAB || (s[i].sh_type == SHT_DYNSYM && found == NULL))
            found = &s[i];
    if (found == NULL || found->sh_link >= h->e_shnum || found->sh_offset % 8 != 0)
        return false;
    const Elf64_Shdr *names = &s[found->sh_link];

    ret->at = elf_range(e, found->sh_offset, found->sh_size);
    ret->len = found->sh_size / sizeof *ret->at;
    ret->names = elf_range(e, names->sh_offset, names->sh_size);
    ret->names_size = names->sh_size;
    return ret->at != NULL && ret->names != NULL && ret->names_size > 0 &&
           ret->names[ret->names_size - 1] == '\0';
}

static const char *symbol_name(const struct symbols *s, size_t i)
{
    return s->at[i].st_name < s->names_size ? s->names + s->at[i].st_name : "";
}

static char *copy_string(const char *s, size_t len)
{
    char *ret = arena_alloc(len + 1);

    if (ret != NULL)
        memcpy(ret, s, len); /* what the arena gives is zero */
    return ret;
}

uint32_t scopes_enter(struct scope_range *r)
{
    if (r->scope != 0)
        return r->scope;
    const struct nc_scope entry = {
        .name = profile_add_string(r->name, strlen(r->name)),
        .mode = (uint32_t)r->mode,
        .function = profile_add_string(r->function, strlen(r->function)),
        .module = r->module,
        .start = r->start,
        .end = r->end,
    };
    struct scope_extra *x = arena_alloc(sizeof *x);

    if (x == NULL)
        return 0;
    lock_take(&scopes.lock);
    scopes_entered = true;
    x->scope = r->scope = profile_add(NC_SCOPES, &entry);
    x->outlined = r->outlined;
    if (x->scope != 0)
        HASH_ADD_INT(scopes.extra, scope, x);
    lock_drop(&scopes.lock);
    return r->scope;
}

static bool push(struct scope_ranges *r, const struct scope_range *range)
{
    if (r->len == r->room) {
        const size_t room = r->room ? r->room * 2 : 16;
        struct scope_range *at = arena_resize(r->at, r->room * sizeof *at, room * sizeof *at);

        if (at == NULL)
            return false;
        r->at = at;
        r->room = room;
    }
    r->at[r->len++] = *range;
    scopes_met = true;
    return true;
}

/* By start; a symbol may have several names, which makes several ranges at one start. Insertion:
 * there are few, and symbol tables are nearly sorted. */
static void sort(struct scope_ranges *r)
{
    for (size_t i = 1; i < r->len; i++)
        for (size_t j = i; j > 0 && r->at[j].start < r->at[j - 1].start; j--) {
            const struct scope_range t = r->at[j];

            r->at[j] = r->at[j - 1];
            r->at[j - 1] = t;
        }
}

static bool has_symbol(void *symbols, const char *name, size_t len)
{
    const struct symbols *s = symbols;

    for (size_t i = 0; i < s->len; i++) {
        const char *other = symbol_name(s, i);

        if (strncmp(other, name, len) == 0 && other[len] == '\0')
            return true;
    }
    return false;
}

void scopes_find(struct scope_ranges *ret, const char *path, uintptr_t bias, uint32_t module)
{
    struct elf e = {0};
    struct symbols s;

    if (!elf_map(&e, path))
        return;
    lock_take(&scopes.lock);
    if (elf_symbols(&s, &e))
        for (size_t i = 0; i < s.len; i++) {
            struct scope_match m;
            const Elf64_Sym *sym = &s.at[i];

            if (ELF64_ST_TYPE(sym->st_info) != STT_FUNC || sym->st_size == 0 ||
                sym->st_shndx == SHN_UNDEF ||
                !pattern_match(&m, symbol_name(&s, i), has_symbol, &s))
                continue;
            const char *function = symbol_name(&s, i);
            const struct scope_range r = {
                .start = bias + sym->st_value,
                .end = bias + sym->st_value + sym->st_size,
                .module = module,
                .function = copy_string(function, strlen(function)),
                .name = copy_string(m.name, m.name_len),
                .mode = (int)m.mode,
                .outlined = m.outlined,
            };

            if (r.function == NULL || r.name == NULL || !push(ret, &r))
                break;
        }
    sort(ret);
    lock_drop(&scopes.lock);
    sys_munmap((void *)(uintptr_t)e.bytes, e.size);
}

/* ---- marks ---- */

static bool string_is(uint32_t string, const char *name, size_t len)
{
    for (size_t i = 0; i <= len; i++)
        if (*(const char *)profile_at(NC_STRINGS, string + i) != (i < len ? name[i] : '\0'))
            return false;
    return true;
}

uint32_t scopes_mark(const char *name, int mode, uint64_t combos)
{
    const size_t len = strlen(name);
    uint32_t ret = 0;

    lock_take(&scopes.lock);
    for (struct scope_extra *x = scopes.extra; x != NULL && ret == 0; x = x->hh.next)
        if (x->marked && x->combos == combos && profile_scope(x->scope)->mode == (uint32_t)mode &&
            string_is(profile_scope(x->scope)->name, name, len))
            ret = x->scope;
    if (ret == 0) {
        struct nc_scope entry = {.name = profile_add_string(name, len), .mode = (uint32_t)mode};
        struct scope_extra *x = arena_alloc(sizeof *x);

        if (x != NULL) {
            scopes_entered = scopes_met = true;
            x->scope = ret = profile_add(NC_SCOPES, &entry);
            x->combos = combos;
            x->marked = true;
            if (ret != 0)
                HASH_ADD_INT(scopes.extra, scope, x);
        }
    }
    lock_drop(&scopes.lock);
    return ret;
}

static struct scope_extra *extra_of(uint32_t scope)
{
    struct scope_extra *x;

    HASH_FIND_INT(scopes.extra, &scope, x);
    return x;
}

uint32_t scopes_base(uint32_t scope)
{
    uint32_t ret = 0;

    lock_take(&scopes.lock);
    struct scope_extra *x = extra_of(scope);

    if (x != NULL) {
        if (x->base == 0)
            x->base = tree_mark(scope);
        ret = x->base;
    }
    lock_drop(&scopes.lock);
    return ret;
}

int scopes_is_outlined(uint32_t scope)
{
    lock_take(&scopes.lock);
    const struct scope_extra *x = extra_of(scope);
    const int ret = x != NULL && x->outlined;

    lock_drop(&scopes.lock);
    return ret;
}

int scopes_alike(uint32_t a, uint32_t b)
{
    const struct nc_scope *x = profile_scope(a), *y = profile_scope(b);

    if (x->mode != y->mode)
        return 0;
    for (uint32_t i = 0;; i++) {
        const char c = *(const char *)profile_at(NC_STRINGS, x->name + i);

        if (c != *(const char *)profile_at(NC_STRINGS, y->name + i))
            return 0;
        if (c == '\0')
            return 1;
    }
}
