/* SPDX-License-Identifier: Apache-2.0 */
/* Tell the profiler what the program is doing. Header only: without the shim every call is a test
 * of a null pointer.
 *
 *   struct nc_seen seen;
 *   nc_scope_begin("sma", NC_BATCH, 64);
 *   ... the call to be measured ...
 *   if (nc_scope_end(&seen) == 0)
 *       printf("%llu bytes\n", (unsigned long long)seen.allocated_bytes);
 *
 * Scopes nest; figures belong to the outermost. Every call may be made from any thread; a scope is
 * its thread's. */
#ifndef NOCOPY_MARK_H
#define NOCOPY_MARK_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum nc_mark_mode { NC_SINGLE = 0, NC_BATCH = 1, NC_STREAM = 2 };

/* What was seen between begin and end of one scope, in bytes as the program asked for them. */
struct nc_seen {
    uint64_t allocations, allocated_bytes;
    uint64_t temporary_blocks, temporary_bytes; /* freed before the end */
    uint64_t retained_blocks, retained_bytes;   /* alive at the end */
    uint64_t peak_bytes;                        /* largest sum of live bytes of this scope */
    uint64_t copies, copied_bytes;              /* copies a hook saw, of any size */
};

/* The shim's side. Never call these: they are null without it. */
extern void nc_shim_scope_begin(const char *name, int mode, uint64_t combos) __attribute__((weak));
extern int nc_shim_scope_end(struct nc_seen *ret, size_t ret_size) __attribute__((weak));
extern void nc_shim_recording(int on) __attribute__((weak));

/* True when the program runs under the shim and it records. */
static inline int nc_present(void) { return nc_shim_scope_end != NULL; }

/* Open a scope named `name` (borrowed for the call). `combos` is the number of parameter sets a
 * batch call will run. */
static inline void nc_scope_begin(const char *name, enum nc_mark_mode mode, uint64_t combos)
{
    if (nc_shim_scope_begin)
        nc_shim_scope_begin(name, (int)mode, combos);
}

/* Close the innermost open scope; `ret` may be null. Returns 0, or -1 without the shim or without
 * an open scope (ret untouched). */
static inline int nc_scope_end(struct nc_seen *ret)
{
    return nc_shim_scope_end ? nc_shim_scope_end(ret, sizeof *ret) : -1;
}

/* Stop and start recording, for the whole process. Blocks allocated while stopped are never
 * counted. */
static inline void nc_recording(int on)
{
    if (nc_shim_recording)
        nc_shim_recording(on);
}

#ifdef __cplusplus
}
#endif
#endif
