/* SPDX-License-Identifier: Apache-2.0 */
/* Names and lines of addresses, from debug info where there is any (with inlined frames), else from
 * symbol tables. Offline: works on files, never on the running program. */
#ifndef NOCOPY_SYMBOLS_H
#define NOCOPY_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;
struct symbols; /* one loaded object's file */

/* Where names came from. */
enum symbols_kind {
    SYMBOLS_DWARF,   /* debug info */
    SYMBOLS_TABLE,   /* symbol table only */
    SYMBOLS_NONE,    /* the file has neither */
    SYMBOLS_MISSING, /* there is no such file */
    SYMBOLS_DIFFERS, /* the file was rebuilt since: another build-id */
    SYMBOLS_KINDS
};

struct symbols_frame {
    const char *function; /* demangled, interned; never null */
    const char *linkage;  /* as in the object; "" not known */
    const char *file;     /* shown name, "" not known */
    const char *path;     /* where the file was when it was compiled, absolute; "" not known */
    uint32_t line;        /* of the call or, innermost, of the address */
    const char *decl_file;
    uint32_t decl_line; /* where the function begins; 0 not known */
    bool inlined;       /* into the next frame */
};

struct symbols_options {
    const char *const *debug_dirs; /* further roots for debug files; null-terminated, or null */
    const char *cache;             /* folder for names kept between runs; null: none */
};

/* Find and open the object's file and its separate debug file, by build-id, then by
 * .gnu_debuglink, under /usr/lib/debug and debug_dirs, then from the user's debuginfod. Never fails
 * but for memory (null): an object without a file gives module+0xoffset. Names live in `pool`.
 * `options` may be null. */
struct symbols *symbols_new(struct pool *pool, const char *path, const uint8_t *build_id,
                            size_t build_id_len, const struct symbols_options *options);
void symbols_free(struct symbols *symbols);

/* Frames at an address of the file (link-time), innermost first. Returns how many, at least 1 and
 * at most `max`; the outermost is kept when there are more. */
size_t symbols_lookup(struct symbols *symbols, uint64_t address, struct symbols_frame *ret,
                      size_t max);

enum symbols_kind symbols_kind(const struct symbols *symbols);
const char *symbols_kind_name(enum symbols_kind kind);
/* The separate debug file, "" when there is none. */
const char *symbols_debug_path(const struct symbols *symbols);
/* What compiled most of it, as DW_AT_producer says; "" not known. */
const char *symbols_producer(struct symbols *symbols);

/* `name` demangled if it is a C++ or Rust name, else itself; interned. */
const char *symbols_demangle(struct pool *pool, const char *name);

#endif
