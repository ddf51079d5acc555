/* SPDX-License-Identifier: Apache-2.0 */
#include "attach.h"

#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

#include "guard.h"
#include "lane.h"
#include "lookup.h"
#include "options.h"
#include "real.h"
#include "sealed.h"
#include "sys.h"
#include "unwind_libunwind.h"

/* A function that we stand in front of. `ours` is looked up, too: the address that the compiler
 * would give us is that of the first function of this name in the process. */
struct front {
    const char *name;
    uintptr_t ours, real;
};

atomic_int attach_stale;

/* A dlopen() looks for its caller, so it must not be us: this one notes that it was called, and
 * jumps. */
void *attach_real_dlopen __attribute__((visibility("hidden")));
void attach_dlopen(void) __attribute__((visibility("hidden")));
__asm__(".text\n"
        ".globl attach_dlopen\n"
        ".hidden attach_dlopen\n"
        ".type attach_dlopen, @function\n"
        "attach_dlopen:\n"
        "    movl $1, attach_stale(%rip)\n"
        "    jmp *attach_real_dlopen(%rip)\n"
        ".size attach_dlopen, . - attach_dlopen\n");

static struct front fronts[] = {
#define HOOK(type, function, params) {.name = #function},
#include "hooks.def"
#undef HOOK
    {.name = "dlopen"},
};
enum { FRONTS = sizeof fronts / sizeof fronts[0], DLOPEN = FRONTS - 1 };

static void find_fronts(void)
{
    size_t i = 0;

#define HOOK(type, function, params)                                                               \
    memcpy(&fronts[i].real, &real.function, sizeof fronts[i].real);                                \
    fronts[i].ours = (uintptr_t)lookup_own(#function);                                             \
    i++;
#include "hooks.def"
#undef HOOK
    attach_real_dlopen = lookup_any("dlopen");
    fronts[DLOPEN].real = (uintptr_t)attach_real_dlopen;
    fronts[DLOPEN].ours = (uintptr_t)attach_dlopen;
}

static const struct front *front_of(const char *name)
{
    for (size_t i = 0; i < FRONTS; i++)
        if (fronts[i].name[0] == name[0] && strcmp(fronts[i].name, name) == 0)
            return fronts[i].real != 0 && fronts[i].ours != 0 ? &fronts[i] : NULL;
    return NULL;
}

/* ---- one object ---- */

struct object {
    const struct dl_phdr_info *info;
    uintptr_t start, end;             /* of its memory */
    uintptr_t relro_start, relro_end; /* what is read only since it was loaded */
    bool relro_open;
    const ElfW(Sym) * sym;
    const char *strings;
    int replaced;
};

static bool may_write(struct object *o, uintptr_t at)
{
    if (at >= o->relro_start && at < o->relro_end) {
        if (!o->relro_open)
            o->relro_open =
                sys_call3(SYS_mprotect, (long)o->relro_start, (long)(o->relro_end - o->relro_start),
                          PROT_READ | PROT_WRITE) == 0;
        return o->relro_open;
    }
    for (unsigned i = 0; i < o->info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &o->info->dlpi_phdr[i];

        if (p->p_type == PT_LOAD && at - (o->info->dlpi_addr + p->p_vaddr) < p->p_memsz)
            return (p->p_flags & PF_W) != 0;
    }
    return false;
}

/* Only a pointer that holds the very function, or in a table of calls the stub that would look it
 * up at the first call. */
static void replace(struct object *o, const ElfW(Rela) * r)
{
    const unsigned type = ELF64_R_TYPE(r->r_info);

    if ((type != R_X86_64_JUMP_SLOT && type != R_X86_64_GLOB_DAT && type != R_X86_64_64) ||
        r->r_addend != 0)
        return;
    const struct front *f = front_of(o->strings + o->sym[ELF64_R_SYM(r->r_info)].st_name);
    const uintptr_t at = o->info->dlpi_addr + r->r_offset;
    uintptr_t *place = (uintptr_t *)at;

    if (f == NULL || at % sizeof *place != 0 || at < o->start || at >= o->end)
        return;
    const uintptr_t now = __atomic_load_n(place, __ATOMIC_RELAXED);
    const bool unbound = type == R_X86_64_JUMP_SLOT && now >= o->start && now < o->end;

    if ((now != f->real && !unbound) || !may_write(o, at))
        return;
    __atomic_store_n(place, f->ours, __ATOMIC_RELEASE);
    o->replaced++;
}

static void replace_all(struct object *o, const void *table, size_t size)
{
    const ElfW(Rela) *r = table;

    for (size_t i = 0; r != NULL && i < size / sizeof *r; i++)
        replace(o, &r[i]);
}

static bool is_left_alone(const struct object *o)
{
    const uintptr_t us = (uintptr_t)fronts, loader = getauxval(AT_BASE);

    return (us >= o->start && us < o->end) || o->info->dlpi_addr == loader ||
           o->info->dlpi_addr == getauxval(AT_SYSINFO_EHDR);
}

static void read_headers(struct object *o, const ElfW(Dyn) * *ret_dynamic)
{
    *ret_dynamic = NULL;
    o->start = UINTPTR_MAX;
    for (unsigned i = 0; i < o->info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &o->info->dlpi_phdr[i];
        const uintptr_t at = o->info->dlpi_addr + p->p_vaddr;

        if (p->p_type == PT_DYNAMIC)
            *ret_dynamic = (const void *)at;
        if (p->p_type == PT_GNU_RELRO) {
            o->relro_start = at & ~(uintptr_t)4095;
            o->relro_end = (at + p->p_memsz) & ~(uintptr_t)4095; /* as the loader rounds it */
        }
        if (p->p_type == PT_LOAD) {
            o->start = at < o->start ? at : o->start;
            o->end = at + p->p_memsz > o->end ? at + p->p_memsz : o->end;
        }
    }
}

static int each_object(struct dl_phdr_info *info, size_t size, void *total)
{
    struct object o = {.info = info};
    const ElfW(Dyn) * dynamic;
    const void *rela = NULL, *calls = NULL;
    size_t rela_size = 0, calls_size = 0;

    read_headers(&o, &dynamic);
    if (dynamic == NULL || is_left_alone(&o))
        return 0;
    for (const ElfW(Dyn) *d = dynamic; d->d_tag != DT_NULL; d++) {
        const uintptr_t value = d->d_un.d_ptr;

        if (d->d_tag == DT_SYMTAB)
            o.sym = lookup_at(info->dlpi_addr, value);
        else if (d->d_tag == DT_STRTAB)
            o.strings = lookup_at(info->dlpi_addr, value);
        else if (d->d_tag == DT_RELA)
            rela = lookup_at(info->dlpi_addr, value);
        else if (d->d_tag == DT_RELASZ)
            rela_size = value;
        else if (d->d_tag == DT_JMPREL)
            calls = lookup_at(info->dlpi_addr, value);
        else if (d->d_tag == DT_PLTRELSZ)
            calls_size = value;
    }
    if (o.sym != NULL && o.strings != NULL) {
        replace_all(&o, rela, rela_size);
        replace_all(&o, calls, calls_size);
    }
    if (o.relro_open)
        sys_call3(SYS_mprotect, (long)o.relro_start, (long)(o.relro_end - o.relro_start),
                  PROT_READ);
    *(int *)total += o.replaced;
    return 0;
}

/* ---- all of them ---- */

void attach_again(void)
{
    int n = 0;

    if (sealed || _r_debug.r_state != RT_CONSISTENT || !libunwind_loader_enter())
        return;
    atomic_store(&attach_stale, 0);
    real.dl_iterate_phdr(each_object, &n);
    libunwind_loader_leave();
}

int nocopy_attach(const char *options)
{
    int n = 0;

    real_ready();
    if (!real_attachable || shim_gate.is.open)
        return -EALREADY;
    if (!options_give(options))
        return -ENAMETOOLONG;
    if (!shim_wake())
        return getauxval(AT_SECURE) != 0 ? -EPERM : -EIO;
    shim_self.busy = SHIM_INSIDE;
    lane_share(); /* its threads are there already */
    find_fronts();
    real.dl_iterate_phdr(each_object, &n);
    shim_self.busy = SHIM_FREE;
    return n;
}
