/* SPDX-License-Identifier: Apache-2.0 */
#include "unwind_tables.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/auxv.h>

#include "arena.h"
#include "lookup.h"
#include "unwind_memory.h"

/* glibc's answer, as <dlfcn.h> of 2.35 and later has it; declared here so that the shim can be
 * built against an older one and still use it where it runs. */
struct found_object {
    unsigned long long flags;
    void *start, *end;
    struct link_map *link_map;
    void *eh_frame_hdr;
    unsigned long long reserved[7];
};

struct known {
    uint64_t start, end;
    struct cfi_table table;
};

struct list {
    size_t len, room;
    struct known known[];
};

/* Program headers are looked for in the first page only, where every linker puts them. */
#define ELF_ROOM 4096u

static struct {
    int (*find_object)(void *, struct found_object *); /* null: use the list */
    _Atomic(struct list *) list; /* replaced, never changed; old ones stay for late readers */
} tables;

/* The readable segment that holds `hdr`, from program headers at run time. False: not in any. */
static bool segment_of(const ElfW(Phdr) * phdr, size_t len, uint64_t bias, const uint8_t *hdr,
                       struct cfi_table *ret)
{
    for (size_t i = 0; i < len; i++) {
        const uint64_t start = bias + phdr[i].p_vaddr;

        if (phdr[i].p_type != PT_LOAD || !(phdr[i].p_flags & PF_R))
            continue;
        if ((uint64_t)(uintptr_t)hdr - start < phdr[i].p_filesz) {
            *ret = (struct cfi_table){hdr, (const uint8_t *)(uintptr_t)start,
                                      (const uint8_t *)(uintptr_t)(start + phdr[i].p_filesz)};
            return true;
        }
    }
    return false;
}

static int add_module(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct list *list = arg;
    struct known k = {.start = UINT64_MAX};
    const uint8_t *hdr = NULL;

    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        const uint64_t start = info->dlpi_addr + p->p_vaddr;

        if (p->p_type == PT_GNU_EH_FRAME)
            hdr = (const uint8_t *)(uintptr_t)start;
        if (p->p_type != PT_LOAD)
            continue;
        k.start = start < k.start ? start : k.start;
        k.end = start + p->p_memsz > k.end ? start + p->p_memsz : k.end;
    }
    if (hdr && list->len < list->room &&
        segment_of(info->dlpi_phdr, info->dlpi_phnum, info->dlpi_addr, hdr, &k.table))
        list->known[list->len++] = k;
    return 0;
}

static int count_module(struct dl_phdr_info *info, size_t size, void *arg)
{
    ++*(size_t *)arg;
    return 0;
}

static void refresh_list(void)
{
    size_t len = 0;
    struct list *list;

    dl_iterate_phdr(count_module, &len);
    len += 8; /* another thread may add some before the second look */
    list = arena_alloc(sizeof *list + len * sizeof list->known[0]);
    if (!list)
        return;
    list->room = len;
    dl_iterate_phdr(add_module, list);
    atomic_store_explicit(&tables.list, list, memory_order_release);
}

void tables_refresh(void)
{
    if (!tables.find_object)
        refresh_list();
}

void tables_init(void)
{
    void *at = lookup_any("_dl_find_object");

    memcpy(&tables.find_object, &at, sizeof at);
    tables_refresh();
}

/* Program headers at an ELF header, if one is there. */
static bool headers_at(const void *at, const ElfW(Phdr) * *ret, size_t *ret_len)
{
    const ElfW(Ehdr) *elf = at;

    if (!memory_readable((uint64_t)(uintptr_t)at) || memcmp(elf->e_ident, ELFMAG, SELFMAG) != 0 ||
        elf->e_phentsize != sizeof(ElfW(Phdr)) ||
        elf->e_phoff + elf->e_phnum * sizeof(ElfW(Phdr)) > ELF_ROOM)
        return false;
    *ret = (const void *)((const char *)at + elf->e_phoff);
    *ret_len = elf->e_phnum;
    return true;
}

/* The loader's word for a module tells where its unwind header is, not where it may be read: that
 * say the program headers. Those of the program itself the kernel has named; a library's are behind
 * the ELF header, which is the first thing of the first segment. The loader's `start` is that
 * segment's, or, in a module with holes, that of the segment it was asked about. */
static bool table_of(const struct found_object *found, struct cfi_table *ret)
{
    const uint64_t bias = found->link_map->l_addr;
    const ElfW(Phdr) * phdr;
    size_t len;

    if (!found->eh_frame_hdr)
        return false;
    if (found->link_map == _r_debug.r_map) {
        phdr = (const void *)getauxval(AT_PHDR);
        len = getauxval(AT_PHNUM);
    } else if (!headers_at(found->start, &phdr, &len) &&
               !headers_at((const void *)(uintptr_t)bias, &phdr, &len)) {
        return false;
    }
    return segment_of(phdr, len, bias, found->eh_frame_hdr, ret);
}

bool tables_find(uint64_t pc, struct cfi_table *ret)
{
    struct found_object found;
    const struct list *list;

    if (tables.find_object)
        return tables.find_object((void *)(uintptr_t)pc, &found) == 0 && table_of(&found, ret);
    list = atomic_load_explicit(&tables.list, memory_order_acquire);
    for (size_t i = 0; list && i < list->len; i++)
        if (pc - list->known[i].start < list->known[i].end - list->known[i].start) {
            *ret = list->known[i].table;
            return true;
        }
    return false;
}
