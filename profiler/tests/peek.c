/* SPDX-License-Identifier: Apache-2.0 */
#include "peek.h"

#include <elf.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int map(const char *path, const char **ret, size_t *ret_size)
{
    struct stat st;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (fstat(fd, &st) < 0 || st.st_size == 0) {
        close(fd);
        return -1;
    }
    *ret_size = (size_t)st.st_size;
    *ret = mmap(NULL, *ret_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    return *ret == MAP_FAILED ? -1 : 0;
}

int peek_open(struct peek *ret, const char *path)
{
    *ret = (struct peek){0};
    if (map(path, &ret->bytes, &ret->size) < 0)
        return -1;
    ret->header = (const void *)ret->bytes;
    if (ret->size < NC_HEADER_SIZE || memcmp(ret->header->magic, NC_MAGIC, 8) != 0) {
        peek_done(ret);
        return -1;
    }
    return 0;
}

void peek_done(struct peek *p)
{
    if (p->bytes != NULL)
        munmap((void *)(size_t)p->bytes, p->size);
    *p = (struct peek){0};
}

static const struct nc_section *next(const struct peek *p, const struct nc_section *s)
{
    const size_t at =
        s == NULL ? NC_HEADER_SIZE
                  : ((size_t)((const char *)s - p->bytes) + sizeof *s + s->size + NC_PAGE - 1) /
                        NC_PAGE * NC_PAGE;

    return at + sizeof *s > p->header->end ? NULL : (const void *)(p->bytes + at);
}

uint64_t peek_count(const struct peek *p, enum nc_kind kind) { return p->header->count[kind]; }

const void *peek_at(const struct peek *p, enum nc_kind kind, uint64_t i)
{
    if (i >= peek_count(p, kind))
        return NULL;
    for (const struct nc_section *s = next(p, NULL); s != NULL; s = next(p, s)) {
        const uint64_t from = s->first * ((UINT64_C(1) << s->part) - 1);

        if (s->kind == (uint32_t)kind && i >= from && i - from < s->first << s->part)
            return (const char *)(s + 1) + (i - from) * s->entry_size;
    }
    return NULL;
}

const char *peek_string(const struct peek *p, uint32_t at)
{
    static char buffers[4][4096];
    static unsigned turn;
    char *ret = buffers[turn++ % 4];

    for (size_t i = 0; i < sizeof buffers[0]; i++) {
        const char *c = peek_at(p, NC_STRINGS, at + i);

        ret[i] = c == NULL ? '\0' : *c;
        if (ret[i] == '\0')
            break;
    }
    ret[sizeof buffers[0] - 1] = '\0';
    return ret;
}

const char *peek_fact(const struct peek *p, const char *key)
{
    for (const struct nc_section *s = next(p, NULL); s != NULL; s = next(p, s)) {
        const char *at = (const char *)(s + 1), *end = at + s->size;

        if (s->kind != NC_RUN)
            continue;
        while (at < end && *at != '\0') {
            const char *value = at + strlen(at) + 1;

            if (strcmp(at, key) == 0)
                return value;
            at = value + strlen(value) + 1;
        }
    }
    return NULL;
}

static void add(struct peek_sums *s, const struct peek *p, const struct nc_counts *c)
{
    const uint64_t live = c->allocations - c->frees;
    const uint64_t live_bytes = c->allocated_bytes - c->freed_bytes;
    const bool saved = c->epoch == p->header->peak_epoch;

    s->allocations += c->allocations;
    s->allocated_bytes += c->allocated_bytes;
    s->frees += c->frees;
    s->freed_bytes += c->freed_bytes;
    s->temporary += c->temporary;
    s->leaked_blocks += live;
    s->leaked_bytes += live_bytes;
    s->peak_blocks += saved ? c->peak_blocks : live;
    s->peak_bytes += saved ? c->peak_bytes : live_bytes;
    s->moved += c->moved;
    s->moved_bytes += c->moved_bytes;
    s->copies += c->copies;
    s->copied_bytes += c->copied_bytes;
    s->fills += c->fills;
    s->filled_bytes += c->filled_bytes;
    s->mapped += c->mapped;
    s->mapped_bytes += c->mapped_bytes;
    s->call_frees += c->call_frees;
    s->call_freed_bytes += c->call_freed_bytes;
    s->untouched_bytes += c->untouched_bytes;
}

struct peek_sums peek_sums(const struct peek *p)
{
    struct peek_sums s = {0};

    for (uint64_t i = 1; i < peek_count(p, NC_COUNTS); i++)
        add(&s, p, peek_at(p, NC_COUNTS, i));
    return s;
}

/* The file address range of `function` in the symbol table of the file at `path`. */
static bool find_function(const char *path, const char *function, uint64_t *ret_start,
                          uint64_t *ret_end)
{
    const char *e;
    size_t size;
    bool found = false;

    if (map(path, &e, &size) < 0)
        return false;
    const Elf64_Ehdr *h = (const void *)e;
    const Elf64_Shdr *s = (const void *)(e + h->e_shoff);

    for (unsigned i = 0; i < h->e_shnum && !found; i++) {
        if (s[i].sh_type != SHT_SYMTAB && s[i].sh_type != SHT_DYNSYM)
            continue;
        const Elf64_Sym *sym = (const void *)(e + s[i].sh_offset);
        const char *names = e + s[s[i].sh_link].sh_offset;

        for (size_t k = 0; k < s[i].sh_size / sizeof *sym && !found; k++)
            if (strcmp(names + sym[k].st_name, function) == 0 && sym[k].st_size > 0) {
                *ret_start = sym[k].st_value;
                *ret_end = sym[k].st_value + sym[k].st_size;
                found = true;
            }
    }
    munmap((void *)(size_t)e, size);
    return found;
}

static bool ends(const char *s, const char *end)
{
    const size_t n = strlen(s), m = strlen(end);

    return n >= m && strcmp(s + n - m, end) == 0;
}

struct peek_sums peek_function(const struct peek *p, const char *module, const char *function)
{
    struct peek_sums sums = {0};
    uint64_t start = 0, end = UINT64_MAX;

    for (uint64_t m = 1; m < peek_count(p, NC_MODULES); m++) {
        const struct nc_module *mod = peek_at(p, NC_MODULES, m);
        const char *path = peek_string(p, mod->path);

        if (!ends(path, module) ||
            (function != NULL && !find_function(path, function, &start, &end)))
            continue;
        for (uint64_t i = 1; i < peek_count(p, NC_COUNTS); i++) {
            const struct nc_counts *c = peek_at(p, NC_COUNTS, i);
            const struct nc_node *n = peek_at(p, NC_NODES, c->node);
            const uint64_t at = n->ip - mod->bias;

            if (c->node != 0 && n->module == m && at > start && at <= end)
                add(&sums, p, c);
        }
    }
    return sums;
}

struct peek_sums peek_scope(const struct peek *p, const char *name, enum nc_mode mode)
{
    struct peek_sums sums = {0};

    for (uint64_t i = 1; i < peek_count(p, NC_COUNTS); i++) {
        const struct nc_counts *c = peek_at(p, NC_COUNTS, i);
        const struct nc_node *n = peek_at(p, NC_NODES, c->node);

        if (c->node == 0 || n->scope == 0)
            continue;
        const struct nc_scope *s = peek_at(p, NC_SCOPES, n->scope);

        if (s->mode == (uint32_t)mode && strcmp(peek_string(p, s->name), name) == 0)
            add(&sums, p, c);
    }
    return sums;
}

void peek_small_copies(const struct peek *p, uint64_t *ret_copies, uint64_t *ret_bytes)
{
    *ret_copies = p->header->small_copies;
    *ret_bytes = p->header->small_copied_bytes;
    for (uint64_t i = 1; i < peek_count(p, NC_LANES); i++) {
        const struct nc_lane *l = peek_at(p, NC_LANES, i);

        *ret_copies += l->small_copies;
        *ret_bytes += l->small_copied_bytes;
    }
}

uint64_t peek_foreign_frees(const struct peek *p)
{
    uint64_t ret = p->header->foreign_frees;

    for (uint64_t i = 1; i < peek_count(p, NC_LANES); i++)
        ret += ((const struct nc_lane *)peek_at(p, NC_LANES, i))->foreign_frees;
    return ret;
}

unsigned peek_deepest(const struct peek *p)
{
    unsigned ret = 0;

    for (uint64_t i = 1; i < peek_count(p, NC_COUNTS); i++) {
        unsigned depth = 0;

        for (uint32_t n = ((const struct nc_counts *)peek_at(p, NC_COUNTS, i))->node; n != 0;
             n = ((const struct nc_node *)peek_at(p, NC_NODES, n))->parent)
            depth++;
        ret = depth > ret ? depth : ret;
    }
    return ret;
}
