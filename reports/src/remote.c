/* SPDX-License-Identifier: Apache-2.0 */
#include "remote.h"

#include "begins.h"
#include "process.h"
#include "show.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static void forget(struct remote *r)
{
    for (size_t i = 0; i < r->len; i++)
        free(r->regions[i].path);
    r->len = 0;
}

static void add(struct remote *r, const struct region *region)
{
    if (r->len == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->regions = realloc(r->regions, r->room * sizeof *r->regions);
        if (!r->regions)
            abort();
    }
    r->regions[r->len++] = *region;
}

bool remote_look(struct remote *r)
{
    char name[64], *line = NULL;
    size_t room = 0;
    FILE *maps;

    forget(r);
    snprintf(name, sizeof name, "/proc/%d/maps", (int)r->pid);
    maps = fopen(name, "re");
    while (maps && getline(&line, &room, maps) > 0) {
        struct region region = {0};
        int at = 0;

        line[strcspn(line, "\n")] = 0;
        if (sscanf(line, "%lx-%lx %*s %lx %*s %*s %n", &region.start, &region.end, &region.offset,
                   &at) < 3 ||
            !at)
            continue;
        region.path = format_string("%s", line + at);
        add(r, &region);
    }
    free(line);
    if (maps)
        fclose(maps);
    return r->len > 0;
}

const struct region *remote_region(const struct remote *r, uint64_t at)
{
    for (size_t i = 0; i < r->len; i++)
        if (at >= r->regions[i].start && at < r->regions[i].end)
            return &r->regions[i];
    return NULL;
}

const struct region *remote_file(const struct remote *r, const char *path)
{
    for (size_t i = 0; i < r->len; i++)
        if (strcmp(r->regions[i].path, path) == 0)
            return &r->regions[i];
    return NULL;
}

const struct region *remote_named(const struct remote *r, const char *name)
{
    for (size_t i = 0; i < r->len; i++)
        if (begins(show_base(r->regions[i].path), name))
            return &r->regions[i];
    return NULL;
}

static bool is_named(const struct region *region, const char *a, const char *b)
{
    const char *name = show_base(region->path);

    return begins(name, a) || begins(name, b);
}

bool remote_is_libc(const struct region *region)
{
    return is_named(region, "libc.so", "libc-") || is_named(region, "libpthread", "libgcc_s");
}

bool remote_is_loader(const struct region *region) { return is_named(region, "ld-linux", "ld-2."); }

bool remote_read(const struct remote *r, uint64_t at, void *ret, size_t size)
{
    return pread(r->memory, ret, size, (off_t)at) == (ssize_t)size;
}

bool remote_write(const struct remote *r, uint64_t at, const void *bytes, size_t size)
{
    return pwrite(r->memory, bytes, size, (off_t)at) == (ssize_t)size;
}

/* ---- functions ---- */

/* The address of `name` as the file at `path` has it; 0: none. */
static uint64_t address_in(const char *path, const char *name)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    uint64_t ret = 0;
    Elf *elf = NULL;

    if (fd >= 0 && elf_version(EV_CURRENT) != EV_NONE)
        elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    for (Elf_Scn *scn = elf ? elf_nextscn(elf, NULL) : NULL; scn && !ret;
         scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        Elf_Data *data;

        if (!gelf_getshdr(scn, &header) || header.sh_type != SHT_DYNSYM || !header.sh_entsize ||
            !(data = elf_getdata(scn, NULL)))
            continue;
        for (size_t i = 0; i < header.sh_size / header.sh_entsize && !ret; i++) {
            GElf_Sym symbol;
            const char *its;

            if (gelf_getsym(data, (int)i, &symbol) && symbol.st_shndx != SHN_UNDEF &&
                (its = elf_strptr(elf, header.sh_link, symbol.st_name)) && strcmp(its, name) == 0)
                ret = symbol.st_value;
        }
    }
    elf_end(elf);
    if (fd >= 0)
        close(fd);
    return ret;
}

/* The file as the process sees it, which may live in another root. */
static uint64_t function_in(const struct remote *r, const struct region *region, const char *name)
{
    char *path;
    uint64_t address;

    if (!region)
        return 0;
    path = format_string("/proc/%d/root%s", (int)r->pid, region->path);
    address = address_in(path, name);
    free(path);
    return address ? region->start - region->offset + address : 0;
}

uint64_t remote_function(const struct remote *r, const char *name)
{
    static const char *const places[] = {"libc.so", "libc-", "libdl"};
    uint64_t ret = 0;

    for (size_t i = 0; i < sizeof places / sizeof places[0] && !ret; i++)
        ret = function_in(r, remote_named(r, places[i]), name);
    return ret;
}

uint64_t remote_function_of(const struct remote *r, const char *path, const char *name)
{
    return function_in(r, remote_file(r, path), name);
}

/* mov $15 (rt_sigreturn), %rax; syscall: in libc's code. */
static uint64_t find_restorer(const struct remote *r)
{
    static const unsigned char code[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
    uint64_t ret = 0;

    for (size_t i = 0; i < r->len && !ret; i++) {
        const struct region *region = &r->regions[i];
        const size_t size = (size_t)(region->end - region->start);
        unsigned char *bytes;

        if (!remote_is_libc(region) || size > (16u << 20) || !(bytes = malloc(size)))
            continue;
        if (remote_read(r, region->start, bytes, size)) {
            const unsigned char *found = memmem(bytes, size, code, sizeof code);

            ret = found ? region->start + (uint64_t)(found - bytes) : 0;
        }
        free(bytes);
    }
    return ret;
}

bool remote_open(struct remote *ret, pid_t pid)
{
    char name[64];

    *ret = (struct remote){.pid = pid};
    snprintf(name, sizeof name, "/proc/%d/mem", (int)pid);
    ret->memory = open(name, O_RDWR | O_CLOEXEC);
    if (ret->memory < 0 || !remote_look(ret))
        return false;
    ret->restorer = find_restorer(ret);
    return true;
}

void remote_done(struct remote *r)
{
    forget(r);
    free(r->regions);
    if (r->memory >= 0)
        close(r->memory);
    *r = (struct remote){.memory = -1};
}
