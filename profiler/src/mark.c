/* SPDX-License-Identifier: Apache-2.0 */
/* The shim's side of mark.h. */
#include <nocopy/mark.h>

#include "calls.h"
#include "hook.h"
#include "shim.h"

SHIM_HOOK void nc_shim_scope_begin(const char *name, int mode, uint64_t combos)
{
    if (name == NULL || !shim_enter())
        return;
    calls_mark_begin(FRAME, name, mode, combos);
    shim_leave();
}

SHIM_HOOK int nc_shim_scope_end(struct nc_seen *ret, size_t ret_size)
{
    if (!shim_enter_end())
        return -1;
    const int r = calls_mark_end(ret, ret_size);

    shim_leave();
    return r;
}

SHIM_HOOK void nc_shim_recording(int on) { shim_recording(on != 0); }
