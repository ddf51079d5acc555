/* SPDX-License-Identifier: Apache-2.0 */
#include "symbols_cache.h"

#include "index.h"
#include "pool.h"
#include "source_path.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define FOLDER_MOST (UINT64_C(256) << 20)
#define FILE_MOST   (UINT64_C(64) << 20)
#define ENDING      ".names"

/* A file: header, entries sorted by address, frames, strings closed by NUL of which the first is
 * empty. Native byte order: the magic is a number. */
struct header {
    uint64_t magic;
    uint32_t crc; /* of all that follows this field */
    uint32_t kind, producer, n_entries, n_frames, strings_size;
};
#define MAGIC UINT64_C(0x314d59534f434f4e) /* change it with the layout */

struct entry {
    uint64_t address;
    uint32_t first, n; /* frames */
};

struct frame {
    uint32_t function, linkage, file, path, decl_file; /* in the strings */
    uint32_t line, decl_line, inlined;
};

/* An address that was added, and its frames in `added_frames`. */
struct added {
    uint64_t address;
    size_t first, n;
};

struct symbols_cache {
    struct pool *pool;
    char *folder, *file;
    void *map; /* null: nothing is known yet */
    size_t map_size;
    const struct header *header;
    const struct entry *entries;
    const struct frame *frames;
    const char *strings;

    struct added *added;
    struct symbols_frame *added_frames;
    size_t n_added, n_added_frames, added_room, frames_room;
    bool failed;
};

/* Reading */

static bool is_sound(struct symbols_cache *c)
{
    const struct header *h = c->map;
    const size_t after_crc = offsetof(struct header, kind);

    if (c->map_size < sizeof *h || h->magic != MAGIC || h->kind >= SYMBOLS_KINDS)
        return false;
    const uint64_t size = sizeof *h + (uint64_t)h->n_entries * sizeof(struct entry) +
                          (uint64_t)h->n_frames * sizeof(struct frame) + h->strings_size;
    if (size != c->map_size || h->strings_size == 0 ||
        crc32(0, (const Bytef *)c->map + after_crc, (uInt)(size - after_crc)) != h->crc)
        return false;
    c->header = h;
    c->entries = (const struct entry *)(h + 1);
    c->frames = (const struct frame *)(c->entries + h->n_entries);
    c->strings = (const char *)(c->frames + h->n_frames);
    return c->strings[h->strings_size - 1] == '\0';
}

/* The file is read, not only mapped: others may change it, and a sum holds for what was summed. */
static void load(struct symbols_cache *c)
{
    const int fd = open(c->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW);
    struct stat st;

    if (fd < 0)
        return;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0 &&
        (uint64_t)st.st_size <= FILE_MOST && (c->map = malloc((size_t)st.st_size))) {
        c->map_size = (size_t)st.st_size;
        size_t got = 0;
        for (ssize_t n;
             got < c->map_size && (n = read(fd, (char *)c->map + got, c->map_size - got)) > 0;)
            got += (size_t)n;
        if (got != c->map_size || !is_sound(c)) {
            free(c->map);
            c->map = NULL;
        } else {
            futimens(fd, NULL); /* used just now */
        }
    }
    close(fd);
}

static uint64_t hash_text(const char *text)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
    return h;
}

struct symbols_cache *symbols_cache_open(struct pool *pool, const char *folder, const uint8_t *id,
                                         size_t id_len, const char *debug_path)
{
    struct symbols_cache *c;
    char hex[2 * 64 + 1];

    if (!folder || !folder[0] || id_len < 4 || id_len > 64 || !(c = calloc(1, sizeof *c)))
        return NULL;
    for (size_t i = 0; i < id_len; i++)
        snprintf(hex + 2 * i, 3, "%02x", id[i]);
    c->pool = pool;
    c->folder = strdup(folder);
    if (!c->folder ||
        asprintf(&c->file, "%s/%s-%08x" ENDING, folder, hex, (uint32_t)hash_text(debug_path)) < 0) {
        free(c->folder);
        free(c);
        return NULL;
    }
    load(c);
    return c;
}

static const char *string(const struct symbols_cache *c, uint32_t at)
{
    return pool_intern(c->pool, at < c->header->strings_size ? c->strings + at : "");
}

bool symbols_cache_known(const struct symbols_cache *cache, enum symbols_kind *ret_kind,
                         const char **ret_producer)
{
    if (!cache || !cache->map)
        return false;
    *ret_kind = (enum symbols_kind)cache->header->kind;
    *ret_producer = string(cache, cache->header->producer);
    return true;
}

/* How a file is called depends on the repository that holds it, and that may have come or gone. */
static const char *shown_file(const struct symbols_cache *c, const char *path, const char *file)
{
    const char *now, *ignored;

    if (!path[0])
        return file;
    source_path(c->pool, path, "", &now, &ignored);
    return strcmp(now, path) != 0 ? now : file;
}

static struct symbols_frame decoded(const struct symbols_cache *c, const struct frame *f)
{
    struct symbols_frame ret = {.function = string(c, f->function),
                                .linkage = string(c, f->linkage),
                                .file = string(c, f->file),
                                .path = string(c, f->path),
                                .line = f->line,
                                .decl_file = string(c, f->decl_file),
                                .decl_line = f->decl_line,
                                .inlined = f->inlined};
    const char *file = shown_file(c, ret.path, ret.file);

    if (ret.decl_file == ret.file)
        ret.decl_file = file;
    ret.file = file;
    return ret;
}

size_t symbols_cache_find(const struct symbols_cache *cache, uint64_t address,
                          struct symbols_frame *ret, size_t max)
{
    size_t low = 0, high = cache && cache->map ? cache->header->n_entries : 0;
    const size_t all = high;

    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (cache->entries[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == all || cache->entries[low].address != address)
        return 0;
    const struct entry *e = &cache->entries[low];
    if (e->n > max || e->first > cache->header->n_frames ||
        e->n > cache->header->n_frames - e->first)
        return 0;
    for (uint32_t i = 0; i < e->n; i++)
        ret[i] = decoded(cache, &cache->frames[e->first + i]);
    return e->n;
}

/* Writing */

void symbols_cache_add(struct symbols_cache *cache, uint64_t address,
                       const struct symbols_frame *frames, size_t n)
{
    if (!cache || cache->failed)
        return;
    for (size_t i = 0; i < n; i++) {
        if (!array_grow((void **)&cache->added_frames, cache->n_added_frames, &cache->frames_room,
                        sizeof *frames)) {
            cache->failed = true;
            return;
        }
        cache->added_frames[cache->n_added_frames++] = frames[i];
    }
    if (!array_grow((void **)&cache->added, cache->n_added, &cache->added_room,
                    sizeof *cache->added)) {
        cache->failed = true;
        return;
    }
    cache->added[cache->n_added++] = (struct added){address, cache->n_added_frames - n, n};
}

/* What was loaded joins what is new. */
static void add_loaded(struct symbols_cache *c)
{
    struct symbols_frame frames[256];

    for (uint32_t i = 0; c->map && i < c->header->n_entries; i++) {
        const uint64_t address = c->entries[i].address;
        const size_t n = symbols_cache_find(c, address, frames, sizeof frames / sizeof *frames);
        if (n)
            symbols_cache_add(c, address, frames, n);
    }
}

static int by_address(const void *a, const void *b)
{
    const struct added *x = a, *y = b;

    return x->address < y->address ? -1 : x->address > y->address;
}

/* Strings of the file being written: each once, by its interned pointer. */
struct strings {
    struct pool *pool;
    const char **at;
    uint32_t *offset;
    size_t n, at_room, offset_room;
    uint64_t size;
    struct index index;
};

static uint64_t string_hash(uint32_t i, const void *context)
{
    return index_mix((uintptr_t)((const struct strings *)context)->at[i], 0);
}

static bool string_equal(uint32_t i, const void *key, const void *context)
{
    return ((const struct strings *)context)->at[i] == key;
}

/* Where the string will be; UINT32_MAX when memory is out. */
static uint32_t string_put(struct strings *s, const char *text)
{
    text = pool_intern(s->pool, text ? text : "");
    if (!index_reserve(&s->index, string_hash, s) ||
        !array_grow((void **)&s->at, s->n, &s->at_room, sizeof *s->at) ||
        !array_grow((void **)&s->offset, s->n, &s->offset_room, sizeof *s->offset))
        return UINT32_MAX;
    uint32_t *slot = index_slot(&s->index, index_mix((uintptr_t)text, 0), string_equal, text, s);
    if (!*slot) {
        s->at[s->n] = text;
        s->offset[s->n] = (uint32_t)s->size;
        s->size += strlen(text) + 1;
        *slot = (uint32_t)++s->n;
        s->index.used++;
    }
    return s->size > FILE_MOST ? UINT32_MAX : s->offset[*slot - 1];
}

static void strings_done(struct strings *s)
{
    free(s->at);
    free(s->offset);
    index_done(&s->index);
}

static struct frame encoded(struct strings *s, const struct symbols_frame *f)
{
    return (struct frame){.function = string_put(s, f->function),
                          .linkage = string_put(s, f->linkage),
                          .file = string_put(s, f->file),
                          .path = string_put(s, f->path),
                          .decl_file = string_put(s, f->decl_file),
                          .line = f->line,
                          .decl_line = f->decl_line,
                          .inlined = f->inlined};
}

/* The whole file, to be freed; null when it would be too large or memory is out. */
static unsigned char *image(struct symbols_cache *c, enum symbols_kind kind, const char *producer,
                            size_t *ret_size)
{
    struct strings s = {.pool = c->pool};
    struct frame *frames = calloc(c->n_added_frames + 1, sizeof *frames);
    struct entry *entries = calloc(c->n_added + 1, sizeof *entries);
    unsigned char *ret = NULL;
    size_t n = 0, n_frames = 0;

    string_put(&s, "");
    const uint32_t producer_at = string_put(&s, producer);
    qsort(c->added, c->n_added, sizeof *c->added, by_address);
    for (size_t i = 0; frames && entries && i < c->n_added; i++) {
        const struct added *a = &c->added[i];
        if (n && entries[n - 1].address == a->address)
            continue;
        entries[n++] = (struct entry){a->address, (uint32_t)n_frames, (uint32_t)a->n};
        for (size_t k = 0; k < a->n; k++)
            frames[n_frames++] = encoded(&s, &c->added_frames[a->first + k]);
    }
    const uint64_t size =
        sizeof(struct header) + n * sizeof *entries + n_frames * sizeof *frames + s.size;
    if (frames && entries && size <= FILE_MOST && (ret = calloc(1, size))) {
        struct header *h = (struct header *)ret;
        *h = (struct header){.magic = MAGIC,
                             .kind = kind,
                             .producer = producer_at,
                             .n_entries = (uint32_t)n,
                             .n_frames = (uint32_t)n_frames,
                             .strings_size = (uint32_t)s.size};
        unsigned char *to = ret + sizeof *h;
        memcpy(to, entries, n * sizeof *entries);
        memcpy(to += n * sizeof *entries, frames, n_frames * sizeof *frames);
        to += n_frames * sizeof *frames;
        for (size_t i = 0; i < s.n; i++)
            memcpy(to + s.offset[i], s.at[i], strlen(s.at[i]) + 1);
        const size_t after_crc = offsetof(struct header, kind);
        h->crc = (uint32_t)crc32(0, ret + after_crc, (uInt)(size - after_crc));
        *ret_size = size;
    }
    strings_done(&s);
    free(frames);
    free(entries);
    return ret;
}

static bool folders_make(char *path)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    return mkdir(path, 0700) == 0 || access(path, W_OK) == 0;
}

/* Whole or not at all. What cannot be written is not kept: nobody waits for it. */
static bool put_file(struct symbols_cache *c, const unsigned char *bytes, size_t size)
{
    char *name = NULL;
    size_t done = 0;

    if (!folders_make(c->folder) || asprintf(&name, "%s.XXXXXX", c->file) < 0)
        return false;
    const int fd = mkostemp(name, O_CLOEXEC);
    for (ssize_t n; fd >= 0 && done < size && (n = write(fd, bytes + done, size - done)) > 0;)
        done += (size_t)n;
    const bool good = fd >= 0 && close(fd) == 0 && done == size && rename(name, c->file) == 0;
    if (fd >= 0 && !good)
        unlink(name);
    free(name);
    return good;
}

void symbols_cache_close(struct symbols_cache *cache, enum symbols_kind kind, const char *producer)
{
    if (!cache)
        return;
    if (cache->n_added && !cache->failed) {
        size_t size;
        add_loaded(cache);
        unsigned char *bytes = cache->failed ? NULL : image(cache, kind, producer, &size);
        if (bytes && put_file(cache, bytes, size))
            symbols_cache_shrink(cache->folder, FOLDER_MOST);
        free(bytes);
    }
    free(cache->added);
    free(cache->added_frames);
    free(cache->map);
    free(cache->file);
    free(cache->folder);
    free(cache);
}

/* Keeping to a size */

struct kept {
    struct timespec used;
    uint64_t size;
    char name[256];
};

static int oldest_first(const void *a, const void *b)
{
    const struct kept *x = a, *y = b;

    if (x->used.tv_sec != y->used.tv_sec)
        return x->used.tv_sec < y->used.tv_sec ? -1 : 1;
    return x->used.tv_nsec < y->used.tv_nsec ? -1 : x->used.tv_nsec > y->used.tv_nsec;
}

/* Our files and what writers that were killed have left. */
static bool is_ours(const char *name)
{
    const char *ending = strstr(name, ENDING);

    return ending && (!ending[strlen(ENDING)] || ending[strlen(ENDING)] == '.');
}

void symbols_cache_shrink(const char *folder, uint64_t most)
{
    struct kept *files = NULL;
    size_t n = 0, room = 0;
    uint64_t sum = 0;
    DIR *dir = opendir(folder);
    struct stat st;

    for (struct dirent *e; dir && (e = readdir(dir));) {
        if (!is_ours(e->d_name) || fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
            !array_grow((void **)&files, n, &room, sizeof *files))
            continue;
        files[n] = (struct kept){.used = st.st_mtim, .size = (uint64_t)st.st_size};
        snprintf(files[n++].name, sizeof files->name, "%s", e->d_name);
        sum += (uint64_t)st.st_size;
    }
    if (n && sum > most)
        qsort(files, n, sizeof *files, oldest_first);
    for (size_t i = 0; i < n && sum > most; i++) {
        unlinkat(dirfd(dir), files[i].name, 0);
        sum -= files[i].size;
    }
    if (dir)
        closedir(dir);
    free(files);
}
