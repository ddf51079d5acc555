/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor_checks.h"
#include "drivers_find.h"
#include "process.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <gelf.h>
#include <gnu/libc-version.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

void doctor_versions(struct doctor *doctor)
{
    struct utsname system;

    if (uname(&system) < 0)
        strcpy(system.release, "unknown");
    doctor_say(doctor, DOCTOR_WELL, "versions",
               "nocopy " NOCOPY_VERSION ", Linux %s, glibc %s, SQLite %s, libpq %d.%d",
               system.release, gnu_get_libc_version(), sqlite3_libversion(), PQlibVersion() / 10000,
               PQlibVersion() % 10000);
}

/* Linux 6.7's ioctl on /proc/self/pagemap: its own declaration, for older headers. */
struct pm_scan {
    uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages, category_inverted,
        category_mask, category_anyof_mask, return_mask;
};
#define PAGEMAP_SCAN_IOCTL _IOWR('f', 16, struct pm_scan)

static bool has_pagemap_scan(void *page, size_t size)
{
    uint64_t region[3];
    struct pm_scan scan = {.size = sizeof scan,
                           .start = (uintptr_t)page,
                           .end = (uintptr_t)page + size,
                           .vec = (uintptr_t)region,
                           .vec_len = 1,
                           .category_mask = 1 << 3, /* present */
                           .return_mask = 1 << 3};
    const int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    const bool has = fd >= 0 && ioctl(fd, PAGEMAP_SCAN_IOCTL, &scan) >= 0;

    if (fd >= 0)
        close(fd);
    return has;
}

void doctor_kernel(struct doctor *doctor)
{
    const size_t size = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char resident = 0;
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    void *unwind;

    if (page != MAP_FAILED && has_pagemap_scan(page, size))
        doctor_say(doctor, DOCTOR_WELL, "untouched pages", "PAGEMAP_SCAN");
    else if (page != MAP_FAILED && mincore(page, size, &resident) == 0)
        doctor_say(doctor, DOCTOR_WELL, "untouched pages",
                   "mincore (no PAGEMAP_SCAN: Linux 6.7 or later has it, and it is quicker)");
    else
        doctor_say(doctor, DOCTOR_NOTE, "untouched pages",
                   "neither PAGEMAP_SCAN nor mincore: bytes never written are not found");
    if (page != MAP_FAILED)
        munmap(page, size);
    unwind = dlopen("libunwind.so.8", RTLD_NOW | RTLD_LOCAL);
    if (unwind)
        doctor_say(doctor, DOCTOR_WELL, "libunwind", "there, as fallback and check");
    else
        doctor_say(doctor, DOCTOR_NOTE, "libunwind",
                   "not installed: stacks through code without plain unwind rules are cut; install "
                   "libunwind8");
    if (unwind)
        dlclose(unwind);
}

/* Which of the two tables a program brings. */
static void symbols_of(const char *path, bool *ret_symbols, bool *ret_lines)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    Elf *elf = NULL;
    size_t names;

    *ret_symbols = *ret_lines = false;
    if (fd >= 0 && elf_version(EV_CURRENT) != EV_NONE)
        elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (elf && elf_getshdrstrndx(elf, &names) == 0)
        for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
            GElf_Shdr header;
            const char *name;

            if (!gelf_getshdr(scn, &header))
                continue;
            name = elf_strptr(elf, names, header.sh_name);
            *ret_symbols = *ret_symbols || header.sh_type == SHT_SYMTAB;
            *ret_lines = *ret_lines || (name && strcmp(name, ".debug_line") == 0);
        }
    elf_end(elf);
    if (fd >= 0)
        close(fd);
}

void doctor_drivers(struct doctor *doctor)
{
    static const char *const names[] = {"memory_efficiency", "indicator_benchmark",
                                        "benchmark_simple"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *file = driver_find(names[i]);
        bool symbols, lines;

        if (!file) {
            doctor_say(doctor, DOCTOR_NOTE, names[i], "not built beside this nocopy%s",
                       i == 0 ? ": 'nocopy analyze' needs it, or another driver" : "");
            continue;
        }
        symbols_of(file, &symbols, &lines);
        doctor_say(doctor, lines ? DOCTOR_WELL : DOCTOR_NOTE, names[i], "%s",
                   lines     ? "names and lines"
                   : symbols ? "names, no lines: build with -g (meson: debug=true)"
                             : "stripped: scopes are found by exported names only; build with -g");
        free(file);
    }
}

void doctor_helpers(struct doctor *doctor)
{
    struct strings argv = strings_of("git", "--version", NULL);
    char *version = NULL;
    const char *preload = getenv("LD_PRELOAD"), *debuginfod = getenv("DEBUGINFOD_URLS");
    const char *perturb = getenv("MALLOC_PERTURB_"), *tunables = getenv("GLIBC_TUNABLES");

    if (process_capture(&(struct process_plan){.argv = argv.at}, &version).status == 0) {
        version[strcspn(version, "\n")] = 0;
        doctor_say(doctor, DOCTOR_WELL, "git", "%s", version);
    } else
        doctor_say(doctor, DOCTOR_NOTE, "git",
                   "not found: compare, bisect and commit names in the history need it");
    if (preload && preload[0])
        doctor_say(doctor, DOCTOR_NOTE, "LD_PRELOAD",
                   "is set already (%s): it stays, behind the shim", preload);
    if (debuginfod && debuginfod[0])
        doctor_say(doctor, DOCTOR_NOTE, "debuginfod",
                   "DEBUGINFOD_URLS is set: reports may fetch debug info from there");
    if ((perturb && perturb[0] && strcmp(perturb, "0") != 0) ||
        (tunables && strstr(tunables, "malloc.perturb")))
        doctor_say(doctor, DOCTOR_NOTE, "malloc.perturb",
                   "is set (MALLOC_PERTURB_ or GLIBC_TUNABLES): malloc writes to every block, so "
                   "none is found never written");
    free(version);
    strings_done(&argv);
}
