/* SPDX-License-Identifier: Apache-2.0 */
#include "late.h"

#include <nocopy/profile_format.h>
#include <stdint.h>

#include "guard.h"
#include "lane.h"
#include "profile.h"
#include "real.h"
#include "record.h"

struct late {
    void *at;
    size_t size;
    const void *ip; /* null: a free */
    unsigned by;
};
static_assert(sizeof(struct late) == LATE_SIZE, "lane.c makes room for LATE_MOST of them");

/* Only this thread, and handlers on top of it, use its queue: taking a place is one instruction. */
static struct late *place(void)
{
    struct lane *lane = shim_self.lane;

    if (lane == NULL || lane->late == NULL)
        return NULL;
    const uint32_t i = __atomic_fetch_add(&shim_self.late, 1, __ATOMIC_RELAXED);

    if (i < LATE_MOST)
        return &lane->late[i];
    __atomic_fetch_sub(&shim_self.late, 1, __ATOMIC_RELAXED);
    return NULL;
}

void late_alloc(void *at, size_t size, unsigned by, const void *ip)
{
    if (at == NULL || shim_self.busy != SHIM_EVENT || !shim_gate.is.recording)
        return;
    struct late *l = place();

    if (l == NULL)
        profile_lost();
    else
        *l = (struct late){at, size, ip, by};
}

bool late_free(void *at)
{
    if (shim_self.busy != SHIM_EVENT || !shim_gate.is.open)
        return false;
    struct late *l = place();

    if (l == NULL)
        profile_lost();
    else
        *l = (struct late){.at = at};
    return l != NULL;
}

void late_serve(void)
{
    struct lane *lane = shim_self.lane;

    shim_self.busy = SHIM_EVENT; /* handlers that come now add behind what is served */
    for (uint32_t i = 0;;) {
        uint16_t n = __atomic_load_n(&shim_self.late, __ATOMIC_RELAXED);

        if (i == n) {
            if (__atomic_compare_exchange_n(&shim_self.late, &n, 0, false, __ATOMIC_RELAXED,
                                            __ATOMIC_RELAXED))
                break;
            continue;
        }
        const struct late l = lane->late[i++];

        if (l.ip != NULL) {
            record_late(l.at, l.size, l.by, (uintptr_t)l.ip);
        } else {
            record_free(__builtin_frame_address(0), l.at);
            real.free(l.at);
        }
    }
    shim_self.busy = SHIM_FREE;
}
