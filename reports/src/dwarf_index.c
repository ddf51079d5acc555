/* SPDX-License-Identifier: Apache-2.0 */
#include "dwarf_index.h"

#include "index.h"
#include "pool.h"
#include "source_path.h"

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <string.h>
#include <uthash.h>

#define DEPTH_MAX 256 /* of nested DIEs: real code stays under 40 */

/* A function or inlined function of a unit. */
struct function {
    Dwarf_Die die;
    uint32_t parent; /* the function it is inlined into, or NONE */
    bool inlined, resolved;
    const char *name, *linkage, *decl_file;
    uint32_t decl_line, call_line;
    const char *call_raw; /* file of the call as libdw names it; null when not known */
};
#define NONE UINT32_MAX

struct span {
    uint64_t low, high;
    uint32_t depth, function;
};

/* From start up to the next segment's start: innermost function there. */
struct segment {
    uint64_t start;
    uint32_t function; /* or NONE */
};

struct file_name {
    const char *raw; /* key: libdw's pointer */
    const char *file, *path;
    UT_hash_handle hh;
};

struct unit {
    Dwarf_Die cu, tree; /* tree: of the .dwo where debug info is split, else cu */
    const char *comp_dir;
    bool built;
    struct function *functions;
    struct segment *segments;
    size_t n_functions, n_segments;
    struct file_name *files;
};

struct cover {
    uint64_t start, end;
    uint32_t unit;
};

struct dwarf_index {
    struct pool *pool;
    Dwarf *dwarf;
    struct unit *units;
    size_t n_units, units_room;
    struct cover *covers; /* sorted by start */
    size_t n_covers, covers_room;
    const char *producer;
};

/* What a walk gathers; thrown away when the segments are made. */
struct walk {
    struct unit *unit;
    struct span *spans;
    size_t n_spans, spans_room, functions_room;
    bool failed;
};

static bool holds_functions(int tag)
{
    switch (tag) {
    case DW_TAG_namespace:
    case DW_TAG_module:
    case DW_TAG_structure_type:
    case DW_TAG_class_type:
    case DW_TAG_union_type:
    case DW_TAG_enumeration_type: /* Rust puts methods there */
    case DW_TAG_lexical_block:
    case DW_TAG_try_block:
    case DW_TAG_catch_block:
    case DW_TAG_common_block:
        return true;
    default:
        return false;
    }
}

static uint32_t function_add(struct walk *w, Dwarf_Die *die, uint32_t parent, bool inlined,
                             uint32_t depth)
{
    Dwarf_Addr base, start, end;
    ptrdiff_t offset = 0;
    uint32_t ret = NONE;

    while ((offset = dwarf_ranges(die, offset, &base, &start, &end)) > 0) {
        if (start >= end)
            continue;
        if (!array_grow((void **)&w->spans, w->n_spans, &w->spans_room, sizeof *w->spans) ||
            !array_grow((void **)&w->unit->functions, w->unit->n_functions, &w->functions_room,
                        sizeof *w->unit->functions)) {
            w->failed = true;
            return NONE;
        }
        if (ret == NONE) {
            ret = (uint32_t)w->unit->n_functions++;
            w->unit->functions[ret] =
                (struct function){.die = *die, .parent = parent, .inlined = inlined};
        }
        w->spans[w->n_spans++] = (struct span){start, end, depth, ret};
    }
    return ret;
}

static void walk(struct walk *w, Dwarf_Die *die, uint32_t parent, uint32_t depth)
{
    Dwarf_Die child;

    if (depth > DEPTH_MAX || dwarf_child(die, &child) != 0)
        return;
    do {
        const int tag = dwarf_tag(&child);
        if (tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine) {
            const bool inlined = tag == DW_TAG_inlined_subroutine;
            const uint32_t f = function_add(w, &child, inlined ? parent : NONE, inlined, depth);
            /* An abstract function has no code, nor has anything in it. */
            if (f != NONE)
                walk(w, &child, f, depth + 1);
        } else if (holds_functions(tag)) {
            walk(w, &child, parent, depth + 1);
        }
    } while (!w->failed && dwarf_siblingof(&child, &child) == 0);
}

static int outer_first(const void *a, const void *b)
{
    const struct span *x = a, *y = b;

    if (x->low != y->low)
        return x->low < y->low ? -1 : 1;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return x->high < y->high ? 1 : x->high > y->high ? -1 : 0;
}

struct flatten {
    struct unit *unit;
    size_t room;
    uint64_t at;
    bool failed;
};

static void segment_add(struct flatten *f, uint64_t end, uint32_t function)
{
    struct unit *u = f->unit;

    if (end <= f->at)
        return;
    if (!array_grow((void **)&u->segments, u->n_segments, &f->room, sizeof *u->segments)) {
        f->failed = true;
        return;
    }
    u->segments[u->n_segments++] = (struct segment){f->at, function};
    f->at = end;
}

/* Nested spans to a flat list: a sweep with the stack of what is open. */
static bool flatten(struct unit *u, struct span *spans, size_t n)
{
    struct flatten f = {.unit = u};
    struct span *open = calloc(n + 1, sizeof *open);
    size_t depth = 0;

    if (!open)
        return false;
    if (n > 0) /* else there is no array */
        qsort(spans, n, sizeof *spans, outer_first);
    f.at = n ? spans[0].low : 0;
    for (size_t i = 0; i < n; i++) {
        struct span s = spans[i];
        while (depth > 0 && open[depth - 1].high <= s.low) {
            segment_add(&f, open[depth - 1].high, open[depth - 1].function);
            depth--;
        }
        segment_add(&f, s.low, depth ? open[depth - 1].function : NONE);
        if (depth > 0 && s.high > open[depth - 1].high)
            s.high = open[depth - 1].high; /* damaged nesting */
        open[depth++] = s;
    }
    for (; depth > 0; depth--)
        segment_add(&f, open[depth - 1].high, open[depth - 1].function);
    segment_add(&f, UINT64_MAX, NONE);
    free(open);
    return !f.failed;
}

static void unit_build(struct unit *u)
{
    struct walk w = {.unit = u};

    u->built = true;
    walk(&w, &u->tree, NONE, 0);
    if (w.failed || !flatten(u, w.spans, w.n_spans))
        u->n_segments = 0; /* out of memory: lines without functions */
    free(w.spans);
}

static bool cover_add(struct dwarf_index *x, uint64_t start, uint64_t end, uint32_t unit)
{
    if (start >= end)
        return true;
    if (!array_grow((void **)&x->covers, x->n_covers, &x->covers_room, sizeof *x->covers))
        return false;
    x->covers[x->n_covers++] = (struct cover){start, end, unit};
    return true;
}

static bool covers_add(struct dwarf_index *x, uint32_t i)
{
    struct unit *u = &x->units[i];
    Dwarf_Addr base, start, end;
    ptrdiff_t offset = 0;
    const size_t before = x->n_covers;

    while ((offset = dwarf_ranges(&u->cu, offset, &base, &start, &end)) > 0)
        if (!cover_add(x, start, end, i))
            return false;
    if (x->n_covers > before)
        return true;
    /* A unit that does not say what it covers: its functions do. */
    unit_build(u);
    for (size_t s = 0; s + 1 < u->n_segments; s++)
        if (u->segments[s].function != NONE &&
            !cover_add(x, u->segments[s].start, u->segments[s + 1].start, i))
            return false;
    return true;
}

static bool unit_add(struct dwarf_index *x, Dwarf_Die *cu, Dwarf_Die *tree)
{
    Dwarf_Attribute attr;

    if (!array_grow((void **)&x->units, x->n_units, &x->units_room, sizeof *x->units))
        return false;
    const char *dir = dwarf_formstring(dwarf_attr(cu, DW_AT_comp_dir, &attr));
    x->units[x->n_units] = (struct unit){.cu = *cu, .tree = *tree, .comp_dir = dir ? dir : ""};
    if (!x->producer[0]) {
        const char *producer = dwarf_formstring(dwarf_attr(tree, DW_AT_producer, &attr));
        if (producer && !strstr(producer, "GNU AS"))
            x->producer = pool_intern(x->pool, producer);
    }
    return covers_add(x, (uint32_t)x->n_units++);
}

static int by_start(const void *a, const void *b)
{
    const struct cover *x = a, *y = b;

    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end < y->end ? -1 : x->end > y->end;
}

struct dwarf_index *dwarf_index_new(struct pool *pool, Elf *elf)
{
    struct dwarf_index *x = calloc(1, sizeof *x);
    Dwarf_CU *cu = NULL;
    Dwarf_Die die, sub;
    uint8_t type;
    bool good = true;

    if (!x)
        return NULL;
    x->pool = pool;
    x->producer = "";
    x->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    if (!x->dwarf) {
        free(x);
        return NULL;
    }
    while (good && dwarf_get_units(x->dwarf, cu, &cu, NULL, &type, &die, &sub) == 0) {
        if (type == DW_UT_type || type == DW_UT_split_type ||
            dwarf_tag(&die) == DW_TAG_partial_unit)
            continue;
        good = unit_add(x, &die, type == DW_UT_skeleton && sub.addr ? &sub : &die);
    }
    qsort(x->covers, x->n_covers, sizeof *x->covers, by_start);
    return x;
}

static void unit_done(struct unit *u)
{
    struct file_name *f, *next;

    HASH_ITER (hh, u->files, f, next) {
        HASH_DEL(u->files, f);
        free(f);
    }
    free(u->functions);
    free(u->segments);
}

void dwarf_index_free(struct dwarf_index *index)
{
    if (!index)
        return;
    for (size_t i = 0; i < index->n_units; i++)
        unit_done(&index->units[i]);
    free(index->units);
    free(index->covers);
    dwarf_end(index->dwarf);
    free(index);
}

static struct unit *unit_find(struct dwarf_index *x, uint64_t address)
{
    size_t low = 0, high = x->n_covers;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (x->covers[mid].start <= address)
            low = mid + 1;
        else
            high = mid;
    }
    for (size_t i = low; i > 0 && low - i < 8; i--) /* units may overlap a little */
        if (address < x->covers[i - 1].end)
            return &x->units[x->covers[i - 1].unit];
    return NULL;
}

static uint32_t function_find(const struct unit *u, uint64_t address)
{
    size_t low = 0, high = u->n_segments;

    while (low < high) {
        const size_t mid = low + (high - low) / 2;
        if (u->segments[mid].start <= address)
            low = mid + 1;
        else
            high = mid;
    }
    return low ? u->segments[low - 1].function : NONE;
}

/* libdw hands out one pointer for one file of a unit: the pointer is the key. */
static const struct file_name *file_name(struct dwarf_index *x, struct unit *u, const char *raw)
{
    static const struct file_name none = {.file = "", .path = ""};
    struct file_name *f;

    if (!raw)
        return &none;
    HASH_FIND_PTR(u->files, &raw, f);
    if (f)
        return f;
    f = calloc(1, sizeof *f);
    if (!f)
        return &none;
    f->raw = raw;
    source_path(x->pool, raw, u->comp_dir, &f->file, &f->path);
    HASH_ADD_PTR(u->files, raw, f);
    return f;
}

static const char *call_file(struct unit *u, Dwarf_Die *die)
{
    Dwarf_Attribute attr;
    Dwarf_Word n;
    Dwarf_Files *files;

    if (dwarf_formudata(dwarf_attr(die, DW_AT_call_file, &attr), &n) != 0 ||
        dwarf_getsrcfiles(&u->cu, &files, NULL) != 0)
        return NULL;
    return dwarf_filesrc(files, n, NULL, NULL);
}

static uint32_t attr_number(Dwarf_Die *die, unsigned name)
{
    Dwarf_Attribute attr;
    Dwarf_Word n;

    return dwarf_formudata(dwarf_attr(die, name, &attr), &n) == 0 ? (uint32_t)n : 0;
}

static void function_resolve(struct dwarf_index *x, struct unit *u, struct function *f)
{
    Dwarf_Attribute attr;
    const char *linkage =
        dwarf_formstring(dwarf_attr_integrate(&f->die, DW_AT_linkage_name, &attr));
    int line = 0;

    if (!linkage)
        linkage = dwarf_formstring(dwarf_attr_integrate(&f->die, DW_AT_MIPS_linkage_name, &attr));
    const char *name = linkage ? linkage : dwarf_diename(&f->die);
    f->resolved = true;
    f->linkage = pool_intern(x->pool, linkage);
    f->name = name ? symbols_demangle(x->pool, name) : "";
    f->decl_file = file_name(x, u, dwarf_decl_file(&f->die))->file;
    f->decl_line = dwarf_decl_line(&f->die, &line) == 0 && line > 0 ? (uint32_t)line : 0;
    if (f->inlined) {
        f->call_raw = call_file(u, &f->die);
        f->call_line = attr_number(&f->die, DW_AT_call_line);
    }
}

static void frame_add(struct symbols_frame *ret, size_t *n, size_t max,
                      const struct symbols_frame *frame)
{
    /* When there are too many the last place goes to the outermost. */
    ret[*n < max ? (*n)++ : max - 1] = *frame;
}

size_t dwarf_index_lookup(struct dwarf_index *index, uint64_t address, struct symbols_frame *ret,
                          size_t max)
{
    struct unit *u = unit_find(index, address);
    int line = 0;
    size_t n = 0;

    if (!u)
        return 0;
    if (!u->built)
        unit_build(u);
    Dwarf_Line *at = dwarf_getsrc_die(&u->cu, address);
    const struct file_name *file = file_name(index, u, at ? dwarf_linesrc(at, NULL, NULL) : NULL);
    if (at && dwarf_lineno(at, &line) != 0)
        line = 0;
    uint32_t i = function_find(u, address);
    if (i == NONE && !at)
        return 0;
    if (i == NONE) {
        ret[0] =
            (struct symbols_frame){"", "", file->file, file->path, (uint32_t)line, "", 0, false};
        return 1;
    }
    while (i != NONE) {
        struct function *f = &u->functions[i];
        if (!f->resolved)
            function_resolve(index, u, f);
        frame_add(ret, &n, max,
                  &(struct symbols_frame){f->name, f->linkage, file->file, file->path,
                                          (uint32_t)line, f->decl_file, f->decl_line,
                                          f->parent != NONE});
        file = file_name(index, u, f->call_raw);
        line = (int)f->call_line;
        i = f->parent;
    }
    return n;
}

const char *dwarf_index_producer(struct dwarf_index *index) { return index->producer; }
