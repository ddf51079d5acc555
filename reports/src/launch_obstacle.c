/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that the dynamic loader will not, or had better not, load the shim into. */
#include "launch.h"

#include <fcntl.h>
#include <gelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#if defined __x86_64__
#define OUR_MACHINE EM_X86_64
#elif defined __aarch64__
#define OUR_MACHINE EM_AARCH64
#else
#define OUR_MACHINE EM_NONE
#endif

/* An exported function by which a sanitizer's run-time is known, and its name. */
static const struct {
    const char *symbol, *words;
} sanitizers[] = {{"__asan_init", "AddressSanitizer"},
                  {"__tsan_init", "ThreadSanitizer"},
                  {"__msan_init", "MemorySanitizer"},
                  {"__hwasan_init", "HWAddressSanitizer"},
                  {"__lsan_init", "LeakSanitizer"},
                  /* linked into the program and not exported: known by what it may call */
                  {"__sanitizer_malloc_hook", "a sanitizer"}};

static const char *sanitizer_in(Elf *elf)
{
    size_t best = sizeof sanitizers / sizeof sanitizers[0];

    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn)) {
        GElf_Shdr header;
        Elf_Data *data;

        if (!gelf_getshdr(scn, &header) || header.sh_type != SHT_DYNSYM || !header.sh_entsize ||
            !(data = elf_getdata(scn, NULL)))
            continue;
        for (size_t i = 0; i < header.sh_size / header.sh_entsize; i++) {
            GElf_Sym symbol;
            const char *name;

            if (!gelf_getsym(data, (int)i, &symbol) ||
                !(name = elf_strptr(elf, header.sh_link, symbol.st_name)))
                continue;
            for (size_t s = 0; s < best; s++)
                if (strcmp(name, sanitizers[s].symbol) == 0)
                    best = s;
        }
    }
    return best < sizeof sanitizers / sizeof sanitizers[0] ? sanitizers[best].words : NULL;
}

/* The loader a program asks for; "" when it is static. */
static void interpreter_of(Elf *elf, char *ret, size_t size)
{
    size_t n;

    ret[0] = 0;
    if (elf_getphdrnum(elf, &n) < 0)
        return;
    for (size_t i = 0; i < n; i++) {
        GElf_Phdr header;
        size_t all;
        const char *raw = elf_rawfile(elf, &all);

        if (gelf_getphdr(elf, (int)i, &header) && header.p_type == PT_INTERP && raw &&
            header.p_offset < all && header.p_filesz <= all - header.p_offset)
            snprintf(ret, size, "%.*s", (int)header.p_filesz, raw + header.p_offset);
    }
}

static char *elf_obstacle(Elf *elf, const char *path)
{
    GElf_Ehdr header;
    char loader[256];
    const char *sanitizer;

    if (!gelf_getehdr(elf, &header))
        return NULL;
    if (header.e_ident[EI_CLASS] != ELFCLASS64 ||
        (OUR_MACHINE != EM_NONE && header.e_machine != OUR_MACHINE))
        return format_string("'%s' is built for another kind of processor than nocopy, so the shim "
                             "cannot be loaded into it; build both for the same",
                             path);
    interpreter_of(elf, loader, sizeof loader);
    if (!loader[0])
        return format_string("'%s' is statically linked, so no shim can be loaded into it; link it "
                             "without -static",
                             path);
    if (strstr(loader, "ld-musl"))
        return format_string("'%s' is linked with musl and the shim with glibc, so it cannot be "
                             "loaded; build the program for glibc",
                             path);
    sanitizer = sanitizer_in(elf);
    if (sanitizer)
        return format_string("'%s' is built with %s, which has taken over malloc and memcpy; build "
                             "it without -fsanitize",
                             path, sanitizer);
    return NULL;
}

/* The program that a script's first line names; null when it is no script. */
static char *script_interpreter(int fd)
{
    char line[256] = "";
    ssize_t n = pread(fd, line, sizeof line - 1, 0);
    char *start = line + 2;

    if (n < 3 || line[0] != '#' || line[1] != '!')
        return NULL;
    start += strspn(start, " \t");
    start[strcspn(start, " \t\r\n")] = 0;
    return start[0] ? format_string("%s", start) : NULL;
}

static char *privilege_obstacle(const char *path, const struct stat *st)
{
    const bool user = (st->st_mode & S_ISUID) && st->st_uid != geteuid();
    const bool group = (st->st_mode & S_ISGID) && st->st_gid != getegid();
    const bool capable = geteuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0;

    if (!user && !group && !capable)
        return NULL;
    return format_string("'%s' gains rights when it starts (%s), so the loader ignores LD_PRELOAD; "
                         "record a copy of it without them, or as the user it becomes",
                         path,
                         capable ? "file capabilities"
                         : user  ? "setuid"
                                 : "setgid");
}

char *launch_obstacle(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *words = NULL, *script = NULL;
    Elf *elf;

    if (fd < 0)
        return NULL; /* executable but not readable: the attempt will tell */
    if (fstat(fd, &st) == 0)
        words = privilege_obstacle(path, &st);
    if (!words && (script = script_interpreter(fd))) {
        /* One step: an interpreter that is a script itself is rare, a loop of them possible. */
        const int inner = open(script, O_RDONLY | O_CLOEXEC);
        char *second = inner >= 0 ? script_interpreter(inner) : NULL;

        if (inner >= 0)
            close(inner);
        if (!second)
            words = launch_obstacle(script);
        free(second);
    } else if (!words && elf_version(EV_CURRENT) != EV_NONE &&
               (elf = elf_begin(fd, ELF_C_READ_MMAP, NULL))) {
        if (elf_kind(elf) == ELF_K_ELF)
            words = elf_obstacle(elf, path);
        elf_end(elf);
    }
    free(script);
    close(fd);
    return words;
}
