/* SPDX-License-Identifier: Apache-2.0 */
/* Names of the places in a model, whose code they are, and walks over stacks. */
#include "begins.h"
#include "index.h"
#include "model.h"
#include "model_scopes.h"
#include "pool.h"

#include <errno.h>
#include <string.h>

#define FRAMES_MAX 128 /* inlined functions at one address: clang's worst was 30 */

/* Files that come with a language: their code works for the user's. */
static bool runtime_file(const char *file)
{
    static const char *const parts[] = {"/include/c++/",
                                        "/c++/v1/",
                                        "/rustc/",
                                        "/rustlib/src/rust/library/",
                                        "/library/alloc/src/",
                                        "/library/core/src/",
                                        "/library/std/src/",
                                        "/usr/lib/gcc/",
                                        "/libsanitizer/",
                                        "libgfortran/",
                                        "libgomp/"};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (strstr(file, parts[i]))
            return true;
    return false;
}

static bool runtime_function(const struct symbols_frame *f)
{
    static const char *const linkage[] = {
        "_Znw",      "_Zna",          "_ZSt",           "_ZNSt",    "_ZNKSt", "_ZNSa",
        "_ZNSs",     "_ZN9__gnu_cxx", "_ZNK9__gnu_cxx", "__rust_",  "__rdl_", "__rg_",
        "_gfortran", "GOMP_",         "_ZN5alloc",      "_ZN4core", "_ZN3std"};

    for (size_t i = 0; i < sizeof linkage / sizeof *linkage; i++)
        if (begins(f->linkage, linkage[i]))
            return true;
    return begins(f->function, "std::") || begins(f->function, "operator new") ||
           begins(f->function, "alloc::") || begins(f->function, "core::") ||
           begins(f->function, "<alloc::") || begins(f->function, "<core::");
}

static enum model_owner frame_owner(const struct model_module *module,
                                    const struct symbols_frame *f)
{
    if (module->owner != OWNER_USER)
        return module->owner;
    const char *file = f->decl_file[0] ? f->decl_file : f->file;
    return runtime_file(file) || runtime_function(f) ? OWNER_RUNTIME : OWNER_USER;
}

struct order {
    uint32_t module, location;
    uint64_t address;
};

static int by_address(const void *a, const void *b)
{
    const struct order *x = a, *y = b;

    if (x->module != y->module)
        return x->module < y->module ? -1 : 1;
    return x->address < y->address ? -1 : x->address > y->address;
}

static bool frames_add(struct model *m, size_t *room, uint32_t location,
                       const struct symbols_frame *frames, size_t n)
{
    struct model_location *l = &m->locations[location];

    l->first_frame = (uint32_t)m->n_frames;
    l->n_frames = (uint32_t)n;
    for (size_t i = 0; i < n; i++) {
        const struct symbols_frame *f = &frames[i];
        if (!array_grow((void **)&m->frames, m->n_frames, room, sizeof *m->frames))
            return false;
        m->frames[m->n_frames++] =
            (struct model_frame){f->function,  f->linkage,
                                 f->file,      f->path,
                                 f->decl_file, f->line,
                                 f->decl_line, l->module,
                                 i + 1 < n,    frame_owner(&m->modules[l->module], f)};
    }
    return true;
}

static size_t lookup(struct symbols *symbols, const struct order *o, struct symbols_frame *frames)
{
    if (symbols)
        return symbols_lookup(symbols, o->address, frames, FRAMES_MAX);
    frames[0] = (struct symbols_frame){"[unknown]", "", "", "", 0, "", 0, false};
    return 1;
}

/* What compiled the program itself: other flags make two reports hard to compare. */
static bool compiler_fact(struct model *m, struct symbols *symbols)
{
    const char *producer = symbols_producer(symbols);
    struct report_fact *facts = realloc(m->facts, (m->n_facts + 1) * sizeof *facts);

    if (!facts)
        return false;
    m->facts = facts;
    if (producer[0])
        facts[m->n_facts++] = (struct report_fact){"compiler", producer, true};
    return true;
}

static bool module_names(struct model *m, const struct report_options *options,
                         const struct order *order, size_t n, size_t *room)
{
    struct model_module *module = &m->modules[order[0].module];
    struct symbols_frame frames[FRAMES_MAX];
    struct symbols *symbols = NULL;
    bool good = true;

    if (order[0].module != 0) {
        const bool off = options && options->no_symbols;
        const struct symbols_options how = {options ? options->debug_dirs : NULL,
                                            options && !off ? options->symbol_cache : NULL};
        symbols = symbols_new(m->pool, off ? module->name : module->path, module->build_id,
                              module->build_id_len, &how);
        if (!symbols)
            return false;
        module->kind = symbols_kind(symbols);
        module->debug_path = symbols_debug_path(symbols);
    }
    for (size_t i = 0; good && i < n; i++)
        good = frames_add(m, room, order[i].location, frames, lookup(symbols, &order[i], frames));
    if (good && module->main && symbols)
        good = compiler_fact(m, symbols);
    symbols_free(symbols);
    return good;
}

/* Module by module, address by address: a file is open once and its pages are met in order. */
static bool names_read(struct model *m, const struct report_options *options)
{
    const size_t n = m->n_locations - 1;
    struct order *order = calloc(n + 1, sizeof *order);
    size_t room = 0;
    bool good = order != NULL;

    for (size_t i = 0; good && i < n; i++) {
        const struct model_location *l = &m->locations[i + 1];
        order[i] = (struct order){l->module, (uint32_t)(i + 1), l->address - !l->exact};
    }
    if (good)
        qsort(order, n, sizeof *order, by_address);
    for (size_t i = 0, end; good && i < n; i = end) {
        for (end = i; end < n && order[end].module == order[i].module; end++)
            ;
        good = module_names(m, options, order + i, end - i, &room);
    }
    free(order);
    return good;
}

int model_finish(struct model *model, const struct report_options *options)
{
    if (!names_read(model, options) || !model_scopes_settle(model) || pool_failed(model->pool))
        return -ENOMEM;
    return 0;
}

struct model_walk model_walk(const struct model *model, uint32_t node)
{
    return (struct model_walk){
        .at = node, .left = node ? model->locations[model->nodes[node].location].n_frames : 0};
}

bool model_next(const struct model *model, struct model_walk *walk)
{
    while (walk->left == 0) {
        if (walk->at == 0)
            return false;
        walk->at = model->nodes[walk->at].parent;
        if (walk->at == 0)
            return false;
        walk->left = model->locations[model->nodes[walk->at].location].n_frames;
    }
    const struct model_location *l = &model->locations[model->nodes[walk->at].location];
    walk->frame = &model->frames[l->first_frame + l->n_frames - walk->left];
    walk->left--;
    return true;
}

const struct model_frame *model_function_frame(const struct model *model, uint32_t node)
{
    const struct model_frame *innermost = NULL;

    for (struct model_walk w = model_walk(model, node); model_next(model, &w);) {
        if (!innermost)
            innermost = w.frame;
        if (w.frame->owner != OWNER_SHIM && w.frame->owner != OWNER_LIBC)
            return w.frame;
    }
    return innermost;
}

const struct model_frame *model_user_frame(const struct model *model, uint32_t node)
{
    for (struct model_walk w = model_walk(model, node); model_next(model, &w);)
        if (w.frame->owner == OWNER_USER)
            return w.frame;
    return model_function_frame(model, node);
}

struct report_site model_site(const struct model *model, uint32_t node)
{
    const struct model_frame *f = node ? model_user_frame(model, node) : NULL;

    return f ? (struct report_site){f->function, f->file, f->line}
             : (struct report_site){"", "", 0};
}

const char *model_hook_name(const struct model *model, uint32_t node)
{
    static const char *const names[NC_BY_END] = {
        [NC_BY_MALLOC] = "malloc",
        [NC_BY_CALLOC] = "calloc",
        [NC_BY_REALLOC] = "realloc",
        [NC_BY_REALLOCARRAY] = "reallocarray",
        [NC_BY_POSIX_MEMALIGN] = "posix_memalign",
        [NC_BY_ALIGNED_ALLOC] = "aligned_alloc",
        [NC_BY_MEMALIGN] = "memalign",
        [NC_BY_VALLOC] = "valloc",
        [NC_BY_PVALLOC] = "pvalloc",
        [NC_BY_MMAP] = "mmap",
        [NC_BY_MREMAP] = "mremap",
        [NC_BY_MEMCPY] = "memcpy",
        [NC_BY_MEMMOVE] = "memmove",
        [NC_BY_MEMPCPY] = "mempcpy",
        [NC_BY_BCOPY] = "bcopy",
        [NC_BY_MEMSET] = "memset",
        [NC_BY_STRING] = "strcpy",
        [NC_BY_WIDE] = "wmemcpy",
    };
    const struct nc_counts *c = model_counts(model, node);
    const uint32_t by = c->flags & NC_BY_MASK;

    if (by > 0 && by < NC_BY_END && names[by])
        return names[by];
    if (c->moved > 0)
        return "realloc";
    if (c->mapped > 0)
        return "mmap";
    return model->nodes[node].flags & NC_NODE_COPY ? "copy" : "allocation";
}

const char *model_call_name(const struct model *model, uint32_t node)
{
    const struct model_frame *below = NULL;

    for (struct model_walk w = model_walk(model, node); model_next(model, &w);) {
        if (w.frame->owner == OWNER_USER)
            break;
        below = w.frame;
    }
    return below ? below->function : model_hook_name(model, node);
}

uint64_t model_path_hash(const struct model *model, uint32_t node)
{
    const char *entry = model->scopes[model->nodes[node].scope].site.function;
    uint64_t hash = index_hash_string(model_hook_name(model, node)), at_entry = 0;

    /* Inside out; the outermost frame of the entry's name closes the path. */
    for (struct model_walk w = model_walk(model, node); model_next(model, &w);) {
        hash = index_mix(hash, index_hash_string(w.frame->function));
        if (entry && strcmp(w.frame->function, entry) == 0)
            at_entry = hash;
    }
    return at_entry ? at_entry : hash;
}

const struct nc_counts *model_counts(const struct model *model, uint32_t node)
{
    return &model->counts[model->nodes[node].counts].c;
}
