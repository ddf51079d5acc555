/* SPDX-License-Identifier: Apache-2.0 */
#include "reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "profiles are little-endian and read in place"
#endif

static const uint32_t entry_sizes[] = {
    [NC_STRINGS] = 1,
    [NC_MODULES] = sizeof(struct nc_module),
    [NC_NODES] = sizeof(struct nc_node),
    [NC_COUNTS] = sizeof(struct nc_counts),
    [NC_SCOPES] = sizeof(struct nc_scope),
    [NC_CALLS] = sizeof(struct nc_calls),
    [NC_EDGES] = sizeof(struct nc_edge),
    [NC_MATCHES] = sizeof(struct nc_match),
    [NC_TIMELINE] = sizeof(struct nc_bucket),
    [NC_THREADS] = sizeof(struct nc_thread),
    [NC_HISTOGRAMS] = sizeof(struct nc_histogram),
    [NC_LANES] = sizeof(struct nc_lane),
};
static_assert(sizeof entry_sizes / sizeof *entry_sizes == NC_KINDS_END, "a kind has no size here");

/* The first thing that is wrong is the one worth telling. */
__attribute__((format(printf, 2, 3))) static void damage(struct profile *p, const char *format, ...)
{
    va_list args;

    if (p->damage[0])
        return;
    va_start(args, format);
    vsnprintf(p->damage, sizeof p->damage, format, args);
    va_end(args);
}

static int append(char **to, size_t *to_size, const unsigned char *from, size_t size)
{
    char *grown = realloc(*to, *to_size + size + 2);

    if (!grown)
        return -ENOMEM;
    memcpy(grown + *to_size, from, size);
    memset(grown + *to_size + size, 0, 2);
    *to = grown;
    *to_size += size;
    return 0;
}

/* Entries in parts before `part`. */
static bool entries_before(uint64_t first, uint32_t part, uint64_t *ret)
{
    if (part >= 63 || first == 0)
        return false;
    return !__builtin_mul_overflow(first, (UINT64_C(1) << part) - 1, ret);
}

static void table_add(struct profile *p, const struct nc_section *s, const unsigned char *at,
                      uint64_t size)
{
    struct profile_table *t = &p->tables[s->kind];
    const uint32_t known = entry_sizes[s->kind];
    uint64_t before, whole;

    /* A longer entry is a later writer's: its first fields are those we know. */
    if (s->entry_size < known || (known > 1 && s->entry_size % 8) || s->part >= READER_PARTS ||
        !entries_before(s->first, s->part, &before) ||
        __builtin_mul_overflow(s->first, UINT64_C(1) << s->part, &whole)) {
        damage(p, "a table of kind %u has impossible sizes", s->kind);
        return;
    }
    if (s->part == 0 && !t->parts[0]) {
        t->first = s->first;
        t->stride = s->entry_size;
    }
    /* Parts come in order: one out of order would make entries that cannot be found. */
    if (s->first != t->first || s->entry_size != t->stride || t->parts[s->part] ||
        (s->part > 0 && !t->parts[s->part - 1]) || t->count != before) {
        damage(p, "parts of a table of kind %u do not follow each other", s->kind);
        return;
    }
    const uint64_t held = size / t->stride;
    t->parts[s->part] = at;
    t->count = before + (held < whole ? held : whole);
}

/* Returns 0 or -ENOMEM. */
static int section_add(struct profile *p, const struct nc_section *s, const unsigned char *at,
                       uint64_t size)
{
    if (s->kind == NC_RUN)
        return append(&p->run, &p->run_size, at, size);
    if (s->kind >= NC_KINDS_END || s->kind == 0)
        return 0;
    table_add(p, s, at, size);
    return 0;
}

static int sections_read(struct profile *p)
{
    uint64_t end = p->header.end;

    if (end < NC_HEADER_SIZE || end > p->size) {
        damage(p, "the file is cut off");
        end = p->size;
    }
    for (uint64_t at = NC_HEADER_SIZE; at < end;) {
        struct nc_section s;
        if (end - at < sizeof s) {
            damage(p, "the file is cut off");
            break;
        }
        memcpy(&s, p->bytes + at, sizeof s);
        if (s.kind == 0) { /* reserved by the shim, not yet filled */
            damage(p, "a section was not finished");
            break;
        }
        const uint64_t room = end - at - sizeof s;
        const uint64_t size = s.size < room ? s.size : room;
        const int r = section_add(p, &s, p->bytes + at + sizeof s, size);
        if (r < 0)
            return r;
        if (s.size > room) {
            damage(p, "the file is cut off");
            break;
        }
        at += (sizeof s + s.size + NC_PAGE - 1) / NC_PAGE * NC_PAGE;
    }
    return 0;
}

/* The header counts what was used; a file may hold less of it. */
static void counts_settle(struct profile *p)
{
    for (uint32_t kind = 1; kind < NC_KINDS_END; kind++) {
        struct profile_table *t = &p->tables[kind];
        if (kind == NC_RUN)
            continue;
        if (p->header.count[kind] > t->count && p->header.count[kind] > 1)
            damage(p, "%llu of %llu entries of kind %u are missing",
                   (unsigned long long)(p->header.count[kind] - t->count),
                   (unsigned long long)p->header.count[kind], kind);
        else
            t->count = p->header.count[kind];
    }
}

/* What threads had not added to the header yet. */
static void lanes_add(struct profile *p)
{
    const struct nc_lane *lane;

    for (uint64_t i = 1; (lane = profile_entry(p, NC_LANES, i)); i++) {
        p->header.small_copies += lane->small_copies;
        p->header.small_copied_bytes += lane->small_copied_bytes;
        p->header.foreign_frees += lane->foreign_frees;
    }
}

/* Strings lie in parts that one string may straddle: make them one. */
static int strings_join(struct profile *p)
{
    const struct profile_table *t = &p->tables[NC_STRINGS];

    for (uint32_t part = 0; part < READER_PARTS && t->parts[part]; part++) {
        const uint64_t before = t->first * ((UINT64_C(1) << part) - 1);
        if (before >= t->count || t->stride != 1)
            break;
        const uint64_t whole = t->first << part, left = t->count - before;
        const int r =
            append(&p->strings, &p->strings_size, t->parts[part], left < whole ? left : whole);
        if (r < 0)
            return r;
    }
    return 0;
}

/* Takes over `bytes`. */
static int parse_owned(struct profile *ret, unsigned char *bytes, size_t size)
{
    struct profile p = {.bytes = bytes, .size = size};
    int r = 0;

    if (size < sizeof p.header || memcmp(bytes, NC_MAGIC, sizeof p.header.magic) != 0)
        r = -EBADMSG;
    if (r == 0) {
        memcpy(&p.header, bytes, sizeof p.header);
        if (p.header.version != NC_VERSION)
            r = p.header.version > NC_VERSION ? -EPROTONOSUPPORT : -EBADMSG;
    }
    if (r == 0)
        r = sections_read(&p);
    if (r == 0) {
        counts_settle(&p);
        lanes_add(&p);
        r = strings_join(&p);
    }
    if (r < 0) {
        profile_done(&p);
        return r;
    }
    *ret = p;
    return 0;
}

int profile_parse(struct profile *ret, const void *bytes, size_t size)
{
    unsigned char *copy = malloc(size ? size : 1);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, bytes, size);
    return parse_owned(ret, copy, size);
}

/* Read and not mapped: a profile may be cut shorter by its process while we look at it. */
static int file_read(int fd, unsigned char **ret, size_t *ret_size)
{
    struct stat st;

    if (fstat(fd, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (!S_ISREG(st.st_mode))
        return -EBADMSG;
    unsigned char *bytes = malloc((size_t)st.st_size + 1);
    size_t got = 0;
    if (!bytes)
        return -ENOMEM;
    while (got < (size_t)st.st_size) {
        const ssize_t n = read(fd, bytes + got, (size_t)st.st_size - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            const int r = -errno;
            free(bytes);
            return r;
        }
        if (n == 0)
            break;
        got += (size_t)n;
    }
    *ret = bytes;
    *ret_size = got;
    return 0;
}

int profile_open(struct profile *ret, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    unsigned char *bytes = NULL;
    size_t size = 0;

    if (fd < 0)
        return -errno;
    const int r = file_read(fd, &bytes, &size);
    close(fd);
    return r < 0 ? r : parse_owned(ret, bytes, size);
}

void profile_done(struct profile *profile)
{
    free(profile->bytes);
    free(profile->strings);
    free(profile->run);
    *profile = (struct profile){0};
}

uint64_t profile_count(const struct profile *profile, enum nc_kind kind)
{
    return profile->tables[kind].count;
}

const void *profile_entry(const struct profile *profile, enum nc_kind kind, uint64_t i)
{
    const struct profile_table *t = &profile->tables[kind];

    if (i == 0 || i >= t->count)
        return NULL;
    /* Part p starts at first x (2^p - 1). */
    const uint64_t step = i / t->first + 1;
    const uint32_t part = 63 - (uint32_t)__builtin_clzll(step);
    const uint64_t before = t->first * ((UINT64_C(1) << part) - 1);
    return t->parts[part] + (i - before) * t->stride;
}

const char *profile_string(const struct profile *profile, uint64_t offset)
{
    return offset != 0 && offset < profile->strings_size ? profile->strings + offset : "";
}

bool profile_next_fact(const struct profile *profile, size_t *at, const char **ret_key,
                       const char **ret_value)
{
    if (*at >= profile->run_size || !profile->run[*at])
        return false;
    const char *key = profile->run + *at;
    /* Two NULs close the buffer, so both scans end inside it. */
    const char *value = key + strlen(key) + 1;
    if (value > profile->run + profile->run_size)
        return false;
    *ret_key = key;
    *ret_value = value;
    *at = (size_t)(value - profile->run) + strlen(value) + 1;
    return true;
}

const char *profile_fact(const struct profile *profile, const char *key)
{
    const char *k, *v;

    for (size_t at = 0; profile_next_fact(profile, &at, &k, &v);)
        if (strcmp(k, key) == 0)
            return v;
    return NULL;
}
