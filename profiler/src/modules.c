/* SPDX-License-Identifier: Apache-2.0 */
#include "modules.h"

#include <dlfcn.h>
#include <link.h>
#include <nocopy/profile_format.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/auxv.h>

#include "arena.h"
#include "clock.h"
#include "lock.h"
#include "lookup.h"
#include "profile.h"
#include "scopes.h"
#include "stack.h"
#include "tree.h"

struct module {
    uintptr_t start, end;
    const struct link_map *map;
    uint32_t index; /* NC_MODULES */
    struct scope_ranges scopes;
};

/* Sorted by start. Readers take no lock: a change makes a new list, and old ones stay readable. */
struct module_list {
    size_t len;
    struct module *at[];
};

static struct {
    struct lock lock;
    _Atomic(struct module_list *) list;
    int (*find_object)(void *, struct dl_find_object *);
    uint64_t start_ns; /* objects met in the first moments were there before us */
    char exe[1024];    /* the program's own path, which the loader does not tell */
} modules;

static struct module_list empty_list;

/* In glibc since 2.35: finds the object of an address without a lock. */
static void find_find_object(void)
{
    *(void **)(void *)&modules.find_object = lookup_any("_dl_find_object");
}

int modules_init(const char *patterns)
{
    memset(&modules, 0, sizeof modules);
    atomic_store(&modules.list, &empty_list);
    find_find_object();
    sys_call3(SYS_readlink, (long)"/proc/self/exe", (long)modules.exe, sizeof modules.exe - 1);
    return scopes_init(patterns);
}

void modules_meet_program(void) { modules_meet(getauxval(AT_ENTRY)); }

void modules_range(uintptr_t at, uintptr_t *ret_start, uintptr_t *ret_size)
{
    struct dl_find_object o;

    find_find_object();
    *ret_start = *ret_size = 0;
    if (modules.find_object == NULL || modules.find_object((void *)at, &o) != 0)
        return;
    *ret_start = (uintptr_t)o.dlfo_map_start;
    *ret_size = (uintptr_t)o.dlfo_map_end - (uintptr_t)o.dlfo_map_start;
}

static struct module *find(const struct module_list *l, uintptr_t ip)
{
    size_t low = 0, high = l->len;

    while (low < high) {
        const size_t mid = (low + high) / 2;

        if (ip >= l->at[mid]->end)
            low = mid + 1;
        else
            high = mid;
    }
    return low < l->len && ip >= l->at[low]->start ? l->at[low] : NULL;
}

static struct module *known(uintptr_t ip)
{
    return find(atomic_load_explicit(&modules.list, memory_order_acquire), ip);
}

static const char *path_of(const struct link_map *map)
{
    return map->l_name != NULL && map->l_name[0] != '\0' ? map->l_name : modules.exe;
}

static void copy_build_id(struct nc_module *ret, const char *at, const char *end)
{
    while (at + sizeof(ElfW(Nhdr)) <= end) {
        const ElfW(Nhdr) *n = (const void *)at;
        const char *name = at + sizeof *n;
        const char *id = name + ((n->n_namesz + 3) & ~3u);

        if (n->n_type == NT_GNU_BUILD_ID && n->n_namesz == 4 && memcmp(name, "GNU", 4) == 0 &&
            id + n->n_descsz <= end) {
            ret->build_id_len =
                n->n_descsz < sizeof ret->build_id ? n->n_descsz : (uint32_t)sizeof ret->build_id;
            memcpy(ret->build_id, id, ret->build_id_len);
            return;
        }
        at = id + ((n->n_descsz + 3) & ~3u);
    }
}

static void read_notes(struct nc_module *ret, uintptr_t start, uintptr_t bias)
{
    const ElfW(Ehdr) *h = (const void *)start;

    if (memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
        return;
    const ElfW(Phdr) *p = (const void *)(start + h->e_phoff);

    for (unsigned i = 0; i < h->e_phnum && ret->build_id_len == 0; i++)
        if (p[i].p_type == PT_NOTE) {
            const char *at = (const char *)bias + p[i].p_vaddr;

            copy_build_id(ret, at, at + p[i].p_memsz);
        }
}

/* Lock held. Put `m` into a new list. */
static bool publish(struct module *m)
{
    const struct module_list *old = atomic_load_explicit(&modules.list, memory_order_relaxed);
    struct module_list *l = arena_alloc(sizeof *l + (old->len + 1) * sizeof l->at[0]);
    size_t i = 0;

    if (l == NULL)
        return false;
    for (; i < old->len && old->at[i]->start < m->start; i++)
        l->at[i] = old->at[i];
    l->at[i] = m;
    for (; i < old->len; i++)
        l->at[i + 1] = old->at[i];
    l->len = old->len + 1;
    atomic_store_explicit(&modules.list, l, memory_order_release);
    return true;
}

static void add(const struct dl_find_object *o)
{
    const struct link_map *map = o->dlfo_link_map;
    const char *path = path_of(map);
    struct nc_module entry = {
        .bias = map->l_addr,
        .start = (uintptr_t)o->dlfo_map_start,
        .end = (uintptr_t)o->dlfo_map_end,
        .loaded_ns = clock_ns(),
        .path = profile_add_string(path, strlen(path)),
    };
    struct module *m = arena_alloc(sizeof *m);

    if (m == NULL)
        return;
    read_notes(&entry, entry.start, entry.bias);
    m->start = entry.start;
    m->end = entry.end;
    m->map = map;
    m->index = profile_add(NC_MODULES, &entry);
    if (m->index != 0)
        scopes_find(&m->scopes, path, entry.bias, m->index);
    publish(m);
}

void modules_meet(uintptr_t ip)
{
    struct dl_find_object o;

    if (known(ip) != NULL || modules.find_object == NULL ||
        modules.find_object((void *)ip, &o) != 0)
        return;
    lock_take(&modules.lock);
    if (known(ip) == NULL)
        add(&o);
    lock_drop(&modules.lock);
}

static uint32_t scope_at(struct module *m, uintptr_t ip)
{
    size_t low = 0, high = m->scopes.len;

    while (low < high) { /* the last that starts at or before ip */
        const size_t mid = (low + high) / 2;

        if (m->scopes.at[mid].start <= ip)
            low = mid + 1;
        else
            high = mid;
    }
    if (low == 0 || ip >= m->scopes.at[low - 1].end)
        return 0;
    return scopes_enter(&m->scopes.at[low - 1]);
}

void modules_fill(struct nc_node *node, const struct nc_node *parent)
{
    const uintptr_t ip = node->ip - (node->flags & NC_NODE_EXACT ? 0 : 1);
    struct module *m = known(ip);

    node->module = m == NULL ? 0 : m->index;
    if (parent != NULL && parent->scope != 0) {
        node->scope = parent->scope;
        node->entry = parent->entry;
    } else if (m != NULL) {
        node->scope = scope_at(m, ip);
    }
}

static bool is_gone(const struct module *m)
{
    struct dl_find_object o;

    return modules.find_object((void *)m->start, &o) != 0 || o.dlfo_link_map != m->map;
}

int modules_drop_unloaded(void)
{
    int gone = 0;

    if (modules.find_object == NULL)
        return 0;
    lock_take(&modules.lock);
    const struct module_list *old = atomic_load_explicit(&modules.list, memory_order_relaxed);
    struct module_list *l = arena_alloc(sizeof *l + (old->len + 1) * sizeof l->at[0]);

    for (size_t i = 0; l != NULL && i < old->len; i++) {
        struct module *m = old->at[i];

        if (!is_gone(m)) {
            l->at[l->len++] = m;
            continue;
        }
        gone++;
        if (m->index != 0)
            ((struct nc_module *)profile_at(NC_MODULES, m->index))->unloaded_ns = clock_ns();
        tree_forget(m->start, m->end);
    }
    if (gone > 0)
        atomic_store_explicit(&modules.list, l, memory_order_release);
    else if (l != NULL)
        arena_free(l, sizeof *l + (old->len + 1) * sizeof l->at[0]);
    lock_drop(&modules.lock);
    if (gone > 0)
        stack_flush();
    return gone;
}
