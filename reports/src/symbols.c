/* SPDX-License-Identifier: Apache-2.0 */
/* Finding an object's file, its separate debug file, and its symbol table. The debug info itself is
 * dwarf_index.c's. */
#include "symbols.h"

#include "debuginfod.h"
#include "dwarf_index.h"
#include "pool.h"
#include "show.h"
#include "symbols_cache.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <libelf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <elfutils/libdwelf.h>
#include <libiberty/demangle.h>
#include <zlib.h>

struct symbol {
    uint64_t start, end;
    const char *name; /* in the string table */
};

struct object {
    int fd;
    Elf *elf;
};

struct symbols {
    struct pool *pool;
    const char *module; /* base name, for module+0xoffset */
    struct object main, debug;
    const char *debug_path;
    enum symbols_kind kind;
    struct dwarf_index *dwarf;
    struct symbol *table;
    size_t n_table;
    struct symbols_cache *cache; /* may be null */
    const char *producer;        /* as the cache knows it; null: ask the debug info */
    bool loaded;                 /* table and dwarf are there */
};

static void object_close(struct object *o)
{
    if (!o->elf)
        return;
    elf_end(o->elf);
    close(o->fd);
    *o = (struct object){0};
}

static bool object_open(struct object *ret, const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0)
        return false;
    Elf *elf = elf_begin(fd, ELF_C_READ_MMAP, NULL);
    if (!elf || elf_kind(elf) != ELF_K_ELF) {
        elf_end(elf);
        close(fd);
        return false;
    }
    *ret = (struct object){fd, elf};
    return true;
}

static bool build_id_matches(Elf *elf, const uint8_t *id, size_t len)
{
    const void *found;
    const ssize_t n = dwelf_elf_gnu_build_id(elf, &found);

    /* An object without an id, or a profile without one, must be trusted by its path. */
    return len == 0 || n <= 0 || ((size_t)n >= len && memcmp(found, id, len) == 0);
}

static Elf_Scn *section_by_type(Elf *elf, Elf64_Word type, GElf_Shdr *ret)
{
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;)
        if (gelf_getshdr(scn, ret) && ret->sh_type == type)
            return scn;
    return NULL;
}

static bool section_by_name(Elf *elf, const char *name)
{
    size_t names;
    GElf_Shdr shdr;

    if (elf_getshdrstrndx(elf, &names) != 0)
        return false;
    for (Elf_Scn *scn = NULL; (scn = elf_nextscn(elf, scn)) != NULL;) {
        if (!gelf_getshdr(scn, &shdr) || shdr.sh_type == SHT_NOBITS)
            continue;
        const char *s = elf_strptr(elf, names, shdr.sh_name);
        if (s && strcmp(s, name) == 0)
            return true;
    }
    return false;
}

static int by_start(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    if (x->end != y->end) /* the one with a size is the better one: last wins below */
        return x->end < y->end ? -1 : 1;
    return -strcmp(x->name, y->name);
}

static bool table_read(struct symbols *s, Elf *elf, Elf64_Word type)
{
    GElf_Shdr shdr;
    Elf_Scn *scn = section_by_type(elf, type, &shdr);
    Elf_Data *data = scn ? elf_getdata(scn, NULL) : NULL;

    if (!data || shdr.sh_entsize == 0)
        return false;
    const size_t n = data->d_size / shdr.sh_entsize;
    struct symbol *table = calloc(n + 1, sizeof *table);
    if (!table)
        return false;
    size_t used = 0;
    for (size_t i = 0; i < n && i < INT32_MAX; i++) {
        GElf_Sym sym;
        if (!gelf_getsym(data, (int)i, &sym) || sym.st_shndx == SHN_UNDEF || sym.st_value == 0)
            continue;
        const int t = GELF_ST_TYPE(sym.st_info);
        if (t != STT_FUNC && t != STT_GNU_IFUNC && t != STT_NOTYPE)
            continue;
        const char *name = elf_strptr(elf, shdr.sh_link, sym.st_name);
        if (name && *name && *name != '$')
            table[used++] = (struct symbol){sym.st_value, sym.st_value + sym.st_size, name};
    }
    if (used == 0) {
        free(table);
        return false;
    }
    qsort(table, used, sizeof *table, by_start);
    s->table = table;
    s->n_table = used;
    return true;
}

static const struct symbol *table_find(const struct symbols *s, uint64_t address)
{
    size_t low = 0, high = s->n_table;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (s->table[mid].start <= address)
            low = mid + 1;
        else
            high = mid;
    }
    /* A symbol without a size (assembler) reaches up to the next one; a sized one that ended
     * before the address may lie inside a longer one that began earlier. */
    for (size_t i = low; i > 0 && low - i < 16; i--) {
        const struct symbol *sym = &s->table[i - 1];
        if (address < sym->end || (sym->end == sym->start && i == low))
            return sym;
    }
    return NULL;
}

/* Separate debug files */

static bool debug_try(struct symbols *s, const char *path, const uint8_t *id, size_t len)
{
    struct object o;

    if (!object_open(&o, path))
        return false;
    if (!build_id_matches(o.elf, id, len)) {
        object_close(&o);
        return false;
    }
    s->debug = o;
    s->debug_path = pool_intern(s->pool, path);
    return true;
}

static bool debug_by_build_id(struct symbols *s, const char *root, const uint8_t *id, size_t len)
{
    char path[4096], hex[2 * 64 + 1];

    if (len < 2 || len > 64)
        return false;
    for (size_t i = 0; i < len; i++)
        snprintf(hex + 2 * i, 3, "%02x", id[i]);
    snprintf(path, sizeof path, "%s/.build-id/%.2s/%s.debug", root, hex, hex + 2);
    return debug_try(s, path, id, len);
}

static bool crc_matches(const char *path, uint32_t want)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    unsigned char buffer[1 << 16];
    uLong crc = crc32(0, NULL, 0);
    ssize_t n;

    if (fd < 0)
        return false;
    while ((n = read(fd, buffer, sizeof buffer)) > 0)
        crc = crc32(crc, buffer, (uInt)n);
    close(fd);
    return n == 0 && (uint32_t)crc == want;
}

static bool debug_by_link(struct symbols *s, const char *root, const char *path, size_t id_len)
{
    GElf_Word crc;
    const char *name = dwelf_elf_gnu_debuglink(s->main.elf, &crc);
    const char *slash = strrchr(path, '/');
    const int dir = slash ? (int)(slash - path) : 0;
    char tries[3][4096];

    if (!name || strchr(name, '/'))
        return false;
    snprintf(tries[0], sizeof tries[0], "%.*s/%s", dir, path, name);
    snprintf(tries[1], sizeof tries[1], "%.*s/.debug/%s", dir, path, name);
    snprintf(tries[2], sizeof tries[2], "%s%.*s/%s", root, dir, path, name);
    for (size_t i = 0; i < 3; i++)
        if (strcmp(tries[i], path) != 0 && crc_matches(tries[i], crc) &&
            debug_try(s, tries[i], NULL, 0))
            return true;
    (void)id_len;
    return false;
}

static void debug_find(struct symbols *s, const char *path, const uint8_t *id, size_t len,
                       const char *const *dirs)
{
    const void *own = id;
    static const char *const none[] = {NULL};

    if (len == 0 && s->main.elf) {
        const ssize_t n = dwelf_elf_gnu_build_id(s->main.elf, &own);
        len = n > 0 ? (size_t)n : 0;
    }
    for (const char *const *d = dirs ? dirs : none; *d; d++)
        if (debug_by_build_id(s, *d, own, len) || (s->main.elf && debug_by_link(s, *d, path, len)))
            return;
    if (debug_by_build_id(s, "/usr/lib/debug", own, len) ||
        (s->main.elf && debug_by_link(s, "/usr/lib/debug", path, len)))
        return;
    char *file = debuginfod_file(own, len);
    if (file)
        debug_try(s, file, own, len);
    free(file);
}

static void main_open(struct symbols *s, const char *path, const uint8_t *id, size_t len)
{
    if (path[0] != '/' || !object_open(&s->main, path)) {
        s->kind = SYMBOLS_MISSING;
        return;
    }
    if (!build_id_matches(s->main.elf, id, len)) {
        object_close(&s->main);
        s->kind = SYMBOLS_DIFFERS;
    }
}

static void debug_info_open(struct symbols *s)
{
    if (s->main.elf && section_by_name(s->main.elf, ".debug_info"))
        s->dwarf = dwarf_index_new(s->pool, s->main.elf);
    else if (s->debug.elf && section_by_name(s->debug.elf, ".debug_info"))
        s->dwarf = dwarf_index_new(s->pool, s->debug.elf);
    if (s->dwarf)
        s->kind = SYMBOLS_DWARF;
}

/* The tables and the debug info: not needed where the cache knows all that is asked. */
static void load(struct symbols *s)
{
    if (s->loaded)
        return;
    s->loaded = true;
    /* The fuller table first. */
    if ((s->main.elf && table_read(s, s->main.elf, SHT_SYMTAB)) ||
        (s->debug.elf && table_read(s, s->debug.elf, SHT_SYMTAB)) ||
        (s->main.elf && table_read(s, s->main.elf, SHT_DYNSYM)))
        s->kind = SYMBOLS_TABLE;
    debug_info_open(s);
}

struct symbols *symbols_new(struct pool *pool, const char *path, const uint8_t *build_id,
                            size_t build_id_len, const struct symbols_options *options)
{
    static const struct symbols_options none = {0};
    struct symbols *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    elf_version(EV_CURRENT);
    *s = (struct symbols){.pool = pool, .kind = SYMBOLS_NONE, .debug_path = ""};
    s->module = pool_intern(pool, show_base(path));
    main_open(s, path, build_id, build_id_len);
    options = options ? options : &none;
    if (!s->main.elf || !section_by_name(s->main.elf, ".debug_info"))
        debug_find(s, path, build_id, build_id_len, options->debug_dirs);
    if (s->main.elf || s->debug.elf) /* else there is nothing to keep */
        s->cache = symbols_cache_open(pool, options->cache, build_id, build_id_len, s->debug_path);
    if (!symbols_cache_known(s->cache, &s->kind, &s->producer))
        load(s);
    return s;
}

void symbols_free(struct symbols *symbols)
{
    if (!symbols)
        return;
    symbols_cache_close(symbols->cache, symbols->kind, symbols_producer(symbols));
    dwarf_index_free(symbols->dwarf);
    free(symbols->table);
    object_close(&symbols->main);
    object_close(&symbols->debug);
    free(symbols);
}

const char *symbols_demangle(struct pool *pool, const char *name)
{
    char *plain = NULL;

    if (strncmp(name, "_Z", 2) == 0 || strncmp(name, "_R", 2) == 0 || strncmp(name, "__Z", 3) == 0)
        plain = cplus_demangle(name, DMGL_PARAMS | DMGL_ANSI | DMGL_AUTO);
    const char *ret = pool_intern(pool, plain ? plain : name);
    free(plain);
    return ret;
}

/* "name@@VERSION" of a symbol table is "name". */
static const char *plain_name(struct pool *pool, const char *name)
{
    const char *at = strchr(name, '@');

    return pool_intern_n(pool, name, at && at != name ? (size_t)(at - name) : strlen(name));
}

static size_t look_up(struct symbols *symbols, uint64_t address, struct symbols_frame *ret,
                      size_t max)
{
    const size_t n = symbols->dwarf ? dwarf_index_lookup(symbols->dwarf, address, ret, max) : 0;

    const bool named = n > 0 && ret[n - 1].function[0];

    if (named && ret[n - 1].linkage[0])
        return n;
    const struct symbol *sym = table_find(symbols, address);
    if (named && !(sym && strncmp(sym->name, "_Z", 2) == 0))
        return n; /* C. In an unnamed namespace only the symbol has the whole name */
    struct symbols_frame *outer = &ret[n > 0 ? n - 1 : 0];
    if (n == 0)
        *outer = (struct symbols_frame){.file = "", .path = "", .decl_file = ""};
    outer->linkage = sym ? plain_name(symbols->pool, sym->name) : "";
    outer->function =
        sym ? symbols_demangle(symbols->pool, outer->linkage)
            : pool_intern(symbols->pool, pool_printf(symbols->pool, "%s+0x%llx", symbols->module,
                                                     (unsigned long long)address));
    return n > 0 ? n : 1;
}

size_t symbols_lookup(struct symbols *symbols, uint64_t address, struct symbols_frame *ret,
                      size_t max)
{
    size_t n = symbols_cache_find(symbols->cache, address, ret, max);

    if (n > 0)
        return n;
    load(symbols);
    n = look_up(symbols, address, ret, max);
    if (n < max) /* else some may have been left out */
        symbols_cache_add(symbols->cache, address, ret, n);
    return n;
}

enum symbols_kind symbols_kind(const struct symbols *symbols) { return symbols->kind; }

const char *symbols_kind_name(enum symbols_kind kind)
{
    static const char *const names[SYMBOLS_KINDS] = {
        [SYMBOLS_DWARF] = "dwarf",     [SYMBOLS_TABLE] = "symbols",   [SYMBOLS_NONE] = "none",
        [SYMBOLS_MISSING] = "missing", [SYMBOLS_DIFFERS] = "differs",
    };
    return names[kind];
}

const char *symbols_debug_path(const struct symbols *symbols) { return symbols->debug_path; }

const char *symbols_producer(struct symbols *symbols)
{
    if (symbols->producer)
        return symbols->producer;
    return symbols->dwarf ? dwarf_index_producer(symbols->dwarf) : "";
}
