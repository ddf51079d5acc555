/* SPDX-License-Identifier: Apache-2.0 */
/* libunwind as a second opinion and as the way on where our rules end.
 *
 * Never linked: its shared object exports _Unwind_* and would take over the host's C++ exceptions.
 * It is loaded for us alone and called through pointers. It may take locks, its own and the
 * loader's, so one thread at a time is let in and the others wait a bounded time; and none while a
 * call-back of the host's runs under the loader's lock: no circle of waiting can close. */
#ifndef UNWIND_LIBUNWIND_H
#define UNWIND_LIBUNWIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unwind_walk.h"

/* Frames of the shim between a hook and libunwind, at most. */
#define LIBUNWIND_SHIM_FRAMES 16

/* What its calls work in: kept off the stack, which may be a small one. */
struct libunwind_room {
    _Alignas(16) unsigned char context[1024]; /* ucontext_t */
    uint64_t cursor[256];                     /* unw_cursor_t, twice its size in 1.6 */
};

/* Load it by `open` (the real dlopen), unless we are called from inside a dlopen() of the host's.
 * False when it cannot be had. */
bool libunwind_open(void *(*open)(const char *, int));
bool libunwind_is_open(void);
void libunwind_after_fork(void);

/* Round a dl_iterate_phdr() of the host's, whose call-back may wait for any thread. */
void libunwind_hold(void);
void libunwind_release(void);

/* Round a dl_iterate_phdr() of ours, under the same conditions as libunwind's. False: not now. */
bool libunwind_loader_enter(void);
void libunwind_loader_leave(void);

/* Step from here outwards; ret gets what begins with `start`, at most `room` frames (ip and sp set,
 * ip untagged). Returns how many; 0: not found, or others were in there for too long. *ret_ended:
 * the last is outermost, rather than that libunwind gave up or that there was no room. */
size_t libunwind_step(struct libunwind_room *w, struct regs start, struct regs *ret, size_t room,
                      bool *ret_ended);

/* The same by its trace cache, 40 times faster, without sp. */
size_t libunwind_backtrace(struct regs start, void **ret, size_t room);

#endif
