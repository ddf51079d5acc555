/* SPDX-License-Identifier: Apache-2.0 */
#include "profile.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "lock.h"
#include "sealed.h"

struct profile profile;

static struct {
    struct lock lock; /* growth of any table */
    int fd;           /* may have been closed or taken over by the host: see file_fd() */
    dev_t dev;
    ino_t ino;
} file = {.fd = -1};

/* Entries of part 0, and whether it is there from the start. */
static const struct {
    uint32_t entry_size, first;
    bool early;
} layout[NC_KINDS_END] = {
    [NC_STRINGS] = {1, 8192, true},
    [NC_MODULES] = {sizeof(struct nc_module), 64, true},
    [NC_NODES] = {sizeof(struct nc_node), 1024, true},
    [NC_COUNTS] = {sizeof(struct nc_counts), 256, true},
    [NC_SCOPES] = {sizeof(struct nc_scope), 64, false},
    [NC_CALLS] = {sizeof(struct nc_calls), 64, false},
    [NC_EDGES] = {sizeof(struct nc_edge), 64, false},
    [NC_MATCHES] = {sizeof(struct nc_match), 128, false},
    [NC_TIMELINE] = {sizeof(struct nc_bucket), 2048, false},
    [NC_THREADS] = {sizeof(struct nc_thread), 128, true},
    [NC_HISTOGRAMS] = {sizeof(struct nc_histogram), 64, false},
    [NC_LANES] = {sizeof(struct nc_lane), 64, true},
};

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif
enum { READY = 128 * 1024, READY_FROM = 4 * READY };

/* Of each table, the addresses whose pages were made ready last. */
static struct {
    uintptr_t start, end;
} ready[NC_KINDS_END];

static uint64_t page_up(uint64_t n) { return (n + NC_PAGE - 1) & ~(uint64_t)(NC_PAGE - 1); }

static bool is_file(int fd, bool first)
{
    struct stat st;

    if (sys_call3(SYS_fstat, fd, (long)&st, 0) < 0 || !S_ISREG(st.st_mode))
        return false;
    if (first) {
        file.dev = st.st_dev;
        file.ino = st.st_ino;
    }
    return st.st_dev == file.dev && st.st_ino == file.ino;
}

/* Move the descriptor out of the way: the host gets the numbers it would get without us. -1 when
 * there is no room above them: then the file is opened anew when it has to grow. */
static int move_high(int fd)
{
    struct rlimit limit = {0};
    long high = -1;

    sys_call6(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)&limit, 0, 0);
    for (rlim_t from = limit.rlim_cur < 1024 ? limit.rlim_cur : 1024; from > 32 && high < 0;
         from /= 2)
        high = sys_call3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, (long)(from - from / 8));
    sys_close(fd);
    return (int)high;
}

/* A descriptor of the file: ours as long as the host left it alone, else opened anew by its path.
 * -1 when neither works (a chroot, say). To be given back by fd_done(). */
static int file_fd(void)
{
    if (file.fd >= 0 && is_file(file.fd, false))
        return file.fd;
    file.fd = -1;
    int fd = (int)sys_open(profile.path, O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0);

    if (fd >= 0 && !is_file(fd, false)) {
        sys_close(fd);
        fd = -1;
    }
    return fd;
}

static void fd_done(int fd)
{
    if (fd >= 0 && fd != file.fd)
        file.fd = move_high(fd);
}

/* Reserve disk blocks for [offset, offset + size). Writing zeros does it where the file system has
 * no fallocate. A file size limit is asked for first: passing it raises SIGXFSZ. */
static int reserve(int fd, uint64_t offset, uint64_t size)
{
    static const char zeros[NC_PAGE];
    struct rlimit limit = {.rlim_cur = RLIM_INFINITY};

    sys_call6(SYS_prlimit64, 0, RLIMIT_FSIZE, 0, (long)&limit, 0, 0);
    if (limit.rlim_cur != RLIM_INFINITY && offset + size > limit.rlim_cur)
        return -EFBIG;
    const long r = sys_call6(SYS_fallocate, fd, 0, (long)offset, (long)size, 0, 0);

    if (r != -EOPNOTSUPP && r != -ENOSYS)
        return (int)r;
    for (uint64_t at = 0; at < size; at += NC_PAGE)
        if (sys_call6(SYS_pwrite64, fd, (long)zeros, NC_PAGE, (long)(offset + at), 0, 0) != NC_PAGE)
            return -ENOSPC;
    return 0;
}

static char *map_more(int fd, uint64_t offset, uint64_t size)
{
    if (reserve(fd, offset, size) < 0)
        return NULL;
    char *at = sys_mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, offset);

    if (sys_failed(at))
        return NULL;
    sys_madvise(at, size, MADV_DONTFORK); /* a bare clone's child must not write here either */
    return at;
}

static uint64_t section_bytes(enum nc_kind kind, unsigned part)
{
    return page_up(sizeof(struct nc_section) +
                   ((uint64_t)layout[kind].first << part) * layout[kind].entry_size);
}

/* Write the section's head at `at` and hang the part into its table. */
static void hang(enum nc_kind kind, unsigned part, char *at)
{
    struct profile_table *t = &profile.table[kind];
    const uint64_t first = layout[kind].first;
    struct nc_section *s = (void *)at;

    s->kind = kind;
    s->part = part;
    s->size = section_bytes(kind, part) - sizeof *s;
    s->first = first;
    s->entry_size = layout[kind].entry_size;
    atomic_store_explicit(&t->part[part],
                          at + sizeof *s - (first << part) * layout[kind].entry_size,
                          memory_order_release);
}

static bool grow(enum nc_kind kind, unsigned part)
{
    struct nc_header *h = profile.header;
    const uint64_t size = section_bytes(kind, part);
    const int fd = part < PROFILE_PARTS && !sealed ? file_fd() : -1;
    char *at = fd < 0 ? NULL : map_more(fd, h->end, size);

    fd_done(fd);
    if (at == NULL)
        return false;
    hang(kind, part, at);
    __atomic_store_n(&h->end, h->end + size, __ATOMIC_RELEASE);
    return true;
}

static unsigned part_of(enum nc_kind kind, uint64_t index)
{
    const uint64_t first = profile.table[kind].first;

    return (unsigned)(__builtin_clzll(first) - __builtin_clzll(index + first));
}

/* Lock held. Pages of a mapped file that are first written one by one cost two or three times what
 * they cost many at once, so those of a large part are made ready some way ahead. A kernel that
 * cannot do so leaves it be. */
static void make_ready(enum nc_kind kind, uint64_t i, uint32_t n)
{
    const struct profile_table *t = &profile.table[kind];
    const unsigned part = part_of(kind, i);
    const uintptr_t at = (uintptr_t)profile_at(kind, i), until = at + n * t->entry_size;

    if ((at >= ready[kind].start && until <= ready[kind].end) ||
        section_bytes(kind, part) < READY_FROM || sealed)
        return;
    const uintptr_t part_end =
        (uintptr_t)atomic_load_explicit(&t->part[part], memory_order_relaxed) +
        ((t->first << part) * 2) * t->entry_size;
    const uintptr_t start = at & ~(uintptr_t)(NC_PAGE - 1);
    const uintptr_t end = start + READY < part_end ? start + READY : page_up(part_end);

    sys_madvise((void *)start, end - start, MADV_POPULATE_WRITE);
    ready[kind].start = at;
    ready[kind].end = end;
}

uint32_t profile_add(enum nc_kind kind, const void *entry)
{
    struct profile_table *t = &profile.table[kind];
    uint32_t ret = 0;

    if (profile.header == NULL)
        return 0;
    lock_take(&file.lock);
    const uint64_t i = profile.header->count[kind];
    const unsigned part = part_of(kind, i);

    if (i < UINT32_MAX / 4 &&
        (atomic_load_explicit(&t->part[part], memory_order_relaxed) != NULL || grow(kind, part))) {
        make_ready(kind, i, 1);
        memcpy(profile_at(kind, i), entry, t->entry_size);
        __atomic_store_n(&profile.header->count[kind], i + 1, __ATOMIC_RELEASE);
        ret = (uint32_t)i;
    }
    lock_drop(&file.lock);
    return ret;
}

/* Lock held. */
static bool has_room(enum nc_kind kind, uint64_t i, uint32_t n)
{
    const struct profile_table *t = &profile.table[kind];
    const unsigned last = part_of(kind, i + n - 1);
    bool ret = i + n < UINT32_MAX / 4;

    for (unsigned part = part_of(kind, i); part <= last && ret; part++)
        ret =
            atomic_load_explicit(&t->part[part], memory_order_relaxed) != NULL || grow(kind, part);
    return ret;
}

uint32_t profile_add_run(enum nc_kind kind, void *entries, uint32_t n,
                         void (*settle)(void *entries, uint32_t n, uint32_t first))
{
    const size_t size = profile.table[kind].entry_size;
    uint32_t ret = 0;

    if (profile.header == NULL)
        return 0;
    lock_take(&file.lock);
    const uint64_t i = profile.header->count[kind];

    if (has_room(kind, i, n)) {
        make_ready(kind, i, n);
        ret = (uint32_t)i;
        if (settle != NULL)
            settle(entries, n, ret);
        for (uint32_t k = 0; entries != NULL && k < n; k++)
            memcpy(profile_at(kind, i + k), (const char *)entries + k * size, size);
        __atomic_store_n(&profile.header->count[kind], i + n, __ATOMIC_RELEASE);
    }
    lock_drop(&file.lock);
    return ret;
}

uint32_t profile_add_many(enum nc_kind kind, uint32_t n)
{
    return profile_add_run(kind, NULL, n, NULL);
}

/* Strings may run over the end of a part: they are bytes of one long table, so each lies in parts
 * that follow each other by index, not by address. */
uint32_t profile_add_string(const char *s, size_t len)
{
    struct profile_table *t = &profile.table[NC_STRINGS];

    if (profile.header == NULL)
        return 0;
    lock_take(&file.lock);
    const uint64_t start = profile.header->count[NC_STRINGS];
    bool room = start + len + 1 < UINT32_MAX;

    for (uint64_t i = 0; i <= len && room; i++) {
        const unsigned part = part_of(NC_STRINGS, start + i);

        if (atomic_load_explicit(&t->part[part], memory_order_relaxed) == NULL)
            room = grow(NC_STRINGS, part);
        if (room)
            *(char *)profile_at(NC_STRINGS, start + i) = i < len ? s[i] : '\0';
    }
    if (room)
        __atomic_store_n(&profile.header->count[NC_STRINGS], start + len + 1, __ATOMIC_RELEASE);
    lock_drop(&file.lock);
    return room ? (uint32_t)start : 0;
}

void profile_make_room(void)
{
    static const enum nc_kind kinds[] = {NC_NODES, NC_COUNTS, NC_STRINGS,    NC_SCOPES,
                                         NC_CALLS, NC_EDGES,  NC_HISTOGRAMS, NC_TIMELINE};

    lock_take(&file.lock);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        unsigned part = 0;

        while (part < PROFILE_PARTS &&
               atomic_load_explicit(&profile.table[kinds[i]].part[part], memory_order_relaxed))
            part++;
        grow(kinds[i], part);
    }
    lock_drop(&file.lock);
}

static int make_absolute(const char *path)
{
    const size_t len = strlen(path);
    long at = 0;

    if (path[0] != '/') {
        at = sys_call3(SYS_getcwd, (long)profile.path, sizeof profile.path, 0);
        if (at <= 1)
            return at < 0 ? (int)at : -ENOENT;
        profile.path[at - 1] = '/';
    }
    if ((size_t)at + len + 1 > sizeof profile.path)
        return -ENAMETOOLONG;
    memcpy(profile.path + at, path, len + 1);
    return 0;
}

/* A new file: one that another run left is unlinked, for that run may still have it mapped. */
static int create(void)
{
    const int flags = O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
    int fd = (int)sys_open(profile.path, flags, 0666);

    if (fd == -EEXIST) {
        struct stat st;

        if (sys_call6(SYS_newfstatat, AT_FDCWD, (long)profile.path, (long)&st, 0, 0, 0) < 0 ||
            !S_ISREG(st.st_mode))
            return -EEXIST;
        sys_call3(SYS_unlinkat, AT_FDCWD, (long)profile.path, 0);
        fd = (int)sys_open(profile.path, flags, 0666);
    }
    return fd;
}

/* Room for facts that are known at the end only. */
#define FACTS_LATER 1024

static void lay_out(char *at, const void *facts, size_t facts_size, uint64_t run_size)
{
    struct nc_header *h = (void *)at;
    struct nc_section *run = (void *)(at + NC_HEADER_SIZE);

    run->kind = NC_RUN;
    run->size = run_size - sizeof *run;
    memcpy(run + 1, facts, facts_size);
    at += NC_HEADER_SIZE + run_size;
    for (enum nc_kind k = NC_RUN + 1; k < NC_KINDS_END; k++) {
        profile.table[k].first = layout[k].first;
        profile.table[k].entry_size = layout[k].entry_size;
        h->count[k] = 1; /* entry 0 says "none" */
        if (layout[k].early) {
            hang(k, 0, at);
            at += section_bytes(k, 0);
        }
    }
    h->version = NC_VERSION;
    h->exit_status = -1;
    h->end = (uint64_t)(at - (char *)h);
}

void profile_add_fact(const char *key, const char *value)
{
    struct nc_section *run = (void *)((char *)profile.header + NC_HEADER_SIZE);
    const size_t key_size = strlen(key) + 1, value_size = strlen(value) + 1;
    char *at = (char *)(run + 1), *end = at + run->size;

    while (at < end && *at != '\0') /* past the pairs there are */
        for (int i = 0; i < 2; i++)
            at += strnlen(at, (size_t)(end - at)) + 1;
    if (end - at < (ptrdiff_t)(key_size + value_size + 1))
        return;
    memcpy(at, key, key_size);
    memcpy(at + key_size, value, value_size);
}

int profile_open(const char *path, const void *facts, size_t facts_size)
{
    const uint64_t run_size = page_up(sizeof(struct nc_section) + facts_size + FACTS_LATER);
    uint64_t size = NC_HEADER_SIZE + run_size;
    int r = make_absolute(path);

    if (r < 0)
        return r;
    const int fd = create();

    if (fd < 0)
        return fd;
    if (!is_file(fd, true)) {
        sys_close(fd);
        return -EINVAL;
    }
    for (enum nc_kind k = NC_RUN + 1; k < NC_KINDS_END; k++)
        if (layout[k].early)
            size += section_bytes(k, 0);
    char *at = map_more(fd, 0, size);

    if (at == NULL) { /* a full disk: leave nothing half-made behind */
        sys_call3(SYS_unlinkat, AT_FDCWD, (long)profile.path, 0);
        sys_close(fd);
        return -ENOSPC;
    }
    file.fd = move_high(fd);
    lay_out(at, facts, facts_size, run_size);
    profile.header = (struct nc_header *)(void *)at;
    memcpy(profile.header->magic, NC_MAGIC, sizeof profile.header->magic);
    return 0;
}

void profile_after_fork(void)
{
    if (file.fd >= 0 && is_file(file.fd, false))
        sys_close(file.fd);
    file.fd = -1;
    lock_init(&file.lock);
    memset(ready, 0, sizeof ready);
    memset(&profile, 0, sizeof profile); /* the mappings stayed with the parent: MADV_DONTFORK */
}
