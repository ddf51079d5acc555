/* SPDX-License-Identifier: Apache-2.0 */
#include "unwind_libunwind.h"

#include <dlfcn.h>
#include <link.h>
#include <stdatomic.h>
#include <string.h>
#include <ucontext.h>

#include "lock.h"

/* Of <libunwind-x86_64.h>, part of its binary interface since 1.0. */
enum { UNW_RSP = 7, UNW_RIP = 16 };

/* Rounds of waiting for another thread to leave; each gives up the processor. */
#define PATIENCE 2000

static_assert(sizeof(ucontext_t) <= sizeof((struct libunwind_room *)0)->context,
              "libunwind's context is the ucontext_t of this libc");

static struct {
    bool open;
    struct lock gate;
    atomic_int users;   /* threads that are about to ask libunwind, or in it */
    atomic_int holders; /* threads that hold, or are about to ask for, the loader's lock */
    int (*getcontext)(void *context);
    int (*init_local)(void *cursor, void *context);
    int (*step)(void *cursor);
    int (*get_reg)(void *cursor, int reg, uint64_t *ret);
    int (*backtrace)(void **ret, int room);
} lib;

bool libunwind_is_open(void) { return lib.open; }

static bool look_up(void *handle, void *ret_function, const char *name)
{
    void *at = dlsym(handle, name);

    memcpy(ret_function, &at, sizeof at);
    return at != NULL;
}

bool libunwind_open(void *(*open)(const char *, int))
{
    void *handle;

    if (lib.open)
        return true;
    if (_r_debug.r_state != RT_CONSISTENT || !open)
        return false;
    handle = open("libunwind.so.8", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    if (!handle)
        return false;
    lib.open = look_up(handle, &lib.getcontext, "_Ux86_64_getcontext") &&
               look_up(handle, &lib.init_local, "_ULx86_64_init_local") &&
               look_up(handle, &lib.step, "_ULx86_64_step") &&
               look_up(handle, &lib.get_reg, "_ULx86_64_get_reg") &&
               look_up(handle, &lib.backtrace, "unw_backtrace");
    return lib.open;
}

void libunwind_after_fork(void)
{
    lock_init(&lib.gate);
    atomic_store(&lib.users, 0);
    atomic_store(&lib.holders, 0);
}

/* Each side says that it comes before it looks for the other: not both can miss it. */
void libunwind_hold(void)
{
    atomic_fetch_add(&lib.holders, 1);
    while (atomic_load(&lib.users) != 0)
        if (sealed)
            __builtin_ia32_pause();
        else
            sys_yield();
}

void libunwind_release(void) { atomic_fetch_sub(&lib.holders, 1); }

void libunwind_loader_leave(void)
{
    lock_drop(&lib.gate);
    atomic_fetch_sub(&lib.users, 1);
}

bool libunwind_loader_enter(void)
{
    atomic_fetch_add(&lib.users, 1);
    for (int i = 0; i < PATIENCE && atomic_load(&lib.holders) == 0; i++) {
        if (lock_try(&lib.gate))
            return true;
        sys_yield();
    }
    atomic_fetch_sub(&lib.users, 1);
    return false;
}

static bool enter(void) { return lib.open && libunwind_loader_enter(); }

static bool read_frame(void *cursor, struct regs *ret)
{
    *ret = (struct regs){0};
    return lib.get_reg(cursor, UNW_RIP, &ret->ip) == 0 &&
           lib.get_reg(cursor, UNW_RSP, &ret->sp) == 0;
}

size_t libunwind_step(struct libunwind_room *w, struct regs start, struct regs *ret, size_t room,
                      bool *ret_ended)
{
    size_t len = 0;
    int more;

    *ret_ended = false;
    if (!enter())
        return 0;
    if (lib.getcontext(w->context) == 0 && lib.init_local(w->cursor, w->context) == 0) {
        while ((more = lib.step(w->cursor)) > 0) {
            struct regs r;

            if (!read_frame(w->cursor, &r))
                break;
            if (len == 0 && (r.ip != FRAME_IP(start.ip) || r.sp != start.sp))
                continue; /* still in the shim */
            if (len == room)
                break;
            ret[len++] = r;
        }
        *ret_ended = more == 0;
    }
    libunwind_loader_leave();
    return len;
}

size_t libunwind_backtrace(struct regs start, void **ret, size_t room)
{
    size_t len, first = 0;

    if (!enter())
        return 0;
    len = (size_t)lib.backtrace(ret, (int)room);
    libunwind_loader_leave();
    while (first < len && (uint64_t)(uintptr_t)ret[first] != FRAME_IP(start.ip))
        first++;
    memmove(ret, ret + first, (len - first) * sizeof *ret);
    return len - first;
}
