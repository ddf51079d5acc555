/* SPDX-License-Identifier: Apache-2.0 */
#include "target.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "options.h"
#include "sys.h"

/* A mapped file, of which nothing is believed. */
struct image {
    const char *at;
    size_t size;
};

static const void *piece(const struct image *i, uint64_t offset, uint64_t size)
{
    return offset <= i->size && size <= i->size - offset ? i->at + offset : NULL;
}

static const ElfW(Phdr) * headers(const struct image *i, size_t *ret_len)
{
    const ElfW(Ehdr) *h = piece(i, 0, sizeof *h);

    *ret_len = 0;
    if (h == NULL || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0 ||
        h->e_ident[EI_CLASS] != ELFCLASS64 || h->e_phentsize != sizeof(ElfW(Phdr)) ||
        h->e_phoff % _Alignof(ElfW(Phdr)) != 0)
        return NULL;
    *ret_len = h->e_phnum;
    return piece(i, h->e_phoff, (uint64_t)h->e_phnum * sizeof(ElfW(Phdr)));
}

/* What lies at a run-time address; null: nothing of the file. */
static const char *at_address(const struct image *i, uint64_t address)
{
    size_t len;
    const ElfW(Phdr) *p = headers(i, &len);

    for (size_t k = 0; k < len; k++)
        if (p[k].p_type == PT_LOAD && address - p[k].p_vaddr < p[k].p_filesz)
            return piece(i, p[k].p_offset + (address - p[k].p_vaddr), 1);
    return NULL;
}

static bool is_asan(const struct image *i, const char *name)
{
    static const char *const names[] = {"libasan.so", "libclang_rt.asan"};

    for (size_t k = 0; name != NULL && k < sizeof names / sizeof names[0]; k++) {
        const size_t len = strlen(names[k]);

        if (piece(i, (uint64_t)(name - i->at), len) != NULL && memcmp(name, names[k], len) == 0)
            return true;
    }
    return false;
}

static bool needs_asan(const struct image *i)
{
    size_t n_headers, n = 0;
    const ElfW(Phdr) *p = headers(i, &n_headers);
    const ElfW(Dyn) *dynamic = NULL;
    uint64_t strings = 0;

    if (p == NULL)
        return false;
    for (size_t k = 0; k < n_headers; k++)
        if (p[k].p_type == PT_DYNAMIC && p[k].p_offset % _Alignof(ElfW(Dyn)) == 0) {
            n = p[k].p_filesz / sizeof *dynamic;
            dynamic = piece(i, p[k].p_offset, n * sizeof *dynamic);
        }
    for (size_t k = 0; dynamic != NULL && k < n; k++)
        if (dynamic[k].d_tag == DT_STRTAB)
            strings = dynamic[k].d_un.d_ptr;
    for (size_t k = 0; dynamic != NULL && k < n && dynamic[k].d_tag != DT_NULL; k++)
        if (dynamic[k].d_tag == DT_NEEDED &&
            is_asan(i, at_address(i, strings + dynamic[k].d_un.d_val)))
            return true;
    return false;
}

/* 1 yes, 0 no, -errno. */
static int look(const char *path)
{
    const int fd = (int)sys_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
    struct image image;
    struct stat st;
    int ret = 0;

    if (fd < 0)
        return fd;
    if (sys_call3(SYS_fstat, fd, (long)&st, 0) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
        image.size = (size_t)st.st_size;
        image.at = sys_mmap(NULL, image.size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (!sys_failed(image.at)) {
            ret = needs_asan(&image);
            sys_munmap((void *)(uintptr_t)image.at, image.size);
        }
    }
    sys_close(fd);
    return ret;
}

bool target_is_sanitized(const char *file)
{
    const char *path = options_variable("PATH");
    char name[1024];

    if (file == NULL)
        return false;
    if (strchr(file, '/') != NULL)
        return look(file) > 0;
    for (const char *p = path == NULL ? "/bin:/usr/bin" : path; *p != '\0';) {
        const size_t len = strcspn(p, ":"), file_len = strlen(file);

        if (len + file_len + 2 <= sizeof name) {
            memcpy(name, p, len);
            name[len] = '/';
            memcpy(name + len + 1, file, file_len + 1);
            const int r = look(len == 0 ? file : name);

            if (r >= 0)
                return r > 0;
        }
        p += len + (p[len] == ':');
    }
    return false;
}
